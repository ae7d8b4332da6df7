"""Serial numbers: how they are written down, their check digits, and when the product was made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import luhn
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_36, mod_97_10

#: Serials of another century are not made out by two digits.
_CENTURY = 2000


class SerialCheck(StrEnum):
    """How the check digits of a product's serial numbers are made; the mod ones are ISO 7064."""

    NONE = "none"
    LUHN = "luhn"
    MOD_11_2 = "mod_11_2"
    MOD_11_10 = "mod_11_10"
    MOD_37_36 = "mod_37_36"
    MOD_97_10 = "mod_97_10"


#: Those that know digits alone leave out the letters of a serial number.
_OF_DIGITS: dict[SerialCheck, Callable[[str], bool]] = {
    SerialCheck.LUHN: luhn.is_valid,
    SerialCheck.MOD_11_10: mod_11_10.is_valid,
}
_OF_ALL: dict[SerialCheck, Callable[[str], bool]] = {
    SerialCheck.MOD_11_2: mod_11_2.is_valid,
    SerialCheck.MOD_37_36: mod_37_36.is_valid,
    SerialCheck.MOD_97_10: mod_97_10.is_valid,
}


@dataclass(frozen=True, order=True)
class Week:
    """A calendar week of ISO 8601."""

    year: int
    week: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.week:02}"

    @classmethod
    def read(cls, text: str) -> Week:
        """Read 2025-W14. Raises ValueError."""
        found = re.fullmatch(r"(\d{4})-W(\d{2})", text)
        if found is None:
            raise ValueError(f"'{text}' is no week; write it like 2025-W14")
        return cls.checked(int(found[1]), int(found[2]))

    @classmethod
    def checked(cls, year: int, week: int) -> Week:
        """Raises ValueError for a week that the year does not have."""
        date.fromisocalendar(year, week, 1)
        return cls(year, week)


def normalise(text: str) -> str:
    """The number without blanks, dashes and dots, in capitals: the form in which it is kept."""
    return re.sub(r"[\s.\-–—_/]+", "", text).upper()


def has_form(serial: str, pattern: str) -> bool:
    """Whether a normalised number looks as the product's do."""
    return re.fullmatch(pattern, serial) is not None


def check_fits(serial: str, pattern: str, check: str) -> bool:
    """Whether the check digits are right; True where the product's numbers have none.

    They are those of the group `checked` of the pattern, else of the whole number.
    """
    kind = SerialCheck(check or SerialCheck.NONE)
    if kind is SerialCheck.NONE:
        return True
    found = re.fullmatch(pattern, serial)
    checked = found.groupdict().get("checked") or serial if found else serial
    if kind in _OF_DIGITS:
        return _OF_DIGITS[kind](re.sub(r"\D", "", checked))
    return _OF_ALL[kind](checked)


def is_verified(serial: str, pattern: str, check: str) -> bool:
    """Whether a normalised number can be the product's: its form, and its check digits."""
    return has_form(serial, pattern) and check_fits(serial, pattern, check)


def made_in(serial: str, pattern: str) -> Week | None:
    """When it was made, by the groups `year` and `week` of the pattern; None where none tells."""
    found = re.fullmatch(pattern, serial)
    groups = found.groupdict() if found else {}
    if not groups.get("year") or not groups.get("week"):
        return None
    try:
        year = int(groups["year"])
        return Week.checked(year if year >= 1000 else _CENTURY + year, int(groups["week"]))
    except ValueError:
        return None
