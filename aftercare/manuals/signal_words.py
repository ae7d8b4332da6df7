"""Finds warnings by their signal word, as ISO 3864, ANSI Z535 and Brazil's NBR manuals write it."""

from __future__ import annotations

import re

from aftercare.guidance.sections import WarningLevel

#: Where a word is used for two levels, it counts as the higher one.
_WORDS = {
    WarningLevel.DANGER: ("danger", "perigo"),
    WarningLevel.WARNING: ("warning", "attention", "aviso", "advertência", "atenção", "alerta"),
    WarningLevel.CAUTION: ("caution", "notice", "cuidado", "precaução"),
    WarningLevel.NOTE: (
        "note", "notes", "important", "tip", "hint", "nota", "notas", "importante", "observação",
        "observações", "dica",
    ),
}  # fmt: skip
_LEVELS = {word: level for level, words in _WORDS.items() for word in words}
_ANY = "|".join(sorted(_LEVELS, key=len, reverse=True))
#: Signs that stand before the word in place of the triangle.
_SIGN = r"[\W_]{0,4}"
_ALONE = re.compile(rf"^{_SIGN}({_ANY})\s*[!:.–—-]?{_SIGN}$", re.IGNORECASE)
_LEADING = re.compile(rf"^{_SIGN}({_ANY})\s*([!:–—]|-\s)\s*", re.IGNORECASE)
_LOUD = re.compile(rf"^{_SIGN}({_ANY.upper()})[.!:]?\s+(?=\S)")


def signal(text: str) -> tuple[WarningLevel, str] | None:
    """The level that a paragraph begins with and the rest of it; None for ordinary text.

    "Warning: hot", "WARNING hot" and "Warning" alone are signals; "Warning lights" is not.
    """
    for pattern in (_ALONE, _LEADING, _LOUD):
        found = pattern.match(text)
        if found:
            return _LEVELS[found.group(1).lower()], text[found.end() :].strip()
    return None
