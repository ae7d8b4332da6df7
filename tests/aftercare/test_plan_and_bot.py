"""What the bot asks follows the plan at once: from the version in force, in every process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from aftercare.catalogue.versions import (
    current_plan,
    mark,
    mark_to_put,
    put_again,
    put_in_force,
    save_draft,
)
from aftercare.database import SessionFactory, reading, writing
from aftercare.intake.state import REMEDY
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from tests.answers import pressed, told
from tests.desks import YES, Caller, Library, open_test_desk
from tests.factories import make_conversation, make_staff

Change = Callable[[dict[str, Any]], None]
STORY = told("it leaks all over the floor, every time", "request_repair")


@pytest.fixture
def rita(stocked_sessions: SessionFactory) -> Staff:
    with writing(stocked_sessions) as session:
        return make_staff(session, role="manager")


@pytest.fixture
def change(stocked_sessions: SessionFactory, rita: Staff, now: datetime) -> Callable[..., None]:
    """Changes the repair's plan as the console does, and puts it in force."""

    def edit(make: Change) -> None:
        with writing(stocked_sessions) as session:
            current = current_plan(session, "repair")
            stored = current.plan.model_dump(mode="json")
            make(stored)
            draft = save_draft(session, "repair", stored, seen=mark(current), staff=rita, now=now)
            seen = mark_to_put(draft, current)
            put_in_force(session, "repair", seen=seen, note="", staff=rita, now=now)

    return edit


def _ask_anew(plan: dict[str, Any]) -> None:
    plan["records"][0]["ask"]["en"] = "Which machine is it?"


def _ask_for_the_room(plan: dict[str, Any]) -> None:
    room = {
        "field": "room",
        "kind": "choice",
        "required": True,
        "label": {"en": "Room", "pt": "Cômodo"},
        "ask": {"en": "In which room is it?", "pt": "Em que cômodo está?"},
        "choices": [
            {
                "id": "kitchen",
                "name": {"en": "Kitchen", "pt": "Cozinha"},
                "words": {"en": ["kitchen"], "pt": ["cozinha"]},
            }
        ],
    }
    plan["records"].insert(1, room)


def test_new_question_is_asked_with_the_next_message(
    joana: Caller, change: Callable[..., None]
) -> None:
    joana.want("request_repair")
    assert joana.turn.replies[-1].values["question"] == "Which product is it?"
    change(_ask_anew)
    joana.want("request_repair")
    assert joana.turn.replies[-1].values["question"] == "Which machine is it?"


def test_every_process_notices_it(
    joana: Caller,
    stocked_sessions: SessionFactory,
    library: Library,
    now: datetime,
    change: Callable[..., None],
) -> None:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-2")
    other = Caller(open_test_desk(stocked_sessions, library.folder, lambda: now), "c-2")
    for caller in (joana, other):
        caller.want("request_repair")
    change(_ask_anew)
    for caller in (joana, other):
        caller.want("request_repair")
        assert caller.turn.replies[-1].values["question"] == "Which machine is it?"


def test_intake_under_way_goes_on_and_asks_for_the_new_record(
    joana: Caller, stocked_sessions: SessionFactory, change: Callable[..., None]
) -> None:
    joana.want("request_repair", told("my W900 hums", "request_repair", product="mare-w900"))
    assert joana.state.asking == "description"
    change(_ask_for_the_room)
    joana.say(STORY)
    if joana.state.asking == REMEDY:
        joana.say(pressed("skip"))
    assert joana.state.records["description"] == STORY.text
    assert joana.turn.replies[-1].values["question"] == "In which room is it?"
    assert [button.title for button in joana.turn.replies[-1].buttons] == ["Kitchen"]
    joana.answer_all().say(YES)
    assert "utter_ticket_opened" in joana.heard
    with reading(stocked_sessions) as session:
        [ticket] = session.query(Ticket).all()
        assert ticket.service_version == 2
        assert {record.field: record.value for record in ticket.records}["room"] == "kitchen"


def test_record_that_was_asked_for_and_is_gone_is_passed_over(
    joana: Caller, change: Callable[..., None]
) -> None:
    joana.want("request_repair", told("my W900 hums", "request_repair", product="mare-w900"))
    joana.say(STORY)
    while joana.state.asking != "serial_number":
        joana.say(pressed("skip"))

    def drop(plan: dict[str, Any]) -> None:
        plan["records"] = [one for one in plan["records"] if one["field"] != "serial_number"]

    change(drop)
    joana.say("whatever that was")
    assert joana.state.asking != "serial_number"
    assert joana.state.records["description"] == STORY.text


def test_version_that_is_brought_back_asks_the_old_question(
    joana: Caller,
    stocked_sessions: SessionFactory,
    rita: Staff,
    now: datetime,
    change: Callable[..., None],
) -> None:
    change(_ask_anew)
    joana.want("request_repair")
    with writing(stocked_sessions) as session:
        put_again(session, "repair", 1, seen=2, staff=rita, now=now)
    joana.want("request_repair")
    assert joana.turn.replies[-1].values["question"] == "Which product is it?"


def test_question_that_is_missing_in_a_language_is_asked_in_the_other(
    joana: Caller, change: Callable[..., None]
) -> None:
    def forget(plan: dict[str, Any]) -> None:
        plan["records"][0]["ask"]["en"] = ""

    change(forget)
    joana.want("request_repair")
    assert joana.turn.replies[-1].values["question"] == "Qual é o produto?"


def test_service_without_any_record_opens_a_ticket_with_what_was_told(
    joana: Caller, stocked_sessions: SessionFactory, change: Callable[..., None]
) -> None:
    joana.want("request_repair", told("my W900 hums", "request_repair", product="mare-w900"))
    change(lambda plan: plan.update(records=[]))
    joana.say(STORY)
    while joana.turn.state:
        joana.say(YES)
    with reading(stocked_sessions) as session:
        assert session.query(Ticket).count() == 1


@pytest.mark.parametrize(
    ("limits", "said", "accepted"),
    [
        ({"least_words": 6}, "it leaks badly", False),
        ({"least_words": 6}, "it leaks badly from below, every day", True),
    ],
)
def test_description_is_as_long_as_the_plan_wants_it(
    joana: Caller, change: Callable[..., None], limits: dict[str, int], said: str, accepted: bool
) -> None:
    change(lambda plan: plan["records"][1].update(limits))
    joana.want("request_repair", told("the W900", "inform", product="mare-w900"))
    joana.say(told(said, "inform"))
    assert ("utter_refused_description" in joana.heard) is not accepted


def test_day_of_purchase_is_as_recent_as_the_plan_wants_it(
    joana: Caller, change: Callable[..., None]
) -> None:
    def limit(plan: dict[str, Any]) -> None:
        next(r for r in plan["records"] if r["kind"] == "past_date")["most_days"] = 30

    change(limit)
    joana.want("request_repair", told("my W900 hums", "request_repair", product="mare-w900"))
    joana.say(STORY)
    while joana.state.asking != "purchase_date":
        joana.say(told("skip", "skip"))
    joana.say(told("in 2024", "inform", date="2024-05-01"))
    assert "utter_refused_date_too_old" in joana.heard
    joana.say(told("last week", "inform", date="2026-02-23"))
    assert joana.state.records["purchase_date"] == "2026-02-23"
