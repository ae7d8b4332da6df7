"""What follows a quoted section, as the bot asks the desk for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from aftercare.database import SessionFactory, reading, writing
from aftercare.desk import Desk
from aftercare.replies import Reply
from aftercare.tables.guidance import GapQuestion, QuotedAnswer
from aftercare.tables.manuals import Manual, ManualStatus
from aftercare.tables.tickets import TicketEvent
from tests.answers import pressed, told
from tests.desks import YES, Caller

QUESTION = "How do I clean the pump filter?"
SECTION = "cleaning-pump-filter"
UNTOLD = "Can I dye feathers purple with it?"


@pytest.fixture
def asking(joana: Caller) -> Caller:
    """Joana has asked something about her washer and chosen the section that tells it."""
    joana.memory.product = "mare-w900"
    joana.memory.question = joana.memory.searched = QUESTION
    return joana.want("ask_usage", pressed("ask_usage", section=SECTION, product="mare-w900"))


def verdict(caller: Caller, intent: str) -> list[Reply]:
    return caller.desk.take_verdict(pressed(intent), caller.memory, caller.talk)


def recorded(sessions: SessionFactory) -> list[tuple[str, str | None]]:
    with reading(sessions) as session:
        rows = session.scalars(select(QuotedAnswer).order_by(QuotedAnswer.id))
        return [(row.anchor, row.outcome) for row in rows]


def names(replies: list[Reply]) -> list[str]:
    return [reply.response for reply in replies]


def test_a_quoted_section_is_recorded_with_its_manual(
    asking: Caller, stocked_sessions: SessionFactory
) -> None:
    with reading(stocked_sessions) as session:
        row = session.scalars(select(QuotedAnswer)).one()
    assert (row.product_id, row.anchor, row.purpose, row.outcome) == (
        "mare-w900",
        "cleaning-pump-filter",
        "question",
        None,
    )
    assert (row.language, row.manual_language, row.question) == ("en", "en", QUESTION)
    assert row.manual_version and row.heading == "Cleaning the pump filter"


def test_that_it_worked_is_recorded_once(asking: Caller, stocked_sessions: SessionFactory) -> None:
    assert names(verdict(asking, "guidance_helped")) == ["utter_glad_it_helped"]
    verdict(asking, "guidance_helped")
    assert recorded(stocked_sessions) == [("cleaning-pump-filter", "helped")]


def test_where_it_did_not_help_the_next_best_section_is_offered_once(
    asking: Caller, stocked_sessions: SessionFactory
) -> None:
    first = verdict(asking, "guidance_not_helped")
    assert names(first)[0] == "utter_manual_try_this"
    assert first[1].quoted and first[1].quoted.section != "cleaning-pump-filter"
    assert names(verdict(asking, "guidance_not_helped")) == ["utter_sorry_it_did_not_help"]
    assert recorded(stocked_sessions) == [
        ("cleaning-pump-filter", "not_helped"),
        (first[1].quoted.section, "not_helped"),
    ]


def test_a_ticket_after_that_holds_what_was_asked_and_what_was_tried(
    asking: Caller, stocked_sessions: SessionFactory
) -> None:
    verdict(asking, "guidance_not_helped")
    verdict(asking, "guidance_not_helped")
    asking.want("request_repair", pressed("request_repair"))
    assert asking.state.records["description"] == QUESTION
    assert asking.state.records["product"] == "mare-w900"
    asking.answer_all().say(YES)
    assert asking.heard == ["utter_ticket_opened"]
    with reading(stocked_sessions) as session:
        note = session.scalars(select(TicketEvent.note)).one()
    assert note.startswith("Tried from the manual and did not help: Cleaning the pump filter; ")
    assert asking.memory.tried == []


def test_who_asks_for_a_person_instead_was_not_helped(
    asking: Caller, stocked_sessions: SessionFactory
) -> None:
    asking.want("request_human", pressed("request_human"))
    assert recorded(stocked_sessions) == [("cleaning-pump-filter", "person")]


def test_what_the_manual_does_not_tell_lands_on_the_list_of_gaps(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.memory.product = "mare-w900"
    joana.want("ask_usage", told(UNTOLD, intent="ask_usage"))
    assert joana.heard == ["utter_manual_no_answer"]
    with reading(stocked_sessions) as session:
        assert session.scalars(select(GapQuestion.question)).all() == [UNTOLD]
    joana.want("request_repair", pressed("request_repair"))
    assert joana.state.records["description"] == UNTOLD


def test_a_section_chosen_during_an_intake_is_recorded_with_its_product(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    joana.want("request_return")
    chosen = pressed("ask_usage", section=SECTION, product="mare-w900")
    joana.desk.answer_usage(chosen, joana.state, joana.memory, joana.talk)
    assert recorded(stocked_sessions) == [("cleaning-pump-filter", None)]


def test_a_verdict_on_nothing_is_answered_kindly(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    assert names(verdict(joana, "guidance_helped")) == ["utter_glad_it_helped"]
    assert names(verdict(joana, "guidance_not_helped")) == ["utter_sorry_it_did_not_help"]
    assert recorded(stocked_sessions) == []


@pytest.fixture
def only_english(stocked_sessions: SessionFactory) -> None:
    """The washer's manual in Portuguese has not been published."""
    with writing(stocked_sessions) as session:
        session.execute(
            update(Manual)
            .where(Manual.product_id == "mare-w900", Manual.language == "pt")
            .values(status=ManualStatus.DRAFT)
        )


@pytest.mark.usefixtures("only_english")
def test_a_section_that_only_the_other_manual_has_is_quoted_from_there(
    desk: Desk, stocked_sessions: SessionFactory
) -> None:
    caller = Caller(desk, language="pt")
    caller.want("ask_usage", pressed("ask_usage", section=SECTION, product="mare-w900"))
    (reply,) = caller.turn.replies
    assert reply.response == "utter_manual_answer_in_other_language"
    assert reply.buttons == ()
    assert reply.sources[0].path == "/manuals/mare-w900/en/cleaning-pump-filter"
    with reading(stocked_sessions) as session:
        row = session.scalars(select(QuotedAnswer)).one()
    assert (row.language, row.manual_language) == ("pt", "en")
