"""What customers say beside the question: nothing of it is taken for a wrong answer or lost."""

from __future__ import annotations

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.desk import Desk
from aftercare.intake.dialogue import Verdict
from tests.aftercare.intake.conversation import Conversation
from tests.answers import told
from tests.desks import Caller


@pytest.mark.parametrize("text", ["it is not about any product", "não é sobre produto nenhum"])
def test_who_names_no_product_leaves_it_out(catalogue: Catalogue, text: str) -> None:
    talk = Conversation(catalogue, "complaint").begin().answer_until("product")
    talk.say(told(text, "file_complaint"))
    assert (talk.asking, "product" in talk.records) == ("wanted", False)
    assert text not in talk.records["description"]


def test_clear_wish_makes_a_choice_before_it_is_asked(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "complaint").begin().answer_until("product")
    talk.say(told("I want my money back", "request_return", wish="refund"))
    assert talk.heard == ["utter_record_noted", "utter_ask_optional_record"]
    assert (talk.asking, talk.records["wanted"]) == ("product", "refund")


def test_day_on_which_it_failed_is_no_day_of_purchase(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("purchase_date")
    text = "it leaks since yesterday"
    talk.say(told(text, "request_repair", symptom="leak", date="2026-03-01"))
    assert (talk.asking, "purchase_date" in talk.records) == ("purchase_date", False)
    assert talk.records["description"].endswith(text)


@pytest.mark.parametrize(
    ("text", "intent"), [("where is my ticket", "check_ticket_status"), ("thanks, bye", "thank")]
)
def test_what_is_no_answer_need_not_be_so_likely(
    catalogue: Catalogue, text: str, intent: str
) -> None:
    talk = Conversation(catalogue, "repair").begin().answer_until("purchase_date")
    assert talk.say(told(text, intent, 0.5)).verdict is Verdict.DIGRESSION


def test_who_would_rather_have_it_repaired_is_offered_that(joana: Caller) -> None:
    joana.want("request_return", told("return my W900", "request_return", product="mare-w900"))
    assert joana.state.asking == "reason"
    joana.say(told("actually no, I want it repaired", "correct", wish="repair"))
    assert joana.heard == ["utter_other_wish", "utter_ask_record"]
    (button,) = joana.turn.replies[0].buttons
    assert button.entities == {"service": "request_repair"}


def test_complaint_has_a_repair_among_its_choices(desk: Desk) -> None:
    caller = Caller(desk).want("file_complaint", told("it is awful quality", "file_complaint"))
    caller.state.asking = "wanted"
    caller.say(told("I want it repaired", "correct", wish="repair"))
    assert "utter_other_wish" not in caller.heard
