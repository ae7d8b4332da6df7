"""What bot/speedups.py puts in the place of Rasa's code must give the same results."""

from __future__ import annotations

import ast
import copy
import hashlib
import inspect
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest
from jsonschema import ValidationError
from rasa.core import processor
from rasa.core.actions import action, forms
from rasa.core.actions.action import RemoteAction
from rasa.core.policies import rule_policy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy import create_engine

from bot import speedups

#: Rasa's own method, kept before any test puts ours in its place.
ORIGINAL = RemoteAction._validate_action_result
ORIGINAL_RESOLVE = Event.resolve_by_type
ORIGINAL_IS_EMPTY = Domain.is_empty
ORIGINAL_DEFAULTS = action.default_actions

#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/speedups.py still says
#: the same, and only then write the new sum here.
READ_SOURCES = {
    "_validate_action_result": "f8cdb4be6812396167ced74161b2ccd6",
    "resolve_by_type": "b5cf570fa7f286c7059ec73d8880528d",
    "action_response_format_spec": "091b74aa3738d1262cf3c028386aaf9d",
    "is_empty": "884be90ef485f1d2c0f140657a47f106",
    "default_actions": "6fa4896f3667a20ef926faa5a9aed3d7",
}

#: Where copies are made for the log only.
COPYING = (processor, rule_policy, forms)

GOOD: Dict[str, Dict[str, Any]] = {
    "empty": {},
    "nothing happened": {"events": [], "responses": []},
    "a slot": {"events": [{"event": "slot", "name": "intake", "value": {"a": [1]}}]},
    "an emptied slot": {"events": [{"event": "slot", "name": "intake", "value": None}]},
    "a slot with everything": {
        "events": [{"event": "slot", "name": "a", "value": 1, "timestamp": 1.5, "metadata": {}}]
    },
    "a response": {"events": [], "responses": [{"response": "utter_greet", "opening": "Hi"}]},
    "a time": {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}]},
    "a form": {"events": [{"event": "active_loop", "name": "intake_form"}]},
    "a field of its own": {"events": [], "other": 1},
}
BAD: Dict[str, Any] = {
    "a list": [],
    "a word": "done",
    "nothing": None,
    "events in an object": {"events": {}},
    "events without an end": {"events": None},
    "a word as an event": {"events": ["slot"]},
    "an event without a name": {"events": [{"name": "intake", "value": 1}]},
    "an unknown event": {"events": [{"event": "no_such_event"}]},
    "an event named by a list": {"events": [{"event": ["slot"]}]},
    "a time in words": {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": "now"}]},
    "a time that is a truth": {
        "events": [{"event": "slot", "name": "a", "value": 1, "timestamp": True}]
    },
    "a slot named by a number": {"events": [{"event": "slot", "name": 1, "value": 1}]},
    "a slot without a value": {"events": [{"event": "slot", "name": "a"}]},
    "a slot with words beside": {
        "events": [{"event": "slot", "name": "a", "value": 1, "metadata": "x"}]
    },
    "a slot without a name": {"events": [{"event": "slot", "value": 1}]},
    "responses in an object": {"responses": {}},
    "a word as a response": {"responses": ["utter_greet"]},
}


@pytest.fixture
def sped_up() -> Iterator[RemoteAction]:
    speedups.install()
    yield RemoteAction("action_of_a_test", None)
    RemoteAction._validate_action_result = ORIGINAL
    Event.resolve_by_type = staticmethod(ORIGINAL_RESOLVE)
    Domain.is_empty = ORIGINAL_IS_EMPTY
    action.default_actions = ORIGINAL_DEFAULTS
    for module in COPYING:
        module.copy = copy


@pytest.mark.parametrize("name", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(name: str) -> None:
    replaced = [ORIGINAL, ORIGINAL_RESOLVE, ORIGINAL_IS_EMPTY, ORIGINAL_DEFAULTS]
    source = next((one for one in replaced if one.__name__ == name), None)
    source = source or getattr(RemoteAction, name)
    found = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()[:32]
    assert found == READ_SOURCES[name], "Rasa has changed what bot/speedups.py replaces: read it"


@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD)
def test_good_answer_passes_both(sped_up: RemoteAction, answer: Dict[str, Any]) -> None:
    assert ORIGINAL(sped_up, answer) is True
    assert sped_up._validate_action_result(answer) is True


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_bad_answer_is_refused_by_both(sped_up: RemoteAction, answer: Any) -> None:
    with pytest.raises(ValidationError):
        ORIGINAL(sped_up, answer)
    with pytest.raises(ValidationError, match="The action server's answer has the wrong form"):
        sped_up._validate_action_result(answer)


def test_second_installation_changes_no_verdict(sped_up: RemoteAction) -> None:
    speedups.install()
    assert sped_up._validate_action_result({}) is True
    with pytest.raises(ValidationError):
        sped_up._validate_action_result({"events": {}})


def test_event_types_are_found_as_before(sped_up: RemoteAction) -> None:
    assert Event.resolve_by_type("slot") is ORIGINAL_RESOLVE("slot") is SlotSet
    assert Event.resolve_by_type("slot") is SlotSet
    assert Event.resolve_by_type("unheard_of", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="unheard_of"):
        Event.resolve_by_type("unheard_of")


@pytest.mark.parametrize("content", [{}, {"intents": ["greet"]}, {"responses": {}}])
def test_domain_is_empty_as_before(sped_up: RemoteAction, content: Dict[str, Any]) -> None:
    domain = Domain.from_dict(content)
    assert domain.is_empty() is ORIGINAL_IS_EMPTY(domain) is ("intents" not in content)


def test_default_actions_are_those_of_rasa(sped_up: RemoteAction) -> None:
    endpoints = [None, EndpointConfig("http://127.0.0.1:1"), EndpointConfig("http://127.0.0.1:2")]
    for endpoint in endpoints * 2:
        found, made = action.default_actions(endpoint), ORIGINAL_DEFAULTS(endpoint)
        assert [type(one) for one in found] == [type(one) for one in made]
        assert [vars(one) for one in found] == [vars(one) for one in made]
    assert action.default_actions(endpoints[1])[0] is action.default_actions(endpoints[1])[0]


@pytest.mark.parametrize("module", COPYING, ids=lambda module: str(module.__name__))
def test_only_the_log_gets_no_copies(module: Any) -> None:
    tree = ast.parse(inspect.getsource(module))
    logged = [
        node
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for node in ast.walk(call)
    ]
    copies = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "copy"
    ]
    assert copies
    assert all(node.attr == "deepcopy" and node in logged for node in copies)


def test_sqlite_writes_ahead(sped_up: RemoteAction, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'tracker.db'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    engine.dispose()
