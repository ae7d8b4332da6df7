"""The customer chooses, moves and cancels a visit by buttons; nobody else can."""

from __future__ import annotations

import json

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.desk import Desk
from aftercare.intake.state import Memory
from aftercare.postbacks import postback
from aftercare.replies import Reply
from aftercare.short_answers import LastAnswer
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.visits import Visit, VisitStatus
from aftercare.talk import Talk
from aftercare.tickets.life import Actor
from aftercare.visits.booking import Choice, book, booked_visit, cancel
from tests.aftercare.visits.conftest import ADDRESS, only_technician, visited_ticket
from tests.answers import pressed, told
from tests.conftest import NOW
from tests.desks import YES, Caller
from tests.factories import make_conversation

TALK = Talk("c-1", "website", "en")
STRANGER = Talk("c-2", "website", "en")


def _press(
    desk: Desk, payload: str, talk: Talk = TALK, memory: Memory | None = None
) -> list[Reply]:
    entities = json.loads(payload.removeprefix("/postback"))
    said = pressed("postback", **entities)
    return desk.postbacks.answer(said, memory or Memory(), talk)


def _do(
    desk: Desk, do: str, of: str, talk: Talk = TALK, memory: Memory | None = None
) -> list[Reply]:
    return _press(desk, "/postback" + json.dumps({"do": do, "of": of}), talk, memory)


def _heard(replies: list[Reply]) -> list[str]:
    return [reply.response for reply in replies]


@pytest.fixture
def number(desk: Desk, stocked_sessions: SessionFactory) -> str:
    """A ticket out of the conversation c-1."""
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-2")
        only_technician(session)
        return visited_ticket(session, conversation_id="c-1").number


def _visit(sessions: SessionFactory, number: str) -> Visit:
    with reading(sessions) as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        visit = booked_visit(session, ticket)
        assert visit
        assert visit.technician.name and visit.area.name and visit.window.name
        return visit


def test_times_are_offered_once_the_ticket_is_open(joana: Caller) -> None:
    joana.want("request_installation").answer_all()
    joana.state.records["address"] = ADDRESS
    joana.say(YES)
    assert joana.heard[:3] == ["utter_ticket_opened", "utter_visit_offer", "utter_visit_none_fits"]
    titles = [button.title for button in joana.turn.replies[1].buttons]
    assert len(titles) == 4
    assert all("morning" in title or "afternoon" in title for title in titles)


def test_repair_offers_no_times_before_staff_have_seen_it(joana: Caller) -> None:
    joana.want("request_repair").answer_all().say(YES)
    assert "utter_ticket_opened" in joana.heard
    assert "utter_visit_offer" not in joana.heard


def test_customer_books_moves_and_cancels(
    desk: Desk, number: str, stocked_sessions: SessionFactory
) -> None:
    offer = _do(desk, "visit_times", number)[0]
    booked = _press(desk, offer.buttons[0].payload)
    assert _heard(booked) == ["utter_visit_booked"]
    visit = _visit(stocked_sessions, number)
    assert booked[0].values["technician"] == "Celso Arruda"
    assert booked[0].values["when"] == "Tuesday, 3 March, morning (08:00 to 12:00)"
    assert booked[0].sources[0].path == f"/visits/{visit.key}"
    assert _heard(_press(desk, offer.buttons[1].payload)) == ["utter_visit_moved"]
    moved = _visit(stocked_sessions, number)
    assert (moved.id, moved.sequence, moved.window_id) == (visit.id, 1, "afternoon")
    assert _heard(_do(desk, "visit_cancel", number)) == ["utter_visit_cancel_sure"]
    assert _heard(_do(desk, "visit_cancel_now", number)) == ["utter_visit_cancelled"]
    assert _heard(_do(desk, "visit_cancel_now", number)) == ["utter_visit_not_booked"]
    with reading(stocked_sessions) as session:
        kinds = [event.kind for event in session.get_one(Ticket, visit.ticket_id).events]
        assert kinds[-3:] == ["visit_booked", "visit_moved", "visit_cancelled"]


def test_turn_that_is_worked_twice_books_once(
    desk: Desk, number: str, stocked_sessions: SessionFactory
) -> None:
    button = _do(desk, "visit_times", number)[0].buttons[0]
    assert _press(desk, button.payload) == _press(desk, button.payload)
    assert _visit(stocked_sessions, number).sequence == 0


