"""Names the turn in every line that is logged while it runs, as gateway and action server do."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Iterator

import structlog

#: The same word as in the other programs' logs.
_KEY = "correlation"
_turn: ContextVar[str] = ContextVar(_KEY, default="")


@contextmanager
def logged_turn(turn_id: str) -> Iterator[None]:
    """What is logged meanwhile, by Rasa as well, belongs to this turn."""
    token = _turn.set(turn_id)
    tokens = structlog.contextvars.bind_contextvars(**{_KEY: turn_id})
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**tokens)
        _turn.reset(token)


def install() -> None:
    """Let plain log lines end with the turn; a second call does nothing.

    Lines of structlog, which are JSON already, take it from the context by themselves.
    """
    make: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()
    if getattr(make, "names_turns", False):
        return

    def make_named(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        turn = _turn.get()
        if turn and isinstance(record.msg, str) and not record.msg.startswith("{"):
            # The sign of formatting must stay one sign.
            record.msg = f"{record.msg} {_KEY}={turn.replace('%', '%%' if record.args else '%')}"
        return record

    make_named.names_turns = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_named)
