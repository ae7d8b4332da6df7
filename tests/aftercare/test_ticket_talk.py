"""Talk about tickets that exist: how they stand, what is added, whether it is solved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.desk import Desk
from aftercare.tables.conversations import Conversation, MessageState
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.customer_acts import CustomerAct, tell_customer
from aftercare.tickets.history import DESK
from tests.answers import EMAIL, pressed, told
from tests.customers import Customer, read_ticket, ticket_of_chat
from tests.factories import make_attachment, make_message

STATUS, ADD, REPAIR = "check_ticket_status", "add_to_ticket", "request_repair"


@pytest.fixture
def ana(desk: Desk) -> Customer:
    return Customer(desk)


# Where it stands ------------------------------------------------------------------


def test_status_tells_the_next_step_and_offers_to_add(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions)
    ana.want(STATUS)
    assert ana.heard[0] == "utter_ticket_status_new"
    assert "utter_ticket_step" in ana.heard
    assert ana.heard[-1] == "utter_ticket_offers_open"
    assert ana.values["number"] == number


def test_customer_with_several_tickets_chooses_one_by_a_button(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    first, second = (
        ticket_of_chat(stocked_sessions),
        ticket_of_chat(stocked_sessions, service_id="complaint"),
    )
    ana.want(STATUS)
    assert ana.heard == ["utter_ask_which_ticket"]
    titles = [button.title for button in ana.turn.replies[0].buttons]
    assert [title[:8] for title in titles] == [second, first]
    assert "Repair, Maré W900" in titles[1]
    ana.say(pressed("inform", ticket_number=first))
    assert ana.values["number"] == first


def test_closed_tickets_are_not_offered_but_found_by_number(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.CLOSED)
    assert ana.want(STATUS).heard == ["utter_ask_record"]
    ana.say(told(number, ticket_number=number))
    assert (ana.heard[0], ana.heard[-1]) == (
        "utter_ticket_status_closed",
        "utter_ticket_offers_closed",
    )


def test_customer_whom_the_website_vouches_for_sees_tickets_of_other_chats(
    desk: Desk, ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, conversation_id=None)
    assert ana.want(STATUS).heard == ["utter_ask_record"]
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        talk = session.get_one(Conversation, "c-1")
        talk.customer_id, talk.identified = ticket.customer_id, True
    assert Customer(desk).want(STATUS).values["number"] == number


def test_ticket_that_was_proved_once_may_be_added_to_and_contested(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED, conversation_id=None)
    assert ana.press("contest", number).heard == ["utter_button_outdated"]
    ana.want(STATUS).say(told(number, ticket_number=number))
    ana.say(told(EMAIL, email=EMAIL))
    assert ana.heard[-1] == "utter_ticket_offers_resolved"
    assert ana.press("contest", number).heard == ["utter_solution_contested"]


# Adding -----------------------------------------------------------------------------


def test_words_are_added_and_a_waiting_ticket_goes_on(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.WAITING)
    ana.want(ADD)
    assert ana.state.asking == "description"
    ana.say("The lamp blinks twice since yesterday")
    assert ana.heard == ["utter_added"]
    status, history = read_ticket(stocked_sessions, number)
    assert (status, history[-2:]) == ("in_progress", ["added", "status"])


def test_what_the_wish_already_tells_is_not_asked_again(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions)
    wish = told("please add to my ticket that the lamp blinks twice at night", intent=ADD)
    assert ana.want(ADD, wish).heard == ["utter_added"]
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert ticket.events[-1].note == wish.text
        assert ticket.events[-1].actor == "Joana Lima"


def test_wish_alone_is_asked_what_to_add(ana: Customer, stocked_sessions: SessionFactory) -> None:
    ticket_of_chat(stocked_sessions)
    ana.want(ADD, told("I want to add a photo and more details to my ticket", intent=ADD))
    assert ana.state.asking == "description"


def test_files_go_to_the_ticket_that_was_chosen(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    older = ticket_of_chat(stocked_sessions)
    ticket_of_chat(stocked_sessions, service_id="complaint")
    ana.want(ADD, pressed(ADD, ticket_number=older))
    with writing(stocked_sessions) as session:
        talk = session.get_one(Conversation, "c-1")
        sent = make_message(session, talk, "", state=MessageState.DONE)
        make_attachment(session, sent)
    ana.say(pressed("skip"))
    assert ana.heard == ["utter_added"]
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == older)).one()
        assert (ticket.events[-1].kind, ticket.events[-1].after) == ("added", "1")


def test_nothing_is_added_where_there_is_nothing(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions)
    assert ana.want(ADD).say(pressed("skip")).heard == ["utter_nothing_added"]
    assert read_ticket(stocked_sessions, number)[1] == ["opened"]


def test_stranger_proves_before_adding(ana: Customer, stocked_sessions: SessionFactory) -> None:
    number = ticket_of_chat(stocked_sessions, conversation_id=None)
    ana.want(ADD).say(told(number, ticket_number=number))
    assert ana.state.asking == "proof"
    ana.say(told("guess@mail.example", email="guess@mail.example"))
    ana.say("The lamp blinks twice since yesterday")
    assert ana.heard == ["utter_ticket_not_found"]
    assert "added" not in read_ticket(stocked_sessions, number)[1]


def test_turn_that_is_worked_twice_adds_once(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions)
    for _ in range(2):
        ana.want(ADD).say("The lamp blinks twice since yesterday")
    assert read_ticket(stocked_sessions, number)[1] == ["opened", "added"]


def test_photo_that_the_ticket_waited_for_lets_it_go_on(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.WAITING)
    with writing(stocked_sessions) as session:
        talk = session.get_one(Conversation, "c-1")
        make_attachment(session, make_message(session, talk, ""))
    replies = ana.desk.take_files(None, ana.talk)
    assert [reply.response for reply in replies] == ["utter_added"]
    assert read_ticket(stocked_sessions, number)[0] == "in_progress"


# Solved or not -----------------------------------------------------------------------


def test_solution_is_told_with_the_words_of_staff(
    ana: Customer, stocked_sessions: SessionFactory, now: datetime
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        tell_customer(session, ticket, "The pump is new.", by=DESK, now=now)
    ana.press("solved", number)
    assert ana.heard == ["utter_ticket_solved", "utter_ticket_told", "utter_ticket_offers_resolved"]
    assert ana.turn.replies[1].values == {"words": "The pump is new."}


def test_late_announcement_tells_how_it_stands_by_now(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.IN_PROGRESS)
    assert ana.press("solved", number).heard[0] == "utter_ticket_status_in_progress"
    assert ana.press("closed", number).heard[0] == "utter_ticket_status_in_progress"


def test_confirmed_solution_closes_the_ticket_and_asks_how_it_went(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED)
    ana.press("confirm", number)
    assert ana.heard == ["utter_solution_confirmed", "utter_ask_rating"]
    assert read_ticket(stocked_sessions, number) == (
        "closed",
        ["opened", "status", CustomerAct.CONFIRMED, "status"],
    )


def test_contested_solution_goes_back_at_once_and_takes_what_is_wrong(
    ana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED)
    assert ana.press("contest", number).heard == ["utter_solution_contested"]
    assert read_ticket(stocked_sessions, number)[0] == "in_progress"
    ana.reply(told("it still leaks under the door", intent=REPAIR, confidence=0.9))
    assert ana.heard == ["utter_added"]
    status, history = read_ticket(stocked_sessions, number)
    assert (status, history[-2:]) == ("in_progress", [CustomerAct.CONTESTED, "added"])
    assert not ana.memory.asks


def test_closed_ticket_may_be_contested_only_for_a_time(
    ana: Customer, stocked_sessions: SessionFactory, now: datetime
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.CLOSED)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        ticket.closed_at = now - timedelta(days=31)
    assert ana.press("contest", number).heard == ["utter_contested_too_late"]
    assert read_ticket(stocked_sessions, number)[0] == "closed"


@pytest.mark.parametrize("do", ["confirm", "contest", "solved", "closed", "rate"])
def test_button_about_somebody_elses_ticket_does_nothing(
    ana: Customer, stocked_sessions: SessionFactory, do: str
) -> None:
    number = ticket_of_chat(stocked_sessions, TicketStatus.RESOLVED, conversation_id=None)
    of = f"{number}/1" if do == "rate" else number
    assert ana.press(do, of).heard == ["utter_button_outdated"]
    assert read_ticket(stocked_sessions, number)[0] == "resolved"
