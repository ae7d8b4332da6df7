from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.errors import NotFound
from aftercare.ticket_numbers import new_number
from aftercare.tickets.opening import open_ticket
from aftercare.tickets.proofs import (
    PROOF_WINDOW,
    PROOFS_ALLOWED,
    find_for_customer,
    prove_and_find,
)
from tests.factories import make_customer, new_ticket


def test_ticket_is_found_by_address_or_phone_given_with_it(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    given = {"email": "joana@mail.example", "phone": "+5511912345678"}
    with writing(stocked_sessions) as session:
        ticket = open_ticket(
            session,
            new_ticket(**given, service_id="installation", records={**given, "wall": "+1"}),
            now,
        )
        for proof in given.values():
            assert find_for_customer(session, ticket.number, proof=proof) is ticket
        with pytest.raises(NotFound):
            find_for_customer(session, ticket.number, proof="+1")


def test_ticket_of_a_customer_without_address_is_found_by_phone(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        ticket = open_ticket(session, new_ticket(email=None, phone="+5511912345678"), now)
        assert find_for_customer(session, ticket.number, proof="+5511912345678") is ticket


@pytest.mark.parametrize("stranger_first", [True, False])
def test_phone_given_with_another_ticket_of_the_same_address_opens_nothing(
    stocked_sessions: SessionFactory, now: datetime, stranger_first: bool
) -> None:
    strange = new_ticket(intake_key="stranger", service_id="installation", phone="+351912345678")
    with writing(stocked_sessions) as session:
        if stranger_first:
            open_ticket(session, strange, now)
        number = open_ticket(session, new_ticket(), now).number
        if not stranger_first:
            open_ticket(session, strange, now)
        with pytest.raises(NotFound):
            find_for_customer(session, number, proof="+351912345678")


def test_wrong_proof_sounds_exactly_like_no_such_ticket(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    unknown = new_number()
    with writing(stocked_sessions) as session:
        make_customer(session, email="other@mail.example")
        known = open_ticket(session, new_ticket(), now).number
        told = []
        for number in (known, unknown):
            with pytest.raises(NotFound) as refusal:
                find_for_customer(session, number, proof="other@mail.example")
            told.append(str(refusal.value).replace(number, "NUMBER"))
        assert told[0] == told[1]


@pytest.mark.parametrize("proof", ["", "None", "%", "joana@mail.example "])
def test_empty_or_odd_proof_opens_no_ticket(
    stocked_sessions: SessionFactory, now: datetime, proof: str
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, new_ticket(), now).number
        with pytest.raises(NotFound):
            find_for_customer(session, number, proof=proof)


def test_ticket_without_customer_is_found_by_nobody(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, new_ticket(service_id="feedback", name=None, email=None), now)
        with pytest.raises(NotFound):
            find_for_customer(session, number.number, proof="joana@mail.example")


def test_number_is_closed_after_too_many_wrong_proofs_from_anywhere(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    with writing(stocked_sessions) as session:
        number = open_ticket(session, new_ticket(), now).number
        other = open_ticket(session, new_ticket(intake_key="other"), now).number
    right = "joana@mail.example"
    for guess in range(PROOFS_ALLOWED):
        with writing(stocked_sessions) as session:
            wrong = f"guess{guess}@mail.example"
            assert prove_and_find(session, number, proof=wrong, now=now) is None
    with writing(stocked_sessions) as session:
        assert prove_and_find(session, number, proof=right, now=now) is None
        assert prove_and_find(session, other, proof=right, now=now) is not None
    later = now + PROOF_WINDOW + timedelta(seconds=1)
    with writing(stocked_sessions) as session:
        assert prove_and_find(session, number, proof=right, now=later) is not None
