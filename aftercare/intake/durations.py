"""Reads answers like "2 years", "about 3 months" or "2024" to the question when it was bought.

Only such an answer is read here: in a story "two weeks" may be anything, so that the bot finds
no date in it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from aftercare.intake.words import plain

_COUNTS = {
    word: number
    for number, words in enumerate(
        (
            "a an one um uma",
            "two dois duas couple par",
            "three tres few alguns algumas",
            "four quatro",
            "five cinco",
            "six seis",
            "seven sete",
            "eight oito",
            "nine nove",
            "ten dez",
            "eleven onze",
            "twelve doze",
        ),
        start=1,
    )
    for word in words.split()
}
_DAYS = {
    **dict.fromkeys(("day", "days", "dia", "dias"), 1.0),
    **dict.fromkeys(("week", "weeks", "semana", "semanas"), 7.0),
    **dict.fromkeys(("month", "months", "mes", "meses"), 30.44),
    **dict.fromkeys(("year", "years", "yr", "yrs", "ano", "anos"), 365.25),
}
_UNITS = "|".join(sorted(_DAYS, key=len, reverse=True))
_COUNTED = re.compile(
    rf"\b(?P<count>\d{{1,2}}|half|meio|meia|{'|'.join(_COUNTS)})"
    rf" (?:an? |of )?(?P<unit>{_UNITS})\b(?P<half> and a half| e mei[oa])?"
)
_YEAR = re.compile(r"^\W*(?:(?:in|em|no ano de|foi em) )?(?P<year>(?:19|20)\d{2})\W*$")


def read_time_ago(text: str, today: date) -> date | None:
    """The day that lies so long before today; None where the text tells no length of time."""
    flat = plain(text)
    year = _YEAR.match(flat)
    if year:
        return date(int(year["year"]), 1, 1)
    found = _COUNTED.search(flat)
    if found is None:
        return None
    count = found["count"]
    many = 0.5 if count in ("half", "meio", "meia") else float(_COUNTS.get(count) or count)
    if found["half"]:
        many += 0.5
    try:
        return today - timedelta(days=round(many * _DAYS[found["unit"]]))
    except OverflowError:
        return None
