"""Reads a rating of 1 to 5 out of what a customer types: "5", "4 stars", "muito bom", "awful"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aftercare.intake.words import plain

LOWEST, HIGHEST = 1, 5

#: Words beside a rating that make it no story of its own.
_FEW_WORDS = 6
_WORDS_FOR_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5,
}  # fmt: skip
_NUMBER = "|".join(("[1-5]", *_WORDS_FOR_NUMBERS))
_STARS = re.compile(r"^\s*((?:⭐\ufe0f?|★|\*){1,5})[\s!.]*$")
#: At the beginning, or after "nota", "I give it"; "5 weeks" and "1 and a half" are no ratings.
_RATED = re.compile(
    r"^(?:(?:i ?'?d?|i would|we|eu)\s+)?"
    r"(?:(?:give|say|rate|dou|daria|dei|digo|nota|note|avalio|um|uma|a|it|you|is|e|com|de)\s+){0,5}"
    rf"({_NUMBER})"
    r"(?:\s*(?:/|out of|of|de|em)\s*(?:5|five|cinco))?"
    r"(?:\s*(?:stars?|points?|estrelas?|pontos?|valores))?"
    r"(?=\s*(?:[.,;:!–-]|$|\s(?:because|but|as|thanks|thank|porque|pois|mas|obrigad\w+)\b))"
)
_OTHER_SCALE = re.compile(r"^\W*(?:[1-5]\s*(?:/|out of|de|em)\s*(?!5\b|five|cinco)\w+|[1-5]\s*%)")
#: From the strongest words to the weakest: the first that is found counts.
_SAID: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (rating, re.compile(rf"\b(?:{words})\b"))
    for rating, words in (
        (3, r"not (?:too |so |that )?bad|nao (?:foi |e |esta )?(?:tao |muito )?(?:mau|ma|ruim)"
            r"|so[- ]so|mais ou menos|assim[- ]assim|nem bo[mn] nem (?:mau|ruim)|meh"),
        (1, r"(?:very|really|extremely|so) (?:bad|poor|unhappy|dissatisfied|disappointed|angry)"
            r"|(?:muito|tao|super|bem) (?:mau|ma|ruim|insatisfeit[oa]|desapontad[oa]|fraco"
            r"|chatead[oa])|terrible|awful|horrible|horrid|worst|useless|disgusting|rubbish|crap"
            r"|a joke|never again"
            r"|pessim[oa]|horrivel|terrivel|o pior|a pior|um lixo|lixo|uma vergonha|vergonhos[oa]"
            r"|uma porcaria|nota zero|zero|nunca mais|uma merda|detestei|odiei"),
        (2, r"(?:not|n[o']?t|isn t|wasn t|never) (?:very |really |so |at all |too )?"
            r"(?:good|great|happy|satisfied|pleased|impressed|nice)"
            r"|(?:nao|nada) (?:foi |estou |fiquei |e |esta )?(?:muito |la muito )?"
            r"(?:bom|boa|satisfeit[oa]|feliz|contente)|nao gostei|deixou a desejar"
            r"|(?:did|do) ?n ?t (?:really )?like|mal|bad|poor|unhappy|dissatisfied"
            r"|disappointed|disappointing|unsatisfied"
            r"|mau|ma|ruim|fraco|fraca|insatisfeit[oa]|desapontad[oa]|decepcionad[oa]|chatead[oa]"),
        (5, r"(?:very|really|so|extremely|super) (?:good|happy|satisfied|pleased|nice|well)"
            r"|(?:muito|super|bem|muitissimo) (?:bom|boa|bem|satisfeit[oa]|feliz|contente|legal)"
            r"|muito fixe|excellent|perfect|perfectly|amazing|awesome|fantastic|wonderful|brilliant"
            r"|superb|outstanding|great|flawless|love it|loved it|top notch|spot on"
            r"|otim[oa]|optim[oa]|excelente|perfeit[oa]|maravilh\w+|fantastic[oa]|espetacular"
            r"|sensacional|adorei|amei|impecavel|show|top|nota (?:10|dez)|mil|cinco estrelas"),
        (4, r"good|happy|satisfied|pleased|nice|well done|fine"
            r"|bom|boa|bem|satisfeit[oa]|feliz|contente|legal|fixe|gostei|bacana"),
        (3, r"ok|okay|okey|average|alright|all right|decent|acceptable|neutral|medium|middling"
            r"|regular|razoavel|medi[oa]|aceitavel|normal|neutr[oa]|suficiente|da pro gasto"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Rating:
    """A rating of 1 to 5, and whether the message says more than that: then it tells why, too."""

    stars: int
    tells_why: bool


def read_rating(text: str) -> Rating | None:
    """What a message gives as rating; None where it gives none, or one on another scale."""
    stars = _STARS.match(text)
    if stars:
        return Rating(len(re.sub("\ufe0f", "", stars[1])), tells_why=False)
    said = plain(text).replace("'", " ").replace("’", " ")
    if _OTHER_SCALE.match(said):
        return None
    words = len(said.split())
    number = _RATED.match(said.strip())
    if number:
        given = number[1]
        rest = said.strip()[number.end() :]
        more = len(re.findall(r"\w+", rest)) > 1
        return Rating(_WORDS_FOR_NUMBERS.get(given) or int(given), more)
    if words > _FEW_WORDS:
        return None
    for rating, spoken in _SAID:
        if spoken.search(said):
            return Rating(rating, tells_why=False)
    return None
