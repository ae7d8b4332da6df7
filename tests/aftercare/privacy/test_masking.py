"""Card and identity numbers are masked, and what only looks like one is left alone."""

from __future__ import annotations

import time

import pytest

from aftercare.database import SessionFactory
from aftercare.privacy.masking import mask_for_storing
from aftercare.privacy.personal_numbers import find_personal_numbers


@pytest.fixture
def database() -> str:
    """What these tests are about is the same on both."""
    return "sqlite"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("my card is 4111 1111 1111 1111, ok?", "my card is •••• •••• •••• 1111, ok?"),
        ("4111111111111111", "••••••••••••1111"),
        ("5555-5555-5555-4444", "••••-••••-••••-4444"),
        ("amex 378282246310005", "amex •••••••••••0005"),
        ("cvv 123, valid 12/28", "cvv •••, valid 12/28"),
        ("meu cpf é 529.982.247-25", "meu cpf é •••.•••.•••-••"),
        ("52998224725 é o meu CPF", "••••••••••• é o meu CPF"),
        ("CPF52998224725", "CPF•••••••••••"),
        ("CNPJ 11.222.333/0001-81", "CNPJ ••.•••.•••/••••-••"),
        ("CNPJ alfanumérico 12.ABC.345/01DE-35", "CNPJ alfanumérico ••.•••.•••/••••-••"),
        ("o meu NIF: 123 456 789", "o meu NIF: ••• ••• •••"),
        ("contribuinte 123456789", "contribuinte •••••••••"),
        ("cartão de cidadão 00000000 0 ZZ4", "cartão de cidadão •••••••• • •••"),
        ("PT50 0002 0123 1234 5678 9015 4", "•••• •••• •••• •••• •••• •••• •"),
        (
            "cpf 529.982.247-25 e cartão 4111111111111111",
            "cpf •••.•••.•••-•• e cartão ••••••••••••1111",
        ),
    ],
)
def test_number_is_masked_and_the_rest_stays(
    stocked_sessions: SessionFactory, text: str, stored: str
) -> None:
    assert mask_for_storing(stocked_sessions, text) == stored
    assert mask_for_storing(stocked_sessions, stored) == stored
    assert len(stored) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "my washing machine leaks",
        "serial number W912345678",
        "order 4111111111111111",
        "pedido nº 52998224725",
        "nota fiscal 11.222.333/0001-82",
        "ring me at +55 48 99123-4567 or 48991234567",
        "telefone 123456789",
        "912345678",
        "my ticket is K4F-7M2C",
        "4111 1111 1111 1112",
        "bought on 2025-11-03 for 1299.90",
        "0000 0000 0000 0000",
        "https://shop.example/order/4111111111111111",
        "35190311222333000181550010000000011000000019",
        "cvv",
        "",
    ],
)
def test_other_numbers_are_left_alone(stocked_sessions: SessionFactory, text: str) -> None:
    assert mask_for_storing(stocked_sessions, text) == text


def test_serial_number_of_the_catalogue_is_none_though_its_digits_are_right() -> None:
    text = "4111 1111 1111 1111"
    assert len(find_personal_numbers(text)) == 1
    assert find_personal_numbers(text, lambda: [r"4\d{15}"]) == []


def test_catalogue_is_asked_only_where_something_looks_like_a_number() -> None:
    def never() -> list[str]:
        raise AssertionError

    assert find_personal_numbers("the W900 leaks since 12 November, 30 litres", never) == []


@pytest.mark.parametrize(
    "text", ["1" * 2000, "1 2 3 4 " * 250, "cpf " * 500, "a1" * 1000, "4111 1111 1111 1112 " * 100]
)
def test_long_rows_of_signs_take_no_time(text: str) -> None:
    began = time.perf_counter()
    find_personal_numbers(text)
    assert time.perf_counter() - began < 0.5
