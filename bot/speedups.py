"""Removes work that Rasa 3.6.21 repeats without need. Each replacement gives the same results.

tests/bot/test_speedups.py breaks when the code of Rasa that is replaced here changes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict

import jsonschema
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from sqlalchemy import event
from sqlalchemy.engine import Engine


def install() -> None:
    """Put all replacements in place; a second call does nothing more."""
    _make_answer_check_once()
    _remember_event_types()
    _remember_the_empty_domain()
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
        return without_events.is_valid(result) and all(map(is_event, result.get("events", ())))

    def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
        if is_right(result):
            return True
        error = jsonschema.exceptions.best_match(whole.iter_errors(result))
        if error is not None:
            raise ValidationError(f"The action server's answer has the wrong form: {error.message}")
        return True

    RemoteAction._validate_action_result = _validate_action_result


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
