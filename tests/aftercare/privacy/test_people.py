"""A person is found by what they are known by, and nobody else is."""

from __future__ import annotations

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.privacy.people import find_customer, find_people, read_contact, stranger
from tests.factories import make_customer, make_ticket


@pytest.fixture
def database() -> str:
    """What these tests are about is the same on both."""
    return "sqlite"


def numbers(sessions: SessionFactory, who: str) -> list[int | None]:
    with reading(sessions) as session:
        return [person.customer_id for person in find_people(session, who)]


def test_each_way_to_name_a_person_finds_that_one(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        ana = make_customer(session, email="ana@mail.example", external_id="shop-17")
        rui = make_customer(session, email=None, phone="+351912345678")
        ticket = make_ticket(session, email="ana@mail.example")
    for who in (" Ana@Mail.example ", "shop-17", ticket.number, ticket.number.lower(), f"{ana.id}"):
        assert numbers(sessions, who) == [ana.id], who
    for who in ("+351 912 345 678", "912345678", f"{rui.id}"):
        assert numbers(sessions, who) == [rui.id], who


@pytest.mark.parametrize(
    "who",
    ["", " ", "ana", "@", "ana @mail.example", "%", "0", "9999999", "9" * 40, "K4F-7M2C", "٣"],
)
def test_anything_else_finds_nobody(sessions: SessionFactory, who: str) -> None:
    with writing(sessions) as session:
        make_customer(session, email="ana@mail.example")
    assert numbers(sessions, who) == []


def test_people_who_share_a_phone_are_all_found(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        both = [make_customer(session, phone="+351912345678").id for _ in range(2)]
    assert numbers(sessions, "912 345 678") == both


def test_known_as_the_first_contact_there_is(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        number = make_customer(session, email=None, phone=None).id
    with reading(sessions) as session:
        person = find_customer(session, f"{number}")
        assert person and person.known_as == f"{number}"
        assert person.contacts == ()
        assert find_customer(session, "x") is find_customer(session, "9" * 30) is None


def test_contact_that_nobody_is_on_file_with_is_a_stranger() -> None:
    typed = stranger(" Ana@Mail.example")
    assert typed and (typed.customer_id, typed.known_as) == (None, "ana@mail.example")
    assert stranger("12") is stranger("not a contact") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("048 99182-7364", "+5548991827364"),
        ("+44 20 7946 0958", "+442079460958"),
        ("00 00", None),
        ("12345678", None),
    ],
)
def test_phone_numbers_are_read_as_they_are_on_file(written: str, read: str | None) -> None:
    assert read_contact(written) == read
