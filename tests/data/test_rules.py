"""The rules: names, an answer for every intent, and agreement with the intake and the domain."""

from __future__ import annotations

from collections import Counter

from aftercare.intake.digressions import DIGRESSIONS
from tests.data.training_files import (
    domain,
    first_intent,
    intents,
    rules,
    runs_in_intake,
    service_intents,
)

DIGRESSION_FILE = "data/rules/digressions.yml"
#: The form itself takes the other wish up; no rule answers in between.
TAKEN_UP_BY_THE_FORM = frozenset({"switch_service"})


def test_no_rule_name_is_used_twice() -> None:
    counted = Counter(rule["rule"] for _, rule in rules())
    assert [name for name, times in counted.items() if times > 1] == []


def test_every_intent_is_answered_outside_of_an_intake() -> None:
    answered = {first_intent(rule) for _, rule in rules() if not runs_in_intake(rule)}
    assert set(intents()) - answered == set()


def test_no_intent_has_two_rules_in_the_same_situation() -> None:
    counted = Counter(
        (first_intent(rule), runs_in_intake(rule)) for _, rule in rules() if first_intent(rule)
    )
    assert [one for one, times in counted.items() if times > 1] == []


def test_digressions_of_the_intake_are_those_that_rules_answer() -> None:
    with_rule = {first_intent(rule) for file, rule in rules() if file == DIGRESSION_FILE}
    assert with_rule == DIGRESSIONS - TAKEN_UP_BY_THE_FORM


def test_every_digression_comes_back_to_the_intake() -> None:
    astray = [
        rule["rule"]
        for file, rule in rules()
        if file == DIGRESSION_FILE
        and not (
            runs_in_intake(rule)
            and rule["steps"][-2:] == [{"action": "intake_form"}, {"active_loop": "intake_form"}]
        )
    ]
    assert astray == []


def test_every_service_of_the_catalogue_starts_an_intake() -> None:
    starting = {
        first_intent(rule)
        for _, rule in rules()
        if not runs_in_intake(rule) and {"action": "intake_form"} in rule["steps"]
    }
    assert starting == set(service_intents())


def test_rules_name_only_what_the_domain_knows() -> None:
    known = {*domain()["actions"], *domain()["forms"], *domain()["responses"], "action_listen"}
    named = {step["action"] for _, rule in rules() for step in rule["steps"] if "action" in step}
    assert named - known == set()
    assert {first_intent(rule) for _, rule in rules()} - {None} <= set(intents())
