"""Amounts of money in sentences: where they are, how much, and of which currency."""

from __future__ import annotations

from typing import List

import pytest

from bot.nlu.amounts import find_amounts


@pytest.mark.parametrize(
    ("text", "amount", "piece"),
    [
        ("I paid £89.90 for it", "89.90 GBP", "£89.90"),
        ("R$ 3.299,00 e durou um mês", "3299.00 BRL", "R$ 3.299,00"),
        ("R$1299!", "1299.00 BRL", "R$1299"),
        ("€1,299.00", "1299.00 EUR", "€1,299.00"),
        ("it was US$ 59,99", "59.99 USD", "US$ 59,99"),
        ("89,90 €", "89.90 EUR", "89,90 €"),
        ("45€", "45.00 EUR", "45€"),
        ("1.299,00 reais", "1299.00 BRL", "1.299,00 reais"),
        ("2 499 euros", "2499.00 EUR", "2 499 euros"),
        ("GBP 349", "349.00 GBP", "GBP 349"),
        ("R$ 1,5 mil de prejuízo", "1500.00 BRL", "R$ 1,5 mil"),
        ("2 mil reais", "2000.00 BRL", "2 mil reais"),
        ("two hundred euros!", "200.00 EUR", "two hundred euros"),
        ("a hundred and fifty euros", "150.00 EUR", "a hundred and fifty euros"),
        ("custou mil e duzentos reais", "1200.00 BRL", "mil e duzentos reais"),
        ("vinte e três reais", "23.00 BRL", "vinte e três reais"),
        ("fifty quid", "50.00 GBP", "fifty quid"),
        ("I paid 499 in the shop", "499.00", "499"),
        ("custou 1.299,90 na loja", "1299.90", "1.299,90"),
    ],
)
def test_amount_is_read_with_its_currency(text: str, amount: str, piece: str) -> None:
    (found,) = find_amounts(text)
    assert (str(found), text[found.start : found.end]) == (amount, piece)


@pytest.mark.parametrize(
    "text",
    [
        "it weighs 40 pounds",
        "I paid 3 times",
        "paguei 10 vezes",
        "paid on 12/03/2026",
        "20 percent off",
        "pay 20% less",
        "order 123456",
        "o conto de fadas",
        "the real thing",
        "it cost me 2 days",
        "custou 12 parcelas",
        "euros",
        "",
    ],
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert find_amounts(text) == []


def test_amounts_come_in_the_order_of_the_text() -> None:
    found: List[str] = [str(one) for one in find_amounts("thirty euros, then £40 and 50 reais")]
    assert found == ["30.00 EUR", "40.00 GBP", "50.00 BRL"]
