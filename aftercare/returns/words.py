"""Writes amounts of money as people read them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import get_currency_precision

from aftercare.wording import show_amount


def show_money(minor: int, currency: str, language: str) -> str:
    """Minor units as an amount: 129900 of BRL is R$1,299.00."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return show_amount(f"{amount} {currency}", language)
