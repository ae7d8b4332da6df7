from __future__ import annotations

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.questions import Questions
from aftercare.intake.state import CONFIRMATION, IntakeState


def test_next_is_the_first_field_neither_given_nor_left_out(catalogue: Catalogue) -> None:
    state = IntakeState("repair", records={"product": "mare-w900"}, skipped=["purchase_date"])
    questions = Questions(catalogue, state, "en")
    assert questions.next_field() == "description"
    state.records["description"] = "It leaks"
    assert questions.next_field() == "serial_number"


def test_after_the_last_field_comes_the_confirmation_where_there_is_one(
    catalogue: Catalogue,
) -> None:
    for service in catalogue.services.values():
        given = {record.field: "x" for record in service.records}
        questions = Questions(catalogue, IntakeState(service.id, records=given), "en")
        assert questions.next_field() == (CONFIRMATION if service.confirm else "")


def test_example_of_a_serial_number_is_that_of_the_product(catalogue: Catalogue) -> None:
    state = IntakeState("repair", records={"product": "vento-r50"})
    record = catalogue.services["repair"].record("serial_number")
    asked = Questions(catalogue, state, "pt").of(record).values["question"]
    assert catalogue.products["vento-r50"].serial_example in asked


def test_summary_leaves_out_what_was_skipped(catalogue: Catalogue) -> None:
    state = IntakeState("warranty", records={"product": "mare-w900"}, skipped=["purchase_date"])
    assert Questions(catalogue, state, "en").summary() == "Product: Maré W900 washing machine"
