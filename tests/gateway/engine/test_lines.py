"""Which conversation is taken next, and when one that failed is tried again."""

from __future__ import annotations

from gateway.engine.lines import Line, Lines


def taken(lines: Lines) -> Line:
    line = lines.take()
    assert line is not None
    return line


def test_conversations_are_taken_in_turn_and_once_each() -> None:
    lines = Lines()
    for conversation_id, seq in (("a", 1), ("a", 2), ("b", 1)):
        lines.add(conversation_id, seq)
    first, second = taken(lines), taken(lines)
    assert (first.conversation_id, second.conversation_id) == ("a", "b")
    lines.settle(first, 1, answered=True)
    assert taken(lines) is first


def test_message_that_comes_during_a_turn_is_not_forgotten() -> None:
    lines = Lines()
    lines.add("a", 1)
    line = taken(lines)
    lines.add("a", 2)
    lines.settle(line, 1, answered=True)
    assert taken(lines) is line
    lines.settle(line, 2, answered=True)
    lines.stop()
    assert lines.take() is None


def test_finished_conversation_is_forgotten() -> None:
    lines = Lines()
    lines.add("a", 1)
    line = taken(lines)
    lines.settle(line, 1, answered=True)
    lines.add("a", 2)
    assert taken(lines) is not line


def test_pauses_double_and_a_new_message_does_not_shorten_them() -> None:
    lines = Lines()
    lines.add("a", 1)
    line = taken(lines)
    lines.postpone(line)
    lines.add("a", 2)
    assert not line.queued
    assert taken(lines) is line
    assert line.failures == 1


def test_an_answer_ends_the_pauses_of_all_others() -> None:
    lines = Lines()
    lines.add("a", 1)
    lines.add("b", 1)
    waiting, answered = taken(lines), taken(lines)
    waiting.failures = 9
    lines.postpone(waiting)
    lines.settle(answered, 1, answered=True)
    assert taken(lines) is waiting


def test_stopped_lines_give_nothing() -> None:
    lines = Lines()
    lines.add("a", 1)
    lines.stop()
    assert lines.take() is None