def test_portuguese_customer_reads_portuguese(desk: Desk, number: str) -> None:
    talk = Talk("c-1", "website", "pt")
    offer = _do(desk, "visit_times", number, talk)[0]
    assert offer.buttons[0].title == "ter 3 de mar, manhã 08:00–12:00"
    booked = _press(desk, offer.buttons[0].payload, talk)[0]
    assert booked.values["when"] == "terça-feira, 3 de março, manhã (08:00 às 12:00)"


def test_other_times_go_on_behind_those_that_were_shown(desk: Desk, number: str) -> None:
    first = _do(desk, "visit_times", number)
    further = _do(desk, "visit_times", f"{number} {first[1].values['last']}")
    shown = [button.title for reply in (first[0], further[0]) for button in reply.buttons]
    assert len(set(shown)) == 8


def test_time_that_was_taken_meanwhile_is_told_with_the_next_ones(
    desk: Desk, number: str, stocked_sessions: SessionFactory
) -> None:
    offer = _do(desk, "visit_times", number)[0]
    wanted = json.loads(offer.buttons[0].payload.removeprefix("/postback"))["of"].split()
    with writing(stocked_sessions) as session:
        technician = only_technician(session)
        technician.week = {"tue": ["08:00-11:00"], "thu": ["08:00-11:00"]}
        other = visited_ticket(session)
        choice = Choice(NOW.date().replace(day=3), wanted[2])
        book(session, other, choice, by=Actor("Rui"), now=NOW)
    replies = _press(desk, offer.buttons[0].payload)
    assert _heard(replies) == ["utter_visit_taken", "utter_visit_offer", "utter_visit_none_fits"]
    assert all(button.payload != offer.buttons[0].payload for button in replies[1].buttons)


def test_address_of_an_unknown_place_asks_for_the_area(
    desk: Desk, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        number = visited_ticket(session, "Rua das Flores 3, Lugarejo", conversation_id="c-1").number
    asked = _do(desk, "visit_times", number)
    assert _heard(asked) == ["utter_visit_area", "utter_visit_no_area"]
    campinas = next(button for button in asked[0].buttons if button.title == "Campinas")
    assert _heard(_press(desk, campinas.payload))[0] == "utter_visit_offer"
    assert _heard(_do(desk, "visit_elsewhere", number)) == ["utter_visit_by_staff"]


@pytest.mark.parametrize(
    "do",
    ["visit_times", "visit_book", "visit_cancel", "visit_cancel_now", "visit_keep", "visit_area"],
)
def test_stranger_learns_and_changes_nothing(
    desk: Desk, number: str, do: str, stocked_sessions: SessionFactory
) -> None:
    button = _do(desk, "visit_times", number)[0].buttons[0]
    _press(desk, button.payload)
    of = {"visit_book": f"{number} 2026-03-05 morning", "visit_area": f"{number} campinas"}
    assert _heard(_do(desk, do, of.get(do, number), STRANGER)) == ["utter_button_outdated"]
    assert _visit(stocked_sessions, number).sequence == 0


def test_who_proved_the_ticket_elsewhere_may_move_it(desk: Desk, number: str) -> None:
    memory = Memory(proved=[number])
    offer = _do(desk, "visit_times", number, STRANGER, memory)
    assert _heard(_press(desk, offer[0].buttons[0].payload, STRANGER, memory)) == [
        "utter_visit_booked"
    ]


@pytest.mark.parametrize(
    "of", ["", "x", "2", "{number}", "{number} 2026-13-01 morning", "{number} a b c"]
)
def test_button_that_nobody_drew_does_nothing(desk: Desk, number: str, of: str) -> None:
    assert _heard(_do(desk, "visit_book", of.replace("{number}", number))) == [
        "utter_button_outdated"
    ]


def test_status_tells_the_visit(desk: Desk, number: str, joana: Caller) -> None:
    def ask() -> list[str]:
        joana.memory.proved = [number]
        joana.want("check_ticket_status", pressed("check_ticket_status", ticket_number=number))
        return joana.heard

    assert "utter_visit_not_booked" in ask()
    _press(desk, _do(desk, "visit_times", number)[0].buttons[0].payload)
    assert "utter_visit_status" in ask()


def test_announcements_tell_the_present_state(
    desk: Desk, number: str, stocked_sessions: SessionFactory
) -> None:
    _press(desk, _do(desk, "visit_times", number)[0].buttons[2].payload)
    key = _visit(stocked_sessions, number).key
    assert _heard(_do(desk, "visit_told", key)) == ["utter_visit_booked_by_staff"]
    assert _heard(_do(desk, "visit_reminded", key)) == ["utter_visit_reminder"]
    assert _do(desk, "visit_reminded", key, STRANGER) == []
    with writing(stocked_sessions) as session:
        visit = session.query(Visit).filter_by(key=key).one()
        cancel(session, visit, by=Actor("Rita"), now=NOW)
        assert visit.status == VisitStatus.CANCELLED
    assert _heard(_do(desk, "visit_told", key)) == ["utter_visit_cancelled_by_staff"]
    assert _do(desk, "visit_reminded", key) == []


def test_closed_ticket_takes_no_visit(
    desk: Desk, number: str, stocked_sessions: SessionFactory
) -> None:
    with writing(stocked_sessions) as session:
        session.query(Ticket).filter_by(number=number).one().status = TicketStatus.CLOSED
    assert _heard(_do(desk, "visit_times", number)) == ["utter_button_outdated"]
    assert _heard(_do(desk, "visit_book", f"{number} 2026-03-05 morning")) == [
        "utter_button_outdated"
    ]


@pytest.mark.parametrize(
    "words",
    [
        "I need to reschedule the installation",
        "can we move the appointment to Friday?",
        "please cancel the technician's visit",
        "Preciso remarcar a instalação",
        "dá pra mudar o horário da visita?",
        "queria outro dia",
    ],
)
def test_typed_wish_to_move_finds_the_visit(
    desk: Desk, number: str, joana: Caller, words: str
) -> None:
    said = told(words, intent="request_installation")
    joana.want("request_installation", said)
    assert joana.heard[0] == "utter_intake_opening"  # nothing is booked that could be moved
    _press(desk, _do(desk, "visit_times", number)[0].buttons[0].payload)
    assert joana.want("request_installation", said).heard == ["utter_visit_status"]


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("cancel the visit", "cancel"),
        ("cancelar a visita", "cancel"),
        ("move the visit", "inform"),
        ("another day", "nlu_fallback"),
    ],
)
def test_bare_wish_to_move_is_heard_whatever_it_is_taken_for(
    desk: Desk, number: str, words: str, intent: str
) -> None:
    hear = desk.take_short_answer if intent == "cancel" else desk.hear_of_visit
    before = _heard(hear(told(words, intent), None, Memory(), TALK))
    assert "utter_visit_status" not in before  # nothing is booked that could be moved
    _press(desk, _do(desk, "visit_times", number)[0].buttons[0].payload)
    assert _heard(hear(told(words, intent), None, Memory(), TALK)) == ["utter_visit_status"]


