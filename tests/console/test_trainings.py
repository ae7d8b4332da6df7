"""The list of trainings, and the way to it from a conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.tables.training import TrainingStatus
from aftercare.talk import Talk
from aftercare.training.lessons import open_lesson
from aftercare.training.records import (
    note_answer,
    note_stuck,
    set_status,
    show_step,
    start_training,
)
from tests.console.browsers import TestClient
from tests.factories import AT, make_conversation, make_customer


@pytest.fixture
def trained(database: SessionFactory) -> str:
    """Joana has finished a lesson on the C200, somebody is at one on the W900; her conversation."""
    with writing(database) as session:
        joana = make_customer(session)
        talk = make_conversation(session, customer_id=joana.id, identified=True)
        lesson = open_lesson(session, "aroma-c200", "cappuccino", "en")
        assert lesson
        done = start_training(session, "one", lesson, Talk(talk.id, "website", "en"), AT)
        show_step(done, 5, AT)
        note_stuck(done, 3, AT)
        note_answer(done, 0, True, AT)
        note_answer(done, 1, False, AT)
        set_status(done, TrainingStatus.DONE, AT)
        other = open_lesson(session, "mare-w900", "descaling", "pt")
        assert other
        later = AT + timedelta(days=1)
        show_step(
            start_training(session, "two", other, Talk("gone", "website", "pt"), later), 0, later
        )
    return talk.id


def test_list_tells_who_what_when_with_which_manual(browser: TestClient, trained: str) -> None:
    page = browser.get("/console/trainings?product=aroma-c200").text
    for told in (
        "Making a cappuccino",
        "Aroma C200 coffee machine (C200)",
        "Finished",
        "6 of 6 steps, stuck at 4",
        "Joana Lima",
        "Aroma C200 Instruction Manual",
        "version 1.2, English",
        "1 of 2 right",
        f"/console/conversations/{trained}",
    ):
        assert told in page, told
    assert "Descalcificar" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Descalcificar", "Making a cappuccino"]),
        ("?status=done", ["Making a cappuccino"]),
        ("?status=running", ["Descalcificar"]),
        ("?language=pt", ["Descalcificar"]),
        ("?q=joana", ["Making a cappuccino"]),
        ("?q=CAPPUCCINO", ["Making a cappuccino"]),
        ("?to=2026-03-02", ["Making a cappuccino"]),
        ("?product=vento-r50", []),
    ],
)
def test_filters(browser: TestClient, trained: str, query: str, shown: list[str]) -> None:
    page = browser.get(f"/console/trainings{query}").text
    body = page[page.index("<h1>") :]
    titles = [title for title in ("Descalcificar", "Making a cappuccino") if title in body]
    assert titles == shown


def test_conversation_leads_to_its_trainings(browser: TestClient, trained: str) -> None:
    page = browser.get(f"/console/conversations/{trained}").text
    assert "/console/trainings?q=Making+a+cappuccino" in page


def test_empty_list_says_how_one_begins(browser: TestClient) -> None:
    assert "Nobody has been trained yet" in browser.get("/console/trainings").text
