"""What an intake finds on file of whoever talks when it begins."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, writing
from aftercare.tables.conversations import MessageState
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.talker import OnFile, on_file
from tests.conftest import NOW
from tests.factories import (
    make_attachment,
    make_conversation,
    make_customer,
    make_message,
    make_ticket,
)
from tests.postgresql import BOTH


def talk_of_rui(session: Session, *, identified: bool) -> str:
    """The conversation of Rui, who has a washer registered."""
    rui = make_customer(session, name="Rui Prado", email="rui@mail.example")
    session.add(
        OwnedProduct(
            customer_id=rui.id,
            product_id="mare-w900",
            bought_on=date(2026, 2, 3),
            serial_verified=False,
            source=OwnedSource.CONSOLE,
            registered_at=NOW,
            updated_at=NOW,
        )
    )
    return make_conversation(session, customer_id=rui.id, identified=identified).id


@BOTH
def test_name_address_and_products_of_a_customer_who_is_vouched_for(
    company: SessionFactory,
) -> None:
    with writing(company) as session:
        talk = talk_of_rui(session, identified=True)
    found = on_file(company, talk)
    assert found.known == {"name": "Rui Prado", "email": "rui@mail.example"}
    assert found.owned == [{"product": "mare-w900", "bought": "2026-02-03", "serial": ""}]
    assert not found.files_wait


def test_nothing_of_a_customer_whom_only_an_address_tells(
    stocked_sessions: SessionFactory,
) -> None:
    with writing(stocked_sessions) as session:
        talk = talk_of_rui(session, identified=False)
    assert on_file(stocked_sessions, talk) == OnFile()


def test_nothing_of_a_conversation_that_is_not_on_file(stocked_sessions: SessionFactory) -> None:
    assert on_file(stocked_sessions, "gone") == OnFile()


@BOTH
@pytest.mark.parametrize(
    ("state", "waits"), [(MessageState.DONE, True), (MessageState.RECEIVED, False)]
)
def test_files_that_came_before_the_message_in_work_wait(
    company: SessionFactory, state: MessageState, waits: bool
) -> None:
    with writing(company) as session:
        talk = make_conversation(session)
        make_attachment(session, make_message(session, talk, "", state=state))
    assert on_file(company, talk.id).files_wait is waits


def test_files_of_a_ticket_and_of_others_wait_for_none(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        talk, other = make_conversation(session), make_conversation(session)
        ticket = make_ticket(session, conversation_id=talk.id)
        make_attachment(session, make_message(session, talk, ""), ticket_id=ticket.id)
        make_attachment(session, make_message(session, other, ""))
    assert on_file(stocked_sessions, talk.id) == OnFile()


def test_a_stranger_without_files_costs_one_look(stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        talk = make_conversation(session)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_told: object) -> None:
        asked.append(statement)

    engine = stocked_sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    on_file(stocked_sessions, talk.id)
    event.remove(engine, "before_cursor_execute", note)
    assert [one.split()[0] for one in asked] == ["SELECT"]
