"""Finds dates in a sentence and resolves them to calendar days.

dateparser resolves the phrases; this module finds where they are, and puts the phrasings that
dateparser does not know into ones that it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Iterator, List, Optional, Tuple

import dateparser

from bot.nlu.text import plain_in_place

_MONTHS = {
    "en": """
        january february march april may june july august september october november december
        jan feb mar apr jun jul aug sept sep oct nov dec
    """,
    "pt": """
        janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
        jan fev mar abr mai jun jul ago set out nov dez
    """,
}
_WEEKDAYS = {
    "en": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "pt": ["segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo"],
}
_NUMBERS = {
    "en": """
        one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    """,
    "pt": "um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze",
}
_ARTICLES = {"a": "1", "an": "1", "uma": "1", "duas": "2", "couple of": "2"}


def _any_of(words: List[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


#: "na segunda lavagem" is the second wash, not Monday.
_ORDINAL_NOUNS = "(?:vez|tentativa|lavagem|semana|visita|etapa|parte|opcao|via)"
_COUNT = {
    "en": r"(?:\d{1,3}|an?|couple of|" + "|".join(_NUMBERS["en"].split()) + ")",
    "pt": r"(?:\d{1,3}|uma|duas|" + "|".join(_NUMBERS["pt"].split()) + ")",
}
_UNIT = {"en": r"(?:day|week|month|year)s?", "pt": r"(?:dias?|semanas?|mes|meses|anos?)"}
#: Half years, as dateparser does not know them, and the months that they are.
_HALVES = {
    "half a year|half year|meio ano": 6,
    "(?:a|one) year and a half|(?:um )?ano e meio": 18,
    "two and a half years|dois anos e meio": 30,
}
_LENGTH = {
    "en": rf"(?:{'|'.join(half for half in _HALVES)}|{_COUNT['en']} {_UNIT['en']})",
    "pt": rf"(?:{'|'.join(half for half in _HALVES)}|{_COUNT['pt']} {_UNIT['pt']})",
}
_DAY_OF_MONTH = r"\d{1,2}(?:st|nd|rd|th|o|º)?"
_ABOUT = "cerca de |coisa de |mais de |mais ou menos |quase |uns |umas "
_PHRASES = {
    "en": [
        rf"{_DAY_OF_MONTH} (?:of )?{_any_of(_MONTHS['en'].split())}(?:,? \d{{4}})?",
        rf"{_any_of(_MONTHS['en'].split())} {_DAY_OF_MONTH}(?:,? \d{{4}})?",
        # "may" alone is a verb, "mar" alone is Portuguese.
        rf"{_any_of([month for month in _MONTHS['en'].split() if month not in ('may', 'mar')])}"
        r"(?: (?:of )?\d{4})?",
        rf"(?:in |since |last ){_any_of(_MONTHS['en'].split())}(?: (?:of )?\d{{4}})?",
        r"(?:may|mar) (?:of )?\d{4}",
        rf"{_LENGTH['en']} (?:ago|back|earlier)",
        # "It has been leaking for three days"; "guaranteed for two years" is a length of time.
        rf"for (?:about |over |almost |nearly |the (?:last|past) )?{_LENGTH['en']}",
        rf"in {_COUNT['en']} {_UNIT['en']}",
        rf"(?:last |next |this |coming )?{_any_of(_WEEKDAYS['en'])}(?: last week| next week)?",
        r"(?:last|next) (?:week|month|year)",
        r"today|yesterday|tomorrow|the day before yesterday|the day after tomorrow",
        r"(?:this|yesterday) (?:morning|afternoon|evening)|tonight|last night",
        r"in (?:19|20)\d{2}",
    ],
    "pt": [
        rf"{_DAY_OF_MONTH} (?:de )?{_any_of(_MONTHS['pt'].split())}(?: (?:de )?\d{{4}})?",
        rf"(?:em |desde |no mes de ){_any_of(_MONTHS['pt'].split())}(?: (?:de )?\d{{4}})?",
        rf"{_any_of(_MONTHS['pt'].split()[:12])} (?:de )?\d{{4}}",
        # "Marco" alone is a name.
        _any_of([month for month in _MONTHS["pt"].split()[:12] if month != "marco"]),
        # "tem 2 anos de garantia" is a length of time, not a day.
        rf"(?:ha|a|faz|tem) (?:{_ABOUT})?{_LENGTH['pt']}\b(?! de garantia)",
        rf"{_LENGTH['pt']} atras",
        rf"daqui (?:a )?{_COUNT['pt']} {_UNIT['pt']}",
        rf"(?:(?:desde|ate) (?:[ao] )?|na |no |nesta |neste |esta |este |proxim[ao] )?"
        rf"{_any_of(_WEEKDAYS['pt'])}(?:[- ]feira)?"
        r"(?: passad[ao]| que vem| da semana passada| da semana que vem)?"
        rf"\b(?! {_ORDINAL_NOUNS})",
        r"(?:semana|mes|ano) (?:passad[ao]|que vem)|proxim[ao] (?:semana|mes|ano)",
        r"hoje|ontem|anteontem|amanha|depois de amanha|esta (?:manha|tarde|noite)",
        r"em (?:19|20)\d{2}",
    ],
}
_NUMERIC = re.compile(
    # "24/7" is "always".
    r"\b(?!24/7\b(?!/))"
    r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})|\d{1,2}/\d{1,2})\b"
)
_WORDED = {
    language: re.compile(r"\b(?:" + "|".join(phrases) + r")\b")
    for language, phrases in _PHRASES.items()
}
#: "segunda" is a weekday and "second"; a bare ordinal word is no date.
_BARE_ORDINALS = {"segunda", "quarta", "quinta", "sexta"}
#: "It broke in a week" looks back from an unknown day.
_TOLD_BEFORE = re.compile(r"\b(?:\w{2,}ed|broke|died|gave up|fell apart)(?: \w+){0,2} $")
#: Where "for three days" reaches until today.
_UNTIL_TODAY = re.compile(r"\b(?:been|has|have|hasn.?t|haven.?t|had)\b[^.!?]*$")
#: A message with more is no customer's; each phrase takes a millisecond or two to resolve.
_MOST_PHRASES = 6
_ALONE = re.compile(r"^\W*(?:na |a |numa )?\w+\W*$")


@dataclass(frozen=True)
class FoundDate:
    """A phrase and the days it can mean: `past` looking back, `future` looking ahead."""

    start: int
    end: int
    past: date
    future: date


def find_dates(text: str, today: date) -> List[FoundDate]:
    """Every date in the text, from left to right, without overlaps."""
    flat = plain_in_place(text)
    found: List[FoundDate] = []
    resolved = 0
    for start, end, language in _spans(flat):
        if any(start < other.end and other.start < end for other in found):
            continue
        phrase = flat[start:end]
        if phrase in _BARE_ORDINALS and not _ALONE.match(flat):
            continue
        if not _is_a_day(flat, start, end):
            continue
        resolved += 1
        if resolved > _MOST_PHRASES:
            break
        past = _resolve(phrase, language, today, looking_back=True)
        future = _resolve(phrase, language, today, looking_back=False)
        if past and future:
            found.append(FoundDate(start, end, past, future))
    return sorted(found, key=lambda one: one.start)


def _is_a_day(flat: str, start: int, end: int) -> bool:
    """Whether a length of time says when, counted from today."""
    if flat.startswith("in ", start):
        return not _TOLD_BEFORE.search(flat, max(start - 40, 0), start)
    if flat.startswith("for ", start):
        until_today = _UNTIL_TODAY.search(flat, max(start - 60, 0), start)
        return bool(until_today) or flat.startswith(" now", end)
    return True


def _spans(flat: str) -> Iterator[Tuple[int, int, str]]:
    for match in _NUMERIC.finditer(flat):
        yield match.start(), match.end(), "pt"
    worded = [
        (match.start(), match.end(), language)
        for language, pattern in _WORDED.items()
        for match in pattern.finditer(flat)
    ]
    yield from sorted(worded, key=lambda span: span[0] - span[1])  # the longest first


@lru_cache(maxsize=512)
def _resolve(phrase: str, language: str, today: date, looking_back: bool) -> Optional[date]:
    try:
        return date.fromisoformat(phrase)
    except ValueError:
        pass
    weekday = _weekday(phrase, language, today, looking_back)
    if weekday:
        return weekday
    if re.match(r"(?:in|em) \d{4}$", phrase):
        return date(int(phrase[-4:]), 1, 1)
    parsed = dateparser.parse(
        _rephrase(phrase, language),
        languages=[language],
        settings={
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": "past" if looking_back else "future",
            "PREFER_DAY_OF_MONTH": "first",
            "PREFER_MONTH_OF_YEAR": "first",
            "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
        },
    )
    return parsed.date() if parsed else None


def _weekday(phrase: str, language: str, today: date, looking_back: bool) -> Optional[date]:
    named = [
        number
        for number, name in enumerate(_WEEKDAYS[language])
        if re.search(rf"\b{name}\b", phrase)
    ]
    if not named:
        return None
    if re.search(r"\b(next|coming|que vem|proxim[ao])\b", phrase):
        looking_back = False
    elif re.search(r"\b(last|passad[ao])\b", phrase):
        looking_back = True
    if looking_back:
        return today - timedelta(days=(today.weekday() - named[0]) % 7 or 7)
    return today + timedelta(days=(named[0] - today.weekday()) % 7 or 7)


def _rephrase(phrase: str, language: str) -> str:
    # A year of two digits is one of this century, whichever way the question looks.
    phrase = re.sub(r"^(\d+[/.-]\d+[/.-])(\d{2})$", r"\g<1>20\2", phrase)
    phrase = re.sub(r"\b(\d{1,2})(?:st|nd|rd|th|o|º)\b", r"\1", phrase)
    for half, months in _HALVES.items():
        phrase = re.sub(
            rf"\b(?:{half})", f"{months} {'months' if language == 'en' else 'meses'}", phrase
        )
    for digits, word in enumerate(_NUMBERS[language].split(), start=1):
        phrase = re.sub(rf"\b{word}\b", str(digits), phrase)
    if language == "en":
        phrase = re.sub(r"\b(an|a|couple of)\b", lambda word: _ARTICLES[word.group()], phrase)
        phrase = re.sub(r"\b(back|earlier)$", "ago", phrase)
        phrase = re.sub(
            r"^for (?:about |over |almost |nearly |the (?:last|past) )?(.*)", r"\1 ago", phrase
        )
        phrase = re.sub(r"^this \w+$|^tonight$", "today", phrase)
        phrase = re.sub(r"^last night$|^yesterday \w+$", "yesterday", phrase)
        phrase = re.sub(r"^the day before yesterday$", "2 days ago", phrase)
        phrase = re.sub(r"^the day after tomorrow$", "in 2 days", phrase)
        return re.sub(r"^(since|last) (?=[a-z]+(?: \d{4})?$)(?!.*(week|month|year))", "", phrase)
    phrase = re.sub(r"\b(uma|duas)\b", lambda word: _ARTICLES[word.group()], phrase)
    phrase = re.sub(rf"^(?:ha|a|faz|tem) (?:{_ABOUT})?", "ha ", phrase)
    phrase = re.sub(r"^esta (?:manha|tarde|noite)$", "hoje", phrase)
    phrase = re.sub(r"^(\d+ \w+) atras$", r"ha \1", phrase)
    phrase = re.sub(r"^daqui (?:a )?", "em ", phrase)
    phrase = re.sub(r"^(?:semana que vem|proxima semana)$", "em 1 semana", phrase)
    phrase = re.sub(r"^(?:mes que vem|proximo mes)$", "em 1 mes", phrase)
    phrase = re.sub(r"^(?:ano que vem|proximo ano)$", "em 1 ano", phrase)
    phrase = re.sub(r"^depois de amanha$", "em 2 dias", phrase)
    return re.sub(r"^(?:desde|no mes de) ", "em ", phrase)
