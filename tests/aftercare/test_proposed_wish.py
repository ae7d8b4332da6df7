"""A service that only a keyword of the catalogue speaks for: the bot asks whether it is meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aftercare.intake.understood import FALLBACK, Understood
from tests.answers import told
from tests.desks import YES, Caller

NO = told("no", intent="deny")
UNSURE = replace(
    told("hm the refill thing of my P30", FALLBACK, 0.3, product="fonte-p30"),
    ranking=(("out_of_scope", 0.3), ("ask_usage", 0.2)),
)
MAINTENANCE = "request_maintenance"


def _hear(caller: Caller, said: Understood) -> Caller:
    """Take a message outside of an intake, as the bot's rules do."""
    intent = caller.desk.service_meant(said)
    assert intent
    return caller.want(intent, said)


@pytest.mark.parametrize(
    ("language", "wish"), [("en", "have a product serviced"), ("pt", "marcar uma manutenção")]
)
def test_keyword_proposes_its_service(joana: Caller, language: str, wish: str) -> None:
    joana = Caller(joana.desk, language=language)
    _hear(joana, UNSURE)
    assert (joana.turn.state, joana.heard) == (None, ["utter_proposed_wish"])
    assert joana.values == {"wish": wish}


def test_yes_begins_it_with_what_was_told(joana: Caller) -> None:
    _hear(joana, UNSURE)
    joana._keep(joana.desk.decide(YES, joana.memory, joana.talk))
    assert joana.state.service == "maintenance"
    assert joana.state.records["product"] == "fonte-p30"


def test_no_leaves_it(joana: Caller) -> None:
    _hear(joana, UNSURE)
    joana._keep(joana.desk.decide(NO, joana.memory, joana.talk))
    assert (joana.turn.state, joana.heard) == (None, ["utter_anything_else"])
    assert not joana.memory.asks


def test_nonsense_with_a_products_name_is_asked_about(joana: Caller) -> None:
    said = told("purple vento monday", "request_repair", 0.48, product="vento-r50")
    _hear(joana, replace(said, ranking=(("request_repair", 0.48), ("greet", 0.2))))
    assert (joana.turn.state, joana.heard) == (None, ["utter_proposed_wish"])


def test_fault_of_a_product_proposes_a_repair_and_then_its_remedy(joana: Caller) -> None:
    said = told("the W900 is not draining", "inform", product="mare-w900", symptom="not_draining")
    assert _hear(joana, said).heard == ["utter_proposed_wish"]
    assert joana.values == {"wish": "report a fault"}
    joana._keep(joana.desk.decide(YES, joana.memory, joana.talk))
    assert joana.heard[-1] == "utter_remedy"


def test_other_wish_in_between_is_taken_up_instead(joana: Caller) -> None:
    _hear(joana, UNSURE)
    said = told("my W900 leaks from below", "request_repair", 0.9, product="mare-w900")
    joana._keep(joana.desk.decide(said, joana.memory, joana.talk))
    assert joana.state.service == "repair"


def test_danger_is_warned_of_before_the_proposal(joana: Caller) -> None:
    _hear(joana, replace(UNSURE, text="refill and there is smoke"))
    assert joana.heard == ["utter_safety_first", "utter_proposed_wish"]


def test_message_without_a_keyword_is_for_no_service(joana: Caller) -> None:
    assert joana.desk.service_meant(replace(UNSURE, text="xyzzy")) is None
