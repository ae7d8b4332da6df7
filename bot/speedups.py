"""Removes work that Rasa 3.6.21 repeats without need. Each replacement gives the same results.

tests/bot/test_speedups.py breaks when the code of Rasa that is replaced here changes.
"""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import Any, Callable, Dict, List, Tuple

import jsonschema
from jsonschema import ValidationError
from rasa.core import processor
from rasa.core.actions import action, forms
from rasa.core.actions.action import Action, RemoteAction
from rasa.core.policies import rule_policy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from sqlalchemy import event
from sqlalchemy.engine import Engine


def install() -> None:
    """Put all replacements in place; a second call does nothing more."""
    _make_answer_check_once()
    _remember_event_types()
    _remember_the_empty_domain()
    _remember_default_actions()
    _copy_nothing_for_the_log()
    if not event.contains(Engine, "connect", _prepare_sqlite):
        event.listen(Engine, "connect", _prepare_sqlite)


def _make_answer_check_once() -> None:
    """Rasa builds and checks its own JSON schema at each answer of the action server.

    That was 88 % of the time of a turn with an action; the schema is fixed. What is left of it is
    mostly that each event is held against the forms of all 23 kinds, though its name says which one
    it must have.
    """
    schema = RemoteAction.action_response_format_spec()
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    whole = validator_class(schema)
    event_schema = schema["properties"]["events"]["items"]
    any_event = {key: value for key, value in event_schema.items() if key != "oneOf"}
    by_name = {
        form["properties"]["event"]["const"]: validator_class({**any_event, "allOf": [form]})
        for form in event_schema["oneOf"]
    }
    properties = {**schema["properties"], "events": {"type": "array"}}
    without_events = validator_class({**schema, "properties": properties})

    def is_event(event: Any) -> bool:
        name = event.get("event") if isinstance(event, dict) else None
        return isinstance(name, str) and name in by_name and by_name[name].is_valid(event)

    def is_right(result: Any) -> bool:
        return _is_usual(result) or (
            without_events.is_valid(result) and all(map(is_event, result.get("events", ())))
        )

    def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
        if is_right(result):
            return True
        error = jsonschema.exceptions.best_match(whole.iter_errors(result))
        if error is not None:
            raise ValidationError(f"The action server's answer has the wrong form: {error.message}")
        return True

    RemoteAction._validate_action_result = _validate_action_result


def _is_usual(result: Any) -> bool:
    """Whether an answer has nothing but slots and responses, which needs no schema to be told."""
    if type(result) is not dict:
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    return (
        type(events) is list
        and type(responses) is list
        and all(type(response) is dict for response in responses)
        and all(
            type(event) is dict
            and event.get("event") == "slot"
            and type(event.get("name")) is str
            and "value" in event
            and type(event.get("timestamp")) in (int, float, type(None))
            and type(event.get("metadata")) in (dict, type(None))
            for event in events
        )
    )


def _remember_event_types() -> None:
    """Rasa walks through all classes of events for each event that it reads from the tracker."""
    resolve = Event.resolve_by_type
    if not hasattr(resolve, "cache_info"):
        Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(resolve))


def _remember_the_empty_domain() -> None:
    """Rasa builds an empty domain for each message to see whether the bot's own is empty."""
    empty = Domain.empty().as_dict()

    def is_empty(self: Domain) -> bool:
        return bool(self.as_dict() == empty)

    Domain.is_empty = is_empty


def _remember_default_actions() -> None:
    """Rasa makes all of its own actions anew to find one; they hold nothing but the endpoint."""
    make: Callable[..., List[Action]] = action.default_actions
    if hasattr(make, "__wrapped__"):
        return
    made: Dict[int, Tuple[Any, List[Action]]] = {}

    @wraps(make)
    def default_actions(action_endpoint: Any = None) -> List[Action]:
        endpoint, actions = made.get(id(action_endpoint), (None, None))
        if actions is None or endpoint is not action_endpoint:
            actions = make(action_endpoint)
            made[id(action_endpoint)] = (action_endpoint, actions)
        return actions

    action.default_actions = default_actions


class _NoCopies:
    """Stands for the module `copy` where only the log of a developer gets copies."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value


def _copy_nothing_for_the_log() -> None:
    """Rasa copies messages, events and states for lines that are written at once, or not at all."""
    for module in (processor, rule_policy, forms):
        module.copy = _NoCopies


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Let the tracker store wait for the disk once in a while instead of several times a turn.

    The write-ahead log outlives the end of the process at any moment. After a loss of power the
    last turns may be missing in the tracker, never in the gateway's log.
    """
    if type(connection).__module__ != "sqlite3":
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
