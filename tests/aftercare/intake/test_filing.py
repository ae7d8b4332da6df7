from __future__ import annotations

import pytest

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.dialogue import Verdict
from aftercare.intake.state import CONFIRMATION, Memory
from aftercare.ticket_numbers import new_number
from tests.aftercare.intake.conversation import Conversation
from tests.answers import EMAIL, answer_to, bought, pressed, told

REPAIR_AFTER_PRODUCT = ["description", "purchase_date", "serial_number", "name", "email"]


def _not(text: str, **entities: str):
    return told(text, intent="correct", confidence=0.9, **entities)


# Corrections -------------------------------------------------------------------


@pytest.mark.parametrize("asking", [*REPAIR_AFTER_PRODUCT, CONFIRMATION])
@pytest.mark.parametrize("language", ["en", "pt"])
def test_product_is_corrected_at_any_time(catalogue: Catalogue, asking: str, language: str) -> None:
    talk = Conversation(catalogue, "repair", language).begin().answer_until(asking)
    text = {"en": "no, it's the R50", "pt": "não, é o R50"}[language]
    talk.say(_not(text, product="vento-r50"))
    assert talk.records["product"] == "vento-r50"
    assert talk.heard[0] == "utter_record_changed"
    assert talk.step.replies[0].values["value"] == catalogue.products["vento-r50"].name[language]
    assert talk.memory.product == "vento-r50"


@pytest.mark.parametrize("service", ["complaint", "installation", "return", "repair", "privacy"])
def test_address_is_corrected_at_the_confirmation(catalogue: Catalogue, service: str) -> None:
    talk = Conversation(catalogue, service).begin().to_confirmation()
    talk.say(_not("my mail is rui@mail.example", email="rui@mail.example"))
    assert talk.records["email"] == "rui@mail.example"
    assert talk.heard == ["utter_record_changed", "utter_ask_confirmation"]
    assert talk.memory.known["email"] == "rui@mail.example"


def test_address_is_corrected_while_something_else_is_asked(catalogue: Catalogue) -> None:
    first = told(f"it leaks badly all day, {EMAIL}", intent="request_repair", email=EMAIL)
    talk = Conversation(catalogue, "repair").begin(first).answer()
    asked = talk.asking
    talk.say(_not("sorry, rui@mail.example", email="rui@mail.example"))
    assert talk.records["email"] == "rui@mail.example"
    assert talk.asking == asked


