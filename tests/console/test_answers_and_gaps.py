"""The pages about what the manuals' answers came to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.journal import (
    Asked,
    Section,
    answer_key,
    note_gap,
    record_answer,
    settle_answer,
)
from aftercare.tables.guidance import ManualGap, Outcome, QuotedFor
from aftercare.tables.staff import Staff
from console.answers import wilson
from tests.console.browsers import Response, TestClient
from tests.factories import AT, make_conversation

CELLS = re.compile(r'data-label="([^"]+)"[^>]*>\s*(?:<a [^>]*>)?([^<]*)')


def quote(session: Session, number: int, anchor: str, outcome: Outcome | None, **more: str) -> None:
    values = {"product_id": "mare-w900", "language": "en", "question": f"Question {number}"}
    asked = Asked(key=str(number), conversation_id="c-1", **{**values, **more})  # type: ignore[arg-type]
    section = Section(anchor, f"About {anchor}", asked.language, "2.0")
    purpose = QuotedFor.FAULT if anchor.startswith("trouble-") else QuotedFor.QUESTION
    record_answer(session, asked, section, purpose, AT + timedelta(minutes=number))
    if outcome:
        settle_answer(session, answer_key(asked, anchor), outcome, AT)


@pytest.fixture(autouse=True)
def asked(database: SessionFactory) -> None:
    with writing(database) as session:
        make_conversation(session, id="c-1")
        quote(session, 1, "cleaning", Outcome.HELPED)
        quote(session, 2, "cleaning", Outcome.NOT_HELPED)
        quote(session, 3, "cleaning", None)
        quote(session, 4, "trouble-leak", Outcome.HELPED)
        quote(session, 5, "detergent", Outcome.PERSON, language="pt")
        for number, question in enumerate(("Can I dye <b>feathers</b>?", "can i dye feathers")):
            asked = Asked(f"gap-{number}", "c-1", "mare-w900", "en", question)
            note_gap(session, asked, AT)
        note_gap(session, Asked("gap-9", "c-1", "vento-r50", "pt", "Sobe escada?"), AT)


@pytest.fixture
def manager(database: SessionFactory, browser: TestClient) -> TestClient:
    with writing(database) as session:
        session.execute(update(Staff).values(role="manager"))
    return browser


def sections(browser: TestClient, query: str = "") -> list[str]:
    page = browser.get(f"/console/answers{query}")
    assert page.status_code == 200
    return [text for label, text in CELLS.findall(page.text) if label == "Section"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["About cleaning", "About detergent", "About trouble-leak"]),
        ("?language=pt", ["About detergent"]),
        ("?purpose=fault", ["About trouble-leak"]),
        ("?product=vento-r50", []),
        ("?from=2030-01-01", []),
        ("?section=cleaning", ["About cleaning"]),
    ],
)
def test_sections_those_first_that_helped_least(
    browser: TestClient, query: str, expected: list[str]
) -> None:
    found = sections(browser, query)
    assert sorted(found) == sorted(expected)
    assert found[-1:] == expected[-1:]


def test_counts_share_and_repairs_avoided(browser: TestClient) -> None:
    page = browser.get("/console/answers").text
    assert "Sections quoted: 5. Repairs avoided: 1." in page
    assert "Of 4 answers that customers judged, 2 helped: 50%" in page


def test_a_section_lists_its_questions_with_their_conversations(browser: TestClient) -> None:
    page = browser.get("/console/answers?section=cleaning").text
    assert [text for label, text in CELLS.findall(page) if label == "What came of it"] == [
        "Nothing said",
        "Did not help",
        "Helped",
    ]
    assert page.count('href="/console/conversations/c-1"') == 3


def test_gaps_those_first_that_were_asked_most(browser: TestClient) -> None:
    page = browser.get("/console/gaps").text
    assert [text for label, text in CELLS.findall(page) if label == "Asked"] == ["2", "1"]
    assert "Can I dye &lt;b&gt;feathers&lt;/b&gt;?" in page
    assert 'href="/console/conversations/c-1"' in page
    assert "Sobe escada?" not in browser.get("/console/gaps?product=mare-w900").text


def test_a_manager_marks_a_gap_as_done_with_a_note(
    manager: TestClient, post: Callable[..., Response], database: SessionFactory
) -> None:
    with reading(database) as session:
        gap = session.scalars(select(ManualGap.id).order_by(ManualGap.id)).first()
    assert post(f"/console/gaps/{gap}", state="done", note=" Told in 2.1 ").status_code == 303
    assert "feathers" not in manager.get("/console/gaps").text
    page = manager.get("/console/gaps?state=done").text
    assert "Told in 2.1" in page
    assert post(f"/console/gaps/{gap}", state="open", note="").status_code == 303
    assert "feathers" in manager.get("/console/gaps").text


def test_others_may_look_and_not_change(browser: TestClient, post: Callable[..., Response]) -> None:
    assert "Mark as done" not in browser.get("/console/gaps").text
    assert post("/console/gaps/1", state="done").status_code == 403


def test_a_gap_that_is_gone_is_not_found(
    manager: TestClient, post: Callable[..., Response]
) -> None:
    assert post("/console/gaps/99999999999", state="done").status_code == 404


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.72, 1.0), (50, 100, 0.40, 0.60), (0, 10, 0.0, 0.28)],
)
def test_the_interval_is_wide_for_few_answers(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.01)
