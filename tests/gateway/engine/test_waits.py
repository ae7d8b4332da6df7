"""When a customer has waited too long, and what is remembered meanwhile."""

from __future__ import annotations

import time

from gateway.engine.waits import Wait, Waits


def names(waits: list[Wait]) -> list[str]:
    return [wait.conversation_id for wait in waits]


def test_late_is_who_waits_long_and_was_not_told() -> None:
    waits = Waits()
    wait = waits.note("a", 1)
    assert waits.late(60) == []
    assert names(waits.late(0)) == ["a"]
    wait.told = True
    assert waits.late(0) == []


def test_answer_to_one_message_begins_the_wait_for_the_next_anew() -> None:
    waits = Waits()
    wait = waits.note("a", 1, 2)
    began = wait.since()
    waits.settle(wait, 1, answered=True)
    since = wait.since()
    assert began is not None
    assert since is not None
    assert since > began
    assert waits.waited(wait, 2) >= since - began


def test_outage_counts_as_told_until_the_bot_answers() -> None:
    waits = Waits()
    wait = waits.note("a", 1, 2, 3)
    wait.told, wait.reason = True, "no_connection"
    waits.settle(wait, 1, answered=False)
    assert wait.told
    waits.settle(wait, 2, answered=True)
    assert (wait.told, wait.reason) == (False, "slow")


def test_answered_conversation_is_forgotten() -> None:
    waits = Waits()
    wait = waits.note("a", 1)
    waits.settle(wait, 1, answered=True)
    assert waits.late(0) == []
    assert waits.note("a", 2) is not wait


def test_what_was_answered_elsewhere_is_forgotten() -> None:
    waits = Waits()
    wait = waits.note("a", 1, 2)
    waits.note("b", 1)
    waits.reconcile({"a": (2, 2)}, time.monotonic())
    assert names(waits.late(0)) == ["a"]
    assert wait.seen.keys() == {2}
    assert wait.answered_at


def test_message_that_came_after_the_look_is_kept() -> None:
    waits = Waits()
    asked_at = time.monotonic()
    waits.note("a", 1)
    waits.reconcile({}, asked_at)
    assert names(waits.late(0)) == ["a"]


def test_attempts_are_those_of_one_message() -> None:
    waits = Waits()
    wait = waits.note("a", 1, 2)
    waits.attempts(wait, 1).unexpected += 1
    assert waits.attempts(wait, 1).unexpected == 1
    assert waits.attempts(wait, 2).unexpected == 0
