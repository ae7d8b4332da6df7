"""A contact is found in every form in which people write it, and nobody else's is taken for it."""

from __future__ import annotations

import pytest

from aftercare.privacy.mentions import blotted, mentions

PHONE, EMAIL = "+5548991827364", "ana.b@mail.example"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ring +55 48 99182-7364 now", "ring […] now"),
        ("(48) 99182-7364", "[…]"),
        ("048991827364", "[…]"),
        ("99182.7364", "[…]"),
        ("it is 5548991827364.", "it is […]."),
        ("mail Ana.B@Mail.Example, please", "mail […], please"),
        ("ana.b@mail.example", "[…]"),
    ],
)
def test_contact_is_blotted_out(text: str, left: str) -> None:
    looks = mentions([EMAIL, PHONE])
    assert looks
    assert looks.sub("[…]", text) == left


@pytest.mark.parametrize(
    "text",
    [
        "11 99182-7364",
        "+351 991827364",
        "9918273645",
        "serial 1991827364",
        "joana.b@mail.example",
        "ana.b@mail.example.org",
        "ana.b@mail.examples",
        "x-ana.b@mail.example",
        "anaxb@mail.example",
    ],
)
def test_somebody_elses_is_left_alone(text: str) -> None:
    looks = mentions([EMAIL, PHONE])
    assert looks
    assert not looks.search(text)


def test_without_contacts_there_is_nothing_to_look_for() -> None:
    assert mentions([]) is None


def test_every_text_of_a_structure_is_blotted_and_numbers_stay() -> None:
    looks = mentions([PHONE])
    assert looks
    known = [{"text": "48 99182 7364", "at": 48991827364, "more": ["x", None]}]
    assert blotted(known, looks) == [{"text": "[…]", "at": 48991827364, "more": ["x", None]}]
