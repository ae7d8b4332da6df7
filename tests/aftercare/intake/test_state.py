from __future__ import annotations

import json

from aftercare.intake.state import IntakeState, Memory


def test_state_survives_the_way_through_json() -> None:
    state = IntakeState(
        "repair",
        asking="email",
        records={"name": "João"},
        skipped=["serial_number"],
        refusals=2,
        category="washing_machine",
    )
    assert IntakeState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_each_intake_has_a_key_of_its_own() -> None:
    assert len({IntakeState("repair").key for _ in range(100)}) == 100


def test_memory_survives_the_way_through_json() -> None:
    memory = Memory(known={"email": "a@mail.example"}, product="mare-w900", failed_proofs=1)
    assert Memory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


def test_memory_asks_while_a_choice_or_an_offer_is_open() -> None:
    assert not Memory(wishes=[{"intent": "ask_warranty"}]).asks
    assert Memory(choices=["request_repair", "request_return"]).asks
    assert Memory(offered=True).asks


def test_conversation_without_memory_begins_with_an_empty_one() -> None:
    assert Memory.from_json(None) == Memory.from_json({}) == Memory()
