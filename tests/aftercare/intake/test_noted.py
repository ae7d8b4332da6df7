"""What a customer tells beside the questions: the fault, the part, an amount, what is wished."""

from __future__ import annotations

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.state import CONFIRMATION, WHAT_TO_CHANGE
from aftercare.intake.understood import REFUSED, Entity, Understood
from tests.aftercare.intake.conversation import Conversation
from tests.answers import pressed, told

FILTER = Entity(
    "part", "pump_filter", by_product={"mare-w900": "pump_filter", "vento-r50": "filter"}
)


def _first(text: str, intent: str, *entities: Entity) -> Understood:
    return Understood(text, intent, 0.95, entities)


def _leak(*entities: Entity) -> Understood:
    return _first("the filter leaks", "request_repair", Entity("symptom", "leak"), *entities)


def test_fault_and_part_of_the_first_message_are_filed_and_not_asked(catalogue: Catalogue) -> None:
    said = _leak(FILTER, Entity("product", "mare-w900"))
    talk = Conversation(catalogue, "repair").begin(said)
    assert (talk.records["symptom"], talk.records["part"]) == ("leak", "mare-w900/pump_filter")
    assert talk.records["description"] == said.text
    assert talk.asking == "purchase_date"
    summary = talk.to_confirmation().step.replies[0].values["summary"]
    assert "Fault: Leaks\nPart or function: Pump filter" in summary


def test_part_is_settled_when_the_product_is_told(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin(_leak(FILTER))
    assert "part" not in talk.records
    talk.say(told("R50", product="vento-r50"))
    assert talk.records["part"] == "vento-r50/filter"
    talk.to_confirmation().say(told("no, the W900", intent="correct", product="mare-w900"))
    assert talk.records["part"] == "mare-w900/pump_filter"
    talk.say(told("sorry, the C200", intent="correct", product="aroma-c200"))
    assert "part" not in talk.records


def test_part_is_settled_for_the_product_talked_about_before(catalogue: Catalogue) -> None:
    first = Conversation(catalogue, "repair").begin(told("W900 leaks", product="mare-w900"))
    talk = Conversation(catalogue, "maintenance", memory=first.memory)
    talk.begin(_first("a new filter for it please", "request_maintenance", FILTER))
    assert talk.records["part"] == "mare-w900/pump_filter"


def test_function_stands_for_the_part_where_none_is_named(catalogue: Catalogue) -> None:
    does = Entity("feature", "drain", by_product={"mare-w900": "drain"})
    talk = Conversation(catalogue, "repair").begin(_leak(does, Entity("product", "mare-w900")))
    assert talk.records["part"] == "mare-w900/drain"


def test_general_fault_counts_only_where_no_other_is_told(catalogue: Catalogue) -> None:
    both = (Entity("symptom", "broken"), Entity("symptom", "leak"))
    assert (Conversation(catalogue, "repair").begin(_first("x", "request_repair", *both)).records)[
        "symptom"
    ] == "leak"
    alone = _first("it is broken", "request_repair", both[0])
    talk = Conversation(catalogue, "repair").begin(alone)
    assert talk.records["symptom"] == "broken"
    assert talk.answer().asking == "description"


@pytest.mark.parametrize("asked", ["product", "description", "purchase_date"])
def test_what_it_does_wins_over_the_general_fault_told_before(
    catalogue: Catalogue, asked: str
) -> None:
    broken = _first("it is broken", "request_repair", Entity("symptom", "broken"))
    talk = Conversation(catalogue, "repair").begin(broken).answer_until(asked)
    talk.say(told("it leaks from the door", intent="request_repair", symptom="leak"))
    assert talk.records["symptom"] == "leak"
    talk.say(told("it is just broken", intent="request_repair", symptom="broken"))
    assert talk.records["symptom"] == "leak"


def test_nothing_is_noted_of_answers_to_other_questions(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "installation").begin().answer_until("address")
    assert "symptom" not in talk.records
    talk = Conversation(catalogue, "maintenance").begin().answer_until("address")
    said = Understood("12 Filter Road, Porto", "inform", 0.5, (FILTER,))
    assert "part" not in talk.say(said).records


def test_more_of_the_fault_corrects_nothing(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin(_leak(Entity("product", "mare-w900")))
    talk.to_confirmation().say(told("yes, and it stinks", intent="affirm", symptom="smell"))
    assert talk.records["symptom"] == "leak"


def test_fault_is_corrected_where_it_is_called_wrong(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin(_leak(Entity("product", "mare-w900")))
    talk.to_confirmation().say(told("no, it stinks", intent="correct", symptom="smell"))
    assert (talk.records["symptom"], talk.asking) == ("smell", CONFIRMATION)


def test_noted_fault_can_be_chosen_for_a_change(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin(_leak(Entity("product", "mare-w900")))
    talk.to_confirmation().say(pressed("deny"))
    assert talk.asking == WHAT_TO_CHANGE
    titles = [button.title for button in talk.step.replies[0].buttons]
    assert "Fault" in titles and "Part or function" not in titles
    talk.say(pressed("choose_field", "Fault", field="symptom"))
    assert (talk.asking, talk.step.replies[0].buttons) == ("symptom", ())
    assert talk.say("hmm").heard == ["utter_refused_symptom"]
    talk.say(told("it stinks", symptom="smell"))
    assert (talk.records["symptom"], talk.asking) == ("smell", CONFIRMATION)


def test_amount_is_filed_and_shown_as_people_write_it(catalogue: Catalogue) -> None:
    said = _first("cobraram 89,90 a mais", "file_complaint", Entity("amount", "89.90 BRL"))
    talk = Conversation(catalogue, "complaint", "pt").begin(said)
    assert talk.records["amount"] == "89.90 BRL"
    assert "Valor: R$\xa089,90" in talk.to_confirmation().step.replies[0].values["summary"]


@pytest.mark.parametrize(
    ("service", "intent"), [("complaint", "file_complaint"), ("return", "request_return")]
)
def test_wish_of_the_first_message_is_not_asked_again(
    catalogue: Catalogue, service: str, intent: str
) -> None:
    text = "I don't want a replacement, only my money back"
    wishes = (Entity("wish", "refund"), Entity("wish", "replace", role=REFUSED))
    talk = Conversation(catalogue, service).begin(_first(text, intent, *wishes))
    assert talk.records["wanted"] == "refund"


def test_refused_wish_is_not_taken_for_the_answer(catalogue: Catalogue) -> None:
    refused = Entity("wish", "refund", role=REFUSED)
    talk = Conversation(catalogue, "return").begin().answer_until("wanted")
    talk.say(_first("no refund", "inform", refused))
    assert ("wanted" in talk.records, talk.heard) == (False, ["utter_refused_choice"])


def test_two_wishes_are_asked_about(catalogue: Catalogue) -> None:
    wishes = (Entity("wish", "repair"), Entity("wish", "refund"))
    said = _first("either mend it or pay", "file_complaint", *wishes)
    assert "wanted" not in Conversation(catalogue, "complaint").begin(said).records


@pytest.mark.parametrize(("symptom", "reason"), [("leak", "defective"), ("damaged", "damaged")])
def test_fault_is_the_reason_of_a_return(catalogue: Catalogue, symptom: str, reason: str) -> None:
    said = _first("drips, take it back", "request_return", Entity("symptom", symptom))
    assert Conversation(catalogue, "return").begin(said).records["reason"] == reason


def test_product_of_a_part_travels_through_a_message_that_is_kept(catalogue: Catalogue) -> None:
    kept = Understood.from_json(_leak(FILTER).to_json())
    assert kept.all("part")[0].by_product == FILTER.by_product
