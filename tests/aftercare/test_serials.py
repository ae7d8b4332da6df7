"""Serial numbers: their form, check digits and week of making."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from aftercare.catalogue.snapshot import Catalogue
from aftercare.serials import SerialCheck, Week, check_fits, is_verified, made_in, normalise

D25 = r"D2(?P<year>\d{2})(?P<week>0[1-9]|[1-4]\d|5[0-3])\d{4}"
H60 = r"H6(?P<year>\d{2})(?P<week>0[1-9]|[1-4]\d|5[0-3])\d{6}"


@pytest.mark.parametrize(
    ("serial", "pattern", "check", "fits"),
    [
        ("D225140375", D25, "luhn", True),
        ("D225140376", D25, "luhn", False),
        ("D221540375", D25, "luhn", False),
        ("H62531047297", H60, "mod_97_10", True),
        ("H62531047279", H60, "mod_97_10", False),
        ("X1-07940", r"X1-\d+", "none", True),
        ("07945", r"\d+", "mod_11_10", True),
        ("07954", r"\d+", "mod_11_10", False),
        ("079X", r"\d{3}[\dX]", "mod_11_2", True),
        ("AB07945", r"AB(?P<checked>\d+)", "mod_11_10", True),
    ],
)
def test_check_digits(serial: str, pattern: str, check: str, fits: bool) -> None:
    assert check_fits(serial, pattern, check) is fits


def test_example_of_every_product_is_right(catalogue: Catalogue) -> None:
    for product in catalogue.products.values():
        assert is_verified(product.serial_example, product.serial_pattern, product.serial_check)


@given(st.from_regex(r"\A[0-9]{4,10}\Z"), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, more: int) -> None:
    right = digits + luhn.calc_check_digit(digits)
    at = place % len(right)
    wrong = right[:at] + str((int(right[at]) + more) % 10) + right[at + 1 :]
    assert check_fits(right, r"\d+", SerialCheck.LUHN)
    assert not check_fits(wrong, r"\d+", SerialCheck.LUHN)


@pytest.mark.parametrize(
    ("serial", "week"),
    [
        ("D225140375", Week(2025, 14)),
        ("D220530375", Week(2020, 53)),
        ("D225530375", None),  # 2025 has 52 weeks
        ("W912345678", None),
    ],
)
def test_week_of_making(serial: str, week: Week | None) -> None:
    assert made_in(serial, D25) == week


@pytest.mark.parametrize("written", ["d2 2514-0375", " D225140375. ", "D2/2514_0375"])
def test_one_number_is_one_number_however_it_is_written(written: str) -> None:
    assert normalise(written) == "D225140375"