def test_same_value_again_is_no_correction(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().to_confirmation()
    talk.say(told("yes, the W900", intent="affirm", product="mare-w900"))
    assert talk.verdict is Verdict.COMPLETE


def test_serial_number_of_the_old_product_is_asked_again(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().to_confirmation()
    talk.say(_not("no, it's the R50", product="vento-r50"))
    assert "serial_number" not in talk.records
    assert talk.asking == "serial_number"
    example = catalogue.products["vento-r50"].serial_example
    assert example in talk.step.replies[-1].values["question"]


def test_day_of_purchase_is_corrected_where_it_is_called_so(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().to_confirmation()
    talk.say(bought("I bought it on 3 February", "2026-02-03", "correct"))
    assert talk.records["purchase_date"] == "2026-02-03"


# What is remembered ------------------------------------------------------------


@pytest.mark.parametrize("service", ["complaint", "return", "maintenance", "installation"])
def test_contact_is_not_asked_again_in_the_second_intake(
    catalogue: Catalogue, service: str
) -> None:
    first = Conversation(catalogue, "repair").begin().to_confirmation()
    second = Conversation(catalogue, service, memory=first.memory).begin()
    assert second.records["name"] == "Joana Lima"
    assert second.records["email"] == EMAIL
    second.to_confirmation()
    assert EMAIL in second.step.replies[-1].values["summary"]


def test_remembered_address_serves_as_contact_of_a_person(catalogue: Catalogue) -> None:
    memory = Memory(known={"email": EMAIL, "name": "Joana Lima"})
    talk = Conversation(catalogue, "person", memory=memory).begin()
    assert talk.records["contact"] == EMAIL
    assert talk.answer().verdict is Verdict.COMPLETE


def test_contact_given_for_a_person_is_remembered_as_what_it_is(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "person").begin().answer_until("contact")
    talk.answer()
    assert Conversation(catalogue, "privacy", memory=talk.memory).begin().records["email"] == EMAIL


def test_field_that_is_to_be_changed_is_forgotten(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "repair").begin().to_confirmation()
    talk.say(pressed("deny")).say(pressed("choose_field", "Your name", field="name"))
    assert talk.asking == "name"
    assert "name" not in talk.memory.known


def test_product_of_before_is_taken_for_granted_where_one_is_needed(catalogue: Catalogue) -> None:
    memory = Memory(product="fonte-p30")
    for service in ("repair", "warranty", "return", "maintenance", "installation"):
        talk = Conversation(catalogue, service, memory=memory).begin()
        assert talk.records["product"] == "fonte-p30", service


def test_product_of_before_is_not_put_into_optional_records(catalogue: Catalogue) -> None:
    memory = Memory(product="fonte-p30")
    for service in ("complaint", "feedback"):
        assert "product" not in Conversation(catalogue, service, memory=memory).begin().records


def test_product_named_now_goes_before_the_one_of_before(catalogue: Catalogue) -> None:
    said = told("warranty of the W700", intent="ask_warranty", product="mare-w700")
    talk = Conversation(catalogue, "warranty", memory=Memory(product="fonte-p30")).begin(said)
    assert talk.records["product"] == "mare-w700"


def test_category_named_now_goes_before_the_product_of_before(catalogue: Catalogue) -> None:
    said = told("my washing machine", intent="ask_warranty", product_category="washing_machine")
    talk = Conversation(catalogue, "warranty", memory=Memory(product="fonte-p30")).begin(said)
    assert "product" not in talk.records
    assert talk.heard == ["utter_ask_which_model"]


def test_product_that_left_the_catalogue_is_not_remembered(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "warranty", memory=Memory(product="old-one")).begin()
    assert talk.asking == "product"


def test_description_is_never_remembered(catalogue: Catalogue) -> None:
    first = Conversation(catalogue, "repair").begin().to_confirmation()
    second = Conversation(catalogue, "return", memory=first.memory).begin()
    assert "description" not in second.records


def test_only_ticket_of_the_customer_is_meant_and_needs_no_proof(catalogue: Catalogue) -> None:
    memory = Memory(own=[{"number": "K4F-7M2C", "title": "K4F-7M2C (Repair)"}])
    talk = Conversation(catalogue, "ticket_status", memory=memory).begin()
    assert talk.verdict is Verdict.COMPLETE
    assert talk.records == {"ticket_number": "K4F-7M2C"}


def test_several_own_tickets_are_offered_to_choose_from(catalogue: Catalogue) -> None:
    numbers = ["K4F-7M2C", "K4F-7M3A"]
    memory = Memory(own=[{"number": one, "title": f"{one} (Repair)"} for one in numbers])
    talk = Conversation(catalogue, "ticket_status", memory=memory).begin()
    assert talk.heard == ["utter_ask_which_ticket"]
    buttons = talk.step.replies[-1].buttons
    assert [button.title for button in buttons] == ["K4F-7M2C (Repair)", "K4F-7M3A (Repair)"]
    talk.say(pressed("inform", ticket_number="K4F-7M2C"))
    assert talk.verdict is Verdict.COMPLETE


def test_ticket_that_was_proved_before_needs_no_proof_again(catalogue: Catalogue) -> None:
    memory = Memory(proved=["K4F-7M2C"])
    talk = Conversation(catalogue, "ticket_status", memory=memory).begin()
    assert talk.asking == "ticket_number"
    talk.say(told("K4F-7M2C", ticket_number="K4F-7M2C"))
    assert talk.verdict is Verdict.COMPLETE


def test_other_ticket_needs_its_proof(catalogue: Catalogue) -> None:
    other = new_number()
    memory = Memory(own=[{"number": "K4F-7M2C", "title": "K4F-7M2C (Repair)"}])
    said = told(f"status of {other}", intent="check_ticket_status", ticket_number=other)
    talk = Conversation(catalogue, "ticket_status", memory=memory).begin(said)
    assert talk.records == {"ticket_number": other}
    assert talk.asking == "proof"


def test_correcting_two_things_in_one_message_changes_both(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "complaint").begin().to_confirmation()
    text = "it's the C200 and rui@mail.example"
    talk.say(_not(text, product="aroma-c200", email="rui@mail.example"))
    assert talk.heard.count("utter_record_changed") == 2
    assert (talk.records["product"], talk.records["email"]) == ("aroma-c200", "rui@mail.example")


def test_answers_of_every_kind_are_readable_for_a_person(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "return", "pt").begin().to_confirmation()
    summary = talk.step.replies[-1].values["summary"]
    assert "Comprado em: 15 de janeiro de 2026" in summary
    assert "Motivo: Está com defeito" in summary
    assert answer_to(talk.service.record("order_number"), "pt").text in summary


def test_product_said_in_the_first_message_is_not_asked(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue, "maintenance").begin(
        told("yearly check of my Brisa", intent="request_maintenance", product="brisa-a12")
    )
    assert talk.records["product"] == "brisa-a12"
    assert talk.asking != "product"
