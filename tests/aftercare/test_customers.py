from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.customers import find_or_add_customer
from aftercare.database import SessionFactory, writing
from aftercare.tables.conversations import Customer

JOANA = {"name": "Joana Lima", "phone": None, "language": "pt"}


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Customer)) or 0


def test_address_in_other_letters_finds_the_same_customer(
    sessions: SessionFactory, now: datetime
) -> None:
    with writing(sessions) as session:
        first = find_or_add_customer(session, **JOANA, email="Joana@Mail.example", now=now)
        again = find_or_add_customer(session, **JOANA, email="joana@mail.EXAMPLE", now=now)
        assert again is first
        assert first.email == "joana@mail.example"


def test_name_on_file_stays_when_somebody_else_gives_the_address(
    sessions: SessionFactory, now: datetime
) -> None:
    with writing(sessions) as session:
        find_or_add_customer(session, **JOANA, email="joana@mail.example", now=now)
        found = find_or_add_customer(
            session,
            name="Mallory",
            phone=None,
            language="en",
            email="joana@mail.example",
            now=now,
        )
        assert (found.name, found.language) == ("Joana Lima", "pt")


@pytest.mark.parametrize("on_file", [None, "+5511912345678"])
def test_phone_on_file_stays_when_somebody_else_gives_the_address(
    sessions: SessionFactory, now: datetime, on_file: str | None
) -> None:
    with writing(sessions) as session:
        for given in (on_file, "+351912345678"):
            customer = find_or_add_customer(
                session,
                name="Joana Lima",
                language="pt",
                email="joana@mail.example",
                phone=given,
                now=now,
            )
        assert customer.phone == on_file


def test_phone_finds_only_a_customer_without_address(
    sessions: SessionFactory, now: datetime
) -> None:
    with writing(sessions) as session:
        phone = {"name": "Rui", "language": "pt", "phone": "+351912345678", "now": now}
        with_address = find_or_add_customer(session, **phone, email="rui@mail.example")
        by_phone = find_or_add_customer(session, **phone, email=None)
        assert by_phone is not with_address
        assert find_or_add_customer(session, **phone, email=None) is by_phone
        assert _count(session) == 2


def test_customer_without_address_and_phone_is_refused(
    sessions: SessionFactory, now: datetime
) -> None:
    with writing(sessions) as session:
        with pytest.raises(ValueError, match="needs an e-mail address or a phone"):
            find_or_add_customer(session, **JOANA, email=None, now=now)
        assert _count(session) == 0
