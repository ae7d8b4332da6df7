"""Finds postal codes in what people write as an address."""

from __future__ import annotations

import re

#: Codes of Brazil (01310-100), Portugal (1200-109) and of countries with five digits.
_POSTCODE = re.compile(r"(?<![\d-])(?:\d{5}-?\d{3}|\d{4}-\d{3}|\d{5})(?![\d-])")


def postcodes_in(address: str) -> list[str]:
    """The digits of each code, in the order in which they stand."""
    return [found.replace("-", "") for found in _POSTCODE.findall(address)]
