from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aftercare.database import SessionFactory
from aftercare.desk import Desk
from aftercare.intake.state import Memory
from tests.answers import bought, pressed, told
from tests.desks import Caller, Library, open_test_desk

# Warranty ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "response", "until"),
    [
        ("2024-03-02", "utter_warranty_in_force", "2 March 2026"),
        ("2024-03-01", "utter_warranty_over", "1 March 2026"),
        ("2024-02-29", "utter_warranty_over", "28 February 2026"),
        ("2026-03-02", "utter_warranty_in_force", "2 March 2028"),
    ],
)
def test_warranty_of_two_years_from_the_day_of_purchase(
    joana: Caller, day: str, response: str, until: str
) -> None:
    said = told("warranty of my W900", intent="ask_warranty", product="mare-w900")
    joana.want("ask_warranty", said).say(bought("bought then", day))
    assert (joana.heard, joana.values["until"]) == ([response], until)
    assert joana.values["length"] == "24 months"


def test_last_day_counts_by_the_companys_clock(
    stocked_sessions: SessionFactory, library: Library
) -> None:
    """02:00 UTC on the third is still the second in São Paulo."""
    late = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    joana = Caller(open_test_desk(stocked_sessions, library.folder, lambda: late))
    said = told("warranty of my W900", intent="ask_warranty", product="mare-w900")
    joana.want("ask_warranty", said).say(bought("bought then", "2024-03-02"))
    assert joana.heard == ["utter_warranty_in_force"]


def test_warranty_without_a_day_tells_the_term(joana: Caller) -> None:
    said = told("warranty of my R50", intent="ask_warranty", product="vento-r50")
    joana.want("ask_warranty", said).say(told("skip", intent="skip"))
    assert joana.heard == ["utter_warranty_term"]
    assert "12 months from the purchase" in joana.values["terms"]
    assert "until" not in joana.values


def test_warranty_asked_in_the_middle_uses_what_the_intake_knows(joana: Caller) -> None:
    joana.want("request_repair").say(told("W900", product="mare-w900"))
    joana.say("It leaks on the floor").say(bought("bought in January", "2026-01-15"))
    question = told("is it covered?", intent="ask_warranty")
    (reply,) = joana.desk.answer_warranty(question, joana.state, joana.memory, joana.talk)
    assert reply.response == "utter_warranty_in_force"
    (reply,) = joana.desk.answer_warranty(question, None, Memory(), joana.talk)
    assert reply.response == "utter_warranty_which_product"


# Manuals -----------------------------------------------------------------------


def test_question_is_answered_from_the_manual_in_the_customers_language(desk: Desk) -> None:
    rui = Caller(desk, language="pt")
    said = told("o que é E18 na minha W900", intent="ask_usage", product="mare-w900")
    rui.want("ask_usage", said)
    assert rui.heard[0].startswith("utter_manual_answer")
    assert rui.turn.replies[0].sources[0].path == "/manuals/mare-w900/pt/error-e18"
    assert rui.turn.state is None


def test_pressed_heading_shows_its_section(joana: Caller) -> None:
    button = pressed("ask_usage", "Descaling", section="descaling", product="mare-w900")
    joana.want("ask_usage", button)
    assert joana.values["heading"] == "Descaling"


def test_question_in_the_middle_is_answered_for_the_product_at_hand(joana: Caller) -> None:
    joana.want("request_repair").say(told("W900", product="mare-w900"))
    said = told("what does E18 mean", intent="ask_usage")
    (reply,) = joana.desk.answer_usage(said, joana.state, joana.memory, joana.talk)
    assert reply.sources[0].path.endswith("/error-e18")
    (reply,) = joana.desk.answer_usage(said, None, Memory(), joana.talk)
    assert reply.response == "utter_manual_which_product"


def test_missing_index_is_told_with_an_error_id_that_the_log_has(
    stocked_sessions: SessionFactory,
    tmp_path: Path,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = open_test_desk(stocked_sessions, tmp_path / "nothing", lambda: now)
    said = told("how do I descale my W900", intent="ask_usage", product="mare-w900")
    joana = Caller(desk).want("ask_usage", said)
    assert (joana.heard, joana.turn.state) == (["utter_manual_unavailable"], None)
    assert f"error_id={joana.values['error_id']}" in caplog.text
    assert "descale" not in caplog.text
