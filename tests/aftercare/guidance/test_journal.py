"""What came of quoted sections and what no manual tells, on either database."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.journal import (
    Asked,
    Section,
    answer_key,
    note_gap,
    record_answer,
    settle_answer,
    without_contacts,
)
from aftercare.privacy.erasure import remove_conversations
from aftercare.tables.conversations import Conversation
from aftercare.tables.guidance import (
    GapQuestion,
    GapState,
    ManualGap,
    Outcome,
    QuotedAnswer,
    QuotedFor,
)
from tests.conftest import NOW
from tests.factories import make_conversation
from tests.postgresql import BOTH

FILTER = Section("cleaning-filter", "Cleaning the filter", "en", "2.0")


@pytest.fixture
def sessions(company: SessionFactory) -> SessionFactory:
    """Two conversations, in which nothing was asked yet."""
    with writing(company) as session:
        for table in (GapQuestion, ManualGap, QuotedAnswer, Conversation):
            session.execute(delete(table))
        make_conversation(session, id="c-1")
        make_conversation(session, id="c-2")
    return company


def asked(question: str = "How do I clean it?", **changes: str) -> Asked:
    values = {
        "key": "c-1:1",
        "conversation_id": "c-1",
        "product_id": "mare-w900",
        "language": "en",
        "question": question,
    }
    return Asked(**{**values, **changes})


def quote(sessions: SessionFactory, question: Asked) -> None:
    with writing(sessions) as session:
        record_answer(session, question, FILTER, QuotedFor.QUESTION, NOW)


def settle(sessions: SessionFactory, outcome: Outcome) -> str | None:
    with writing(sessions) as session:
        settle_answer(session, answer_key(asked(), FILTER.anchor), outcome, NOW)
    with reading(sessions) as session:
        return session.scalars(select(QuotedAnswer.outcome)).one()


def ask(sessions: SessionFactory, *questions: Asked) -> None:
    for question in questions:
        with writing(sessions) as session:
            note_gap(session, question, NOW)


def gaps(sessions: SessionFactory) -> list[list[str]]:
    with reading(sessions) as session:
        found = session.scalars(select(ManualGap).order_by(ManualGap.id))
        return [[one.question for one in gap.questions] for gap in found]


@BOTH
def test_a_turn_that_is_worked_twice_quotes_once(sessions: SessionFactory) -> None:
    quote(sessions, asked())
    quote(sessions, asked())
    with reading(sessions) as session:
        row = session.scalars(select(QuotedAnswer)).one()
    assert (row.anchor, row.heading, row.manual_version) == (
        "cleaning-filter",
        "Cleaning the filter",
        "2.0",
    )
    assert (row.product_id, row.language, row.outcome) == ("mare-w900", "en", None)
    assert (row.key, row.conversation_id, row.manual_language) == (
        "c-1:1:cleaning-filter",
        "c-1",
        "en",
    )
    assert (row.purpose, row.question, row.quoted_at) == ("question", asked().question, NOW)


@BOTH
def test_what_the_customer_says_last_of_it_counts(sessions: SessionFactory) -> None:
    quote(sessions, asked())
    assert settle(sessions, Outcome.HELPED) == "helped"
    assert settle(sessions, Outcome.NOT_HELPED) == "not_helped"
    assert settle(sessions, Outcome.PERSON) == "not_helped"


def test_to_ask_for_a_person_says_that_it_was_not_enough(sessions: SessionFactory) -> None:
    quote(sessions, asked())
    assert settle(sessions, Outcome.PERSON) == "person"
    assert settle(sessions, Outcome.SKIPPED) == "person"


def test_without_a_conversation_on_file_nothing_is_noted(sessions: SessionFactory) -> None:
    quote(sessions, asked(conversation_id="gone"))
    ask(sessions, asked(conversation_id="gone"))
    with reading(sessions) as session:
        assert session.scalars(select(QuotedAnswer)).all() == []
    assert gaps(sessions) == []


@BOTH
def test_questions_that_are_alike_make_one_gap(sessions: SessionFactory) -> None:
    ask(
        sessions,
        asked("Can I wash a sleeping bag?", key="1"),
        asked("can i wash my sleeping bags", key="2", conversation_id="c-2"),
        asked("can i wash my sleeping bags", key="2", conversation_id="c-2"),
        asked("Does it fit under a worktop?", key="3"),
    )
    assert gaps(sessions) == [
        ["Can I wash a sleeping bag?", "can i wash my sleeping bags"],
        ["Does it fit under a worktop?"],
    ]


def test_another_product_or_language_is_another_gap(sessions: SessionFactory) -> None:
    question = "Can I wash a sleeping bag?"
    ask(
        sessions,
        asked(question, key="1"),
        asked(question, key="2", product_id="mare-w700"),
        asked(question, key="3", language="pt"),
    )
    assert len(gaps(sessions)) == 3


def test_what_is_asked_again_after_the_gap_was_closed_opens_a_new_one(
    sessions: SessionFactory,
) -> None:
    ask(sessions, asked(key="1"))
    with writing(sessions) as session:
        session.scalars(select(ManualGap)).one().state = GapState.DONE
    ask(sessions, asked(key="2"))
    assert len(gaps(sessions)) == 2


def test_an_empty_question_is_no_gap(sessions: SessionFactory) -> None:
    ask(sessions, asked("  "))
    assert gaps(sessions) == []


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("write to ana.souza@mail.example please", "write to ••• please"),
        ("call +55 (11) 98765-4321 today", "call ••• today"),
        ("E18 at 1400 rpm since 2024", "E18 at 1400 rpm since 2024"),
        ("12,5 kg at 60 °C", "12,5 kg at 60 °C"),
    ],
)
def test_contacts_are_not_stored_with_a_question(text: str, stored: str) -> None:
    assert without_contacts(text) == stored


@BOTH
def test_removing_a_conversation_takes_its_questions_and_keeps_the_counts(
    sessions: SessionFactory,
) -> None:
    quote(sessions, asked())
    settle(sessions, Outcome.HELPED)
    ask(
        sessions,
        asked("Can I wash a sleeping bag?", key="1"),
        asked("Can I wash my sleeping bag?", key="2", conversation_id="c-2"),
        asked("Does it fit under a worktop?", key="3"),
    )
    with writing(sessions) as session:
        remove_conversations(session, ("c-1",))
    assert gaps(sessions) == [["Can I wash my sleeping bag?"]]
    with reading(sessions) as session:
        row = session.scalars(select(QuotedAnswer)).one()
    assert (row.outcome, row.question, row.conversation_id) == ("helped", "", None)
