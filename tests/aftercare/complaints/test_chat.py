"""What the customer hears of a complaint in the chat, and how their answer is heard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from aftercare.complaints.answering import expire
from aftercare.complaints.closing import close
from aftercare.complaints.proposing import Draft, take_back
from aftercare.database import SessionFactory, reading, writing
from aftercare.desk import Desk
from aftercare.intake.understood import Understood
from aftercare.tables.complaints import (
    ComplaintCase,
    ComplaintOutcome,
    ComplaintStatus,
    Offer,
)
from aftercare.tables.conversations import Conversation, Sender
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from aftercare.tickets.doubles import merge
from aftercare.tickets.history import Actor
from tests.aftercare.complaints.conftest import (
    UNTIL,
    complaint_ticket,
    contested,
    held,
    person,
    proposed,
)
from tests.answers import EMAIL, pressed, told
from tests.conftest import NOW
from tests.customers import Customer
from tests.desks import YES
from tests.factories import make_conversation, make_message

ANA = Actor("Ana")
NO = told("no", intent="deny")
COMPLAIN = "file_complaint"


@pytest.fixture
def joana(desk: Desk) -> Customer:
    return Customer(desk)


def _open(
    sessions: SessionFactory,
    status: ComplaintStatus = ComplaintStatus.PROPOSED,
    draft: Draft | None = None,
) -> str:
    with writing(sessions) as session:
        begin = ComplaintStatus.INVESTIGATED if draft else status
        ticket = complaint_ticket(session, begin, conversation_id="c-1")
        if draft:
            proposed(session, ticket, person(session, "Ana"), draft)
        return ticket.number


def _status(sessions: SessionFactory) -> str:
    with reading(sessions) as session:
        return session.scalars(select(ComplaintCase.status)).one()


def _reason(sessions: SessionFactory) -> str:
    with reading(sessions) as session:
        return session.scalars(select(ComplaintCase)).one().proposals[0].reason


def _kinds(sessions: SessionFactory, number: str) -> list[str]:
    with reading(sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        return [event.kind for event in ticket.events]


@pytest.mark.parametrize(
    ("language", "received", "answer_by"),
    [
        ("en", "2 March 2026, 09:00 (time in Sao Paulo)", "by the end of Monday, 9 March"),
        (
            "pt",
            "2 de março de 2026, 09:00 (horário de São Paulo)",
            "até o fim de segunda-feira, 9 de março",
        ),
    ],
)
def test_receipt_is_told_at_once_in_local_time(
    desk: Desk, stocked_sessions: SessionFactory, language: str, received: str, answer_by: str
) -> None:
    customer = Customer(desk, language=language)
    customer.want(COMPLAIN).answer_all().say(YES)
    assert customer.heard == ["utter_ticket_opened", "utter_complaint_received_until"]
    number = customer.turn.replies[0].values["number"]
    assert customer.turn.replies[1].values == {
        "number": number,
        "received": received,
        "answer_by": answer_by,
    }
    assert _status(stocked_sessions) == ComplaintStatus.ACKNOWLEDGED
    assert _kinds(stocked_sessions, number) == ["opened", "complaint_acknowledged"]


def test_other_services_tell_no_receipt(joana: Customer) -> None:
    joana.want("request_return").answer_all().say(YES)
    assert joana.heard[0] == "utter_ticket_opened"
    assert not any(name.startswith("utter_complaint") for name in joana.heard)


def test_refund_is_proposed_with_amount_day_and_buttons(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    draft = Draft(Offer.REFUND, "Half of the price.", UNTIL, 12_345)
    number = _open(stocked_sessions, draft=draft)
    joana.press("complaint_told", f"{number} proposed/1")
    assert joana.heard == [
        "utter_complaint_offer_refund",
        "utter_complaint_words",
        "utter_complaint_ask_answer",
    ]
    offer, words, question = (reply.values for reply in joana.turn.replies)
    assert (offer["amount"], words["words"]) == ("R$123.45", "Half of the price.")
    assert question == {"proposal": f"{number}/1", "day": "16 March 2026"}


@pytest.mark.parametrize("offer", [one for one in Offer if one not in ("refund", "goodwill")])
def test_every_offer_is_told_and_its_cost_is_not(
    joana: Customer, stocked_sessions: SessionFactory, offer: Offer
) -> None:
    number = _open(stocked_sessions, draft=Draft(offer, "Here.", UNTIL, 5_000))
    joana.press("complaint_told", f"{number} proposed/1")
    assert joana.heard[0] == f"utter_complaint_offer_{offer}"
    assert "amount" not in joana.values


def test_proposal_is_accepted_by_button_once(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_accept", f"{number}/1")
    assert joana.heard == ["utter_complaint_accepted"]
    assert _status(stocked_sessions) == ComplaintStatus.ACCEPTED
    # The same turn worked again says the same; another answer comes too late.
    assert joana.press("complaint_accept", f"{number}/1").heard == ["utter_complaint_accepted"]
    assert joana.press("complaint_contest", f"{number}/1").heard == ["utter_complaint_answered"]
    assert _status(stocked_sessions) == ComplaintStatus.ACCEPTED


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (YES, ComplaintStatus.ACCEPTED),
        (told("sim, pode ser", intent="affirm"), ComplaintStatus.ACCEPTED),
        (NO, ComplaintStatus.CONTESTED),
        (told("não", "deny", confidence=0.49), ComplaintStatus.CONTESTED),
        (told("sim", "affirm", confidence=0.49), ComplaintStatus.PROPOSED),
        (told("yes but only if I get a new one too", "affirm"), ComplaintStatus.PROPOSED),
        (told("ok", "affirm", confidence=0.4), ComplaintStatus.PROPOSED),
        (pressed("affirm", "Yes, send it"), ComplaintStatus.PROPOSED),
    ],
)
def test_typed_answer_is_heard_after_the_proposal(
    joana: Customer, stocked_sessions: SessionFactory, said: Understood, status: ComplaintStatus
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_told", f"{number} proposed/1")
    joana.reply(said)
    assert _status(stocked_sessions) == status


@pytest.mark.parametrize(
    ("sender", "response", "status"),
    [
        (Sender.BOT, "utter_complaint_ask_answer", ComplaintStatus.ACCEPTED),
        (Sender.BOT, "utter_complaint_ask_agreed", ComplaintStatus.ACCEPTED),
        (Sender.CUSTOMER, None, ComplaintStatus.ACCEPTED),
        (Sender.BOT, "utter_visit_reminder", ComplaintStatus.PROPOSED),
        (Sender.STAFF, None, ComplaintStatus.PROPOSED),
    ],
)
def test_typed_yes_counts_only_while_the_proposal_was_said_last(
    joana: Customer,
    stocked_sessions: SessionFactory,
    sender: Sender,
    response: str | None,
    status: ComplaintStatus,
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_told", f"{number} proposed/1")
    with writing(stocked_sessions) as session:
        talk = session.get_one(Conversation, "c-1")
        make_message(session, talk, sender=Sender.BOT, response="utter_complaint_ask_answer")
        make_message(session, talk, "And now?", sender=sender, response=response)
    joana.reply(YES)
    assert _status(stocked_sessions) == status
    assert joana.press("complaint_accept", f"{number}/1").heard == ["utter_complaint_accepted"]


def test_answer_to_a_merged_complaint_answers_no_other(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    refund = Draft(Offer.REFUND, "All of it.", UNTIL, 50_000)
    with writing(stocked_sessions) as session:
        ana = person(session, "Ana")
        double, into = (
            complaint_ticket(
                session, ComplaintStatus.INVESTIGATED, conversation_id="c-1", email=EMAIL
            )
            for _ in range(2)
        )
        proposed(session, double, ana, refund)
        proposed(session, into, ana)
        take_back(session, double, 1, "It is the same.", by=ANA, now=NOW)
        merge(session, double, into, by=ANA, now=NOW)
        number, into_id = double.number, into.id
    assert joana.press("complaint_told", f"{number} proposed/1").heard == []
    assert joana.press("complaint_accept", f"{number}/1").heard == ["utter_button_outdated"]
    assert joana.press("complaint_contest", f"{number}/1").heard == ["utter_button_outdated"]
    with reading(stocked_sessions) as session:
        assert held(session, session.get_one(Ticket, into_id)).status == ComplaintStatus.PROPOSED


def test_answer_that_is_unclear_is_asked_about_once(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_told", f"{number} proposed/1")
    assert joana.reply("hmm").heard == ["utter_complaint_ask_agreed"]
    assert joana.values == {"number": number, "proposal": f"{number}/1"}
    joana.reply("hmm")
    assert joana.memory.asked is None
    assert _status(stocked_sessions) == ComplaintStatus.PROPOSED


def test_contesting_asks_why_and_keeps_the_words(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_contest", f"{number}/1")
    assert joana.heard == ["utter_complaint_contested_until", "utter_complaint_ask_why_not"]
    assert joana.values["answer_by"] == "by the end of Monday, 9 March"
    assert joana.reply("It does not pay for my time").heard == ["utter_complaint_reason_noted"]
    assert _reason(stocked_sessions) == "It does not pay for my time"


def test_reason_may_be_skipped(joana: Customer, stocked_sessions: SessionFactory) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_contest", f"{number}/1").reply(pressed("skip"))
    assert joana.heard == ["utter_complaint_no_reason"]
    assert _reason(stocked_sessions) == ""


def test_no_with_words_tells_the_reason_at_once(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_told", f"{number} proposed/1")
    joana.reply(told("no, an apology does not pay for it", intent="deny"))
    assert joana.heard == ["utter_complaint_contested_until"]
    assert _reason(stocked_sessions) == "no, an apology does not pay for it"


@pytest.mark.parametrize("language", ["en", "pt"])
def test_after_the_last_proposal_others_are_named_who_can_help(
    desk: Desk, stocked_sessions: SessionFactory, language: str
) -> None:
    customer = Customer(desk, language=language)
    number = _open(stocked_sessions)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        contested(session, ticket)
        proposed(session, ticket, person(session, "Max", "manager"))
    customer.press("complaint_contest", f"{number}/2")
    assert customer.heard == [
        "utter_complaint_exhausted",
        "utter_complaint_bodies",
        "utter_complaint_ask_why_not",
    ]
    bodies = customer.turn.replies[1].values["bodies"]
    assert "Procon" in bodies and "https://www.consumidor.gov.br" in bodies
    assert "livroreclamacoes" not in bodies
    assert ("público e gratuito" if language == "pt" else "free public service") in bodies


def test_proposal_that_is_gone_is_not_answered(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        take_back(session, ticket, 1, "A typo.", by=ANA, now=NOW)
    assert joana.press("complaint_accept", f"{number}/1").heard == ["utter_complaint_taken_back"]
    assert joana.press("complaint_told", f"{number} proposed/1").heard == []
    for of in (f"{number}/9", f"{number}/x", f"{number}/", "K4F-7M2C/1", ""):
        assert joana.press("complaint_accept", of).heard == ["utter_button_outdated"]


def test_late_yes_is_told_to_the_team_and_late_no_is_heard(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert expire(session, ticket, today=UNTIL + timedelta(days=1), now=NOW)
    assert joana.press("complaint_accept", f"{number}/1").heard == ["utter_complaint_too_late"]
    assert _status(stocked_sessions) == ComplaintStatus.UNANSWERED
    joana.press("complaint_contest", f"{number}/1")
    assert _status(stocked_sessions) == ComplaintStatus.CONTESTED


def test_nobody_else_answers_or_hears_of_it(desk: Desk, stocked_sessions: SessionFactory) -> None:
    number = _open(stocked_sessions)
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-2")
    stranger = Customer(desk, "c-2")
    assert stranger.talk == Talk("c-2", "website", "en")
    assert stranger.press("complaint_accept", f"{number}/1").heard == ["utter_button_outdated"]
    assert stranger.press("complaint_told", f"{number} proposed/1").heard == []
    assert _status(stocked_sessions) == ComplaintStatus.PROPOSED


def test_open_proposal_is_told_again_with_the_status(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    replies = joana.desk._tickets.tell_status(number, None, joana.memory, joana.talk)
    assert "utter_complaint_ask_answer" in [reply.response for reply in replies]


def test_unfounded_complaint_and_reminder_are_told(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    joana.press("complaint_told", f"{number} reminder/1")
    assert joana.heard[0] == "utter_complaint_reminder"
    assert joana.heard[-1] == "utter_complaint_ask_answer"
    with writing(stocked_sessions) as session:
        ana = person(session, "Ana")
        ticket = complaint_ticket(session, ComplaintStatus.INVESTIGATED, conversation_id="c-1")
        words = "It was delivered in time."
        close(session, ticket, ComplaintOutcome.UNFOUNDED, words=words, staff=ana, now=NOW)
        other = ticket.number
        assert held(session, ticket).told == words
    joana.press("complaint_told", f"{other} unfounded")
    assert joana.heard == ["utter_complaint_unfounded", "utter_complaint_words"]
    assert joana.turn.replies[1].values["words"] == words


def test_yes_in_an_intake_answers_the_proposal_that_was_told_last(
    joana: Customer, stocked_sessions: SessionFactory
) -> None:
    number = _open(stocked_sessions)
    joana.want("request_repair")
    asked = joana.state.asking
    joana.press("complaint_told", f"{number} proposed/1")
    joana.say(YES)
    assert joana.heard[0] == "utter_complaint_accepted"
    assert joana.state.asking == asked
