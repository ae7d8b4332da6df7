"""What the desk knows of a customer for whom a website vouches is not asked again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.customers import vouched_for
from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Conversation
from aftercare.tables.tickets import Ticket
from tests.desks import YES, Caller
from tests.factories import make_conversation, make_customer


def introduce(sessions: SessionFactory, *, identified: bool) -> None:
    """Make the callers' conversation that of Rui, whether or not the website says so."""
    with writing(sessions) as session:
        rui = make_customer(
            session, name="Rui Prado", email="rui@mail.example", phone="+5511912345678"
        )
        conversation = session.get(Conversation, "c-1") or make_conversation(session, id="c-1")
        conversation.customer_id, conversation.identified = rui.id, identified


def the_ticket(session: Session) -> Ticket:
    return session.scalars(select(Ticket)).one()


def test_name_and_address_are_on_file_and_the_phone_is_not(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    introduce(stocked_sessions, identified=True)
    joana.want("request_repair")
    assert joana.state.records["name"] == "Rui Prado"
    assert joana.state.records["email"] == "rui@mail.example"
    assert "+5511912345678" not in joana.state.records.values()


def test_who_only_gave_an_address_learns_nothing_of_its_owner(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    introduce(stocked_sessions, identified=False)
    joana.want("request_repair")
    assert "Rui Prado" not in joana.state.records.values()
    with reading(stocked_sessions) as session:
        assert vouched_for(session, "c-1") == {}


def test_ticket_belongs_to_that_customer(joana: Caller, stocked_sessions: SessionFactory) -> None:
    introduce(stocked_sessions, identified=True)
    joana.want("request_repair").answer_all()
    joana.say(YES)
    assert joana.heard == ["utter_ticket_opened"]
    with reading(stocked_sessions) as session:
        customer = the_ticket(session).customer
        assert customer and customer.name == "Rui Prado"


def test_what_the_customer_said_in_the_conversation_comes_first(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    introduce(stocked_sessions, identified=True)
    joana.memory.known["email"] = "other@mail.example"
    joana.want("request_repair")
    assert joana.state.records["email"] == "other@mail.example"
    assert joana.state.records["name"] == "Rui Prado"
