"""What has a regular form: addresses, numbers, codes and dates in customers' sentences."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Dict, List, Tuple

import pytest

from bot.nlu.pattern_entities import PatternEntityExtractor
from tests.bot.components import covered, entities, understand

EXTRACTOR = PatternEntityExtractor()

FOUND = [
    ("my mail is ana.souza+x@correio.example", "email", "ana.souza+x@correio.example"),
    ("ANA@CORREIO.EXAMPLE, thanks", "email", "ANA@CORREIO.EXAMPLE"),
    ("escreva para <jo@a.example>", "email", "jo@a.example"),
    ("é joão.é@correio.example.", "email", "joão.é@correio.example"),
    ("+55 11 90000-0000", "phone", "+55 11 90000-0000"),
    ("ligue (11) 90000-0000 depois das 18", "phone", "(11) 90000-0000"),
    ("11900000000", "phone", "11900000000"),
    ("o meu é +351 900 000 000", "phone", "+351 900 000 000"),
    ("900 000 000", "phone", "900 000 000"),
    ("my ticket K4F-7M2C please", "ticket_number", "K4F-7M2C"),
    ("k4f7m2c", "ticket_number", "k4f7m2c"),
    ("é k4f 7m2c", "ticket_number", "k4f 7m2c"),
    ("the serial is W912345678", "serial_number", "W912345678"),
    ("w9 12345678", "serial_number", "w9 12345678"),
    ("sn:P3-12345678", "serial_number", "P3-12345678"),
    ("order 123456", "order_number", "123456"),
    ("order number is 4455", "order_number", "4455"),
    ("order no. 5567", "order_number", "5567"),
    ("invoice INV-2024-001", "order_number", "INV-2024-001"),
    ("pedido nº 98765-AB", "order_number", "98765-AB"),
    ("o pedido é 55667", "order_number", "55667"),
    ("pedido: #A1B2345", "order_number", "A1B2345"),
    ("a encomenda número 12345", "order_number", "12345"),
    ("nota fiscal 00123", "order_number", "00123"),
    ("NF-e 12345", "order_number", "12345"),
    ("order id 20261103-55", "order_number", "20261103-55"),
    ("my order (number 900123)", "order_number", "900123"),
    ("invoice 2026/00417", "order_number", "2026/00417"),
    ("cadê o #445577, meu pedido?", "order_number", "445577"),
    ("paid £89.90", "amount", "£89.90"),
    ("1.299,00 reais", "amount", "1.299,00 reais"),
    ("it shows E18.", "error_code", "E18"),
    ("aparece e-18 no visor", "error_code", "e-18"),
    ("Er18", "error_code", "Er18"),
    ("error E 18 on the display", "error_code", "E 18"),
    ("E 18", "error_code", "E 18"),
    ("F1!", "error_code", "F1"),
    ("comprei em 10/01/2026", "date", "10/01/2026"),
]

NOTHING = [
    "a@b",
    "@marulhohelp please help",
    "12345",
    "price 1.299,00",
    "CPF 123.456.789-09",
    "the machine was fine",
    "many 2nd hand shops",
    "ticket I9F-7M2C",
    "W9123",
    "border 12345",
    "in order to use 2 of them",
    "meu pedido chegou com 3 peças a menos",
    "comprei duas e 3 pararam",
    "E 2 dias depois parou",
    "H2O",
    "",
]


@pytest.mark.parametrize(("text", "name", "piece"), FOUND)
def test_value_is_found_as_the_customer_wrote_it(text: str, name: str, piece: str) -> None:
    assert covered(EXTRACTOR, text) == {name: piece}


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_a_value_is_left_alone(text: str) -> None:
    assert entities(EXTRACTOR, text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # The number of a ticket after the word "order", the digits of a serial number, of an
        # address and of a date are each one thing only.
        ("order K4F-7M2C", [("ticket_number", "K4F-7M2C")]),
        ("W912345678", [("serial_number", "W912345678")]),
        ("11900000000@correio.example", [("email", "11900000000@correio.example")]),
        ("pedido 10/01/2026", [("date", "2026-01-10")]),
        ("compra 2026-01-10", [("date", "2026-01-10")]),
        ("order 1299 euros", [("amount", "1299.00 EUR")]),
        ("order 4455667788", [("order_number", "4455667788")]),
        (
            "E18, order 5567, ana@correio.example, (11) 90000-0000",
            [
                ("error_code", "E18"),
                ("order_number", "5567"),
                ("email", "ana@correio.example"),
                ("phone", "(11) 90000-0000"),
            ],
        ),
    ],
)
def test_every_piece_of_text_is_one_thing_only(text: str, found: List[Tuple[str, str]]) -> None:
    assert entities(EXTRACTOR, text) == found


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("I bought it on 10/01/2026", ["purchase"]),
        ("adquiri a máquina em 10/01/2026", ["purchase"]),
        ("comprei em 10/01/2026 e parou em 12/02/2026", ["purchase", None]),
        ("parou em 12/02/2026, comprei em 10/01/2026", [None, "purchase"]),
        ("I bought it. It stopped on 12/02/2026", [None]),
        ("come on 12/02/2026", [None]),
    ],
)
def test_date_of_purchase_is_told_from_other_dates(text: str, roles: List[str]) -> None:
    found = understand(EXTRACTOR, text).get("entities")
    assert [entity.get("role") for entity in found] == roles


def test_date_is_resolved_both_ways_from_today() -> None:
    # Two readings of the clock that straddle midnight may differ; one of the days is right.
    before = date.today()
    (entity,) = understand(EXTRACTOR, "tomorrow").get("entities")
    days = {(day + timedelta(days=1)).isoformat() for day in (before, date.today())}
    assert entity["value"] in days
    assert entity["additional_info"]["future"] in days


def test_positions_hold_behind_emoji_and_accents() -> None:
    assert covered(EXTRACTOR, "😡👎🏽 É já o 3.º! ﬁm: ana@correio.example") == {
        "email": "ana@correio.example"
    }


HOSTILE: Dict[str, str] = {
    "an address that never ends": "a" * 1000 + "@" + "b" * 999,
    "signs of an address": "a@" * 1000,
    "dots of an address": "a@" + "b." * 999,
    "digits": "1" * 2000,
    "digits with spaces": "1 " * 1000,
    "digits with dashes": "1-" * 1000,
    "brackets": "(" * 2000,
    "fractions": "1/" * 1000,
    "dates": "10/01/2026 " * 180,
    "dates after a word of buying": "bought yesterday " * 117,
    "words of buying": "bought " * 285,
    "lengths of time": "2 years ago " * 166,
    "months": "janeiro de " * 180,
    "days of the week": "segunda " * 250,
    "words before a number": "order number " * 150,
    "a sign of a number that never ends": "order n" + "o" * 1990,
    "dots of a number": "order n" + "o." * 990,
    "dashes of a number": "order " + "-" * 1990,
    "spaces before a number": "order number" + " " * 1980 + "x",
    "letters where a number is due": "order " + "a" * 1990,
    "codes": "e1 " * 666,
    "amounts": "r$ 1 " * 400,
    "numbers in groups": "111 " * 500,
    "words of numbers": "two " * 400 + "euros",
    "currencies": "euros " * 330,
    "signs of numbers": "#1234 " * 330,
    "tickets": "K4F-7M2C " * 222,
    "spaces": " " * 2000,
    "line ends": "\n" * 2000,
    "accents without letters": "\u0301" * 2000,
    "emoji": "😡" * 2000,
    "ligatures": "ﷺ" * 2000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_message_takes_no_time(text: str) -> None:
    understand(EXTRACTOR, "10/01/2026, 2 years ago, ontem")  # the languages' words are loaded once
    taken = min(_seconds_for(text) for _ in range(3))
    assert taken < 0.05


def _seconds_for(text: str) -> float:
    begun = time.perf_counter()
    understand(EXTRACTOR, text)
    return time.perf_counter() - begun