@pytest.mark.parametrize(
    ("words", "intent"), [("another day", "pause_training"), ("none of these", "deny")]
)
def test_who_wants_another_time_than_those_offered_sees_the_next(
    desk: Desk, number: str, words: str, intent: str
) -> None:
    offer = _do(desk, "visit_times", number)
    further = postback("", "visit_times", f"{number} {offer[1].values['last']}")
    last = LastAnswer(offer[1].response, (further.payload,))
    shown = desk.hear_of_visit(told(words, intent), last, Memory(), TALK)
    assert _heard(shown) == ["utter_visit_offer", "utter_visit_none_fits"]
    assert not {one.title for one in offer[0].buttons} & {one.title for one in shown[0].buttons}


def test_typed_yes_cancels_the_visit_that_was_asked_about(
    desk: Desk, number: str, stocked_sessions: SessionFactory
) -> None:
    _press(desk, _do(desk, "visit_times", number)[0].buttons[0].payload)
    asked = _do(desk, "visit_cancel", number)[0]
    buttons = ("visit_cancel_now", "visit_keep", "visit_times")
    payloads = tuple(postback("", do, number).payload for do in buttons)
    last = LastAnswer(asked.response, payloads)
    kept = desk.take_short_answer(told("no", "deny"), last, Memory(), TALK)
    assert _heard(kept) == ["utter_visit_kept"]
    gone = desk.take_short_answer(told("yes", "affirm"), last, Memory(), TALK)
    assert _heard(gone) == ["utter_visit_cancelled"]


def test_other_wishes_are_taken_up_though_a_visit_is_booked(
    desk: Desk, number: str, joana: Caller
) -> None:
    _press(desk, _do(desk, "visit_times", number)[0].buttons[0].payload)
    joana.want(
        "request_installation", told("please install a hob too", intent="request_installation")
    )
    assert joana.heard[0] == "utter_intake_opening"
