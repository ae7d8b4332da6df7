"""Logging for all service processes: event names and ids, never what a customer wrote."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

from aftercare.errors import new_error_id

_log = logging.getLogger("aftercare")

_TEXT_FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
_correlation: ContextVar[str] = ContextVar("correlation", default="")


def set_up_logging(form: Literal["text", "json"] = "text") -> None:
    """One event after the other on standard error: lines for people, or a JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter(_TEXT_FORM))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """What is logged meanwhile belongs to this request or turn."""
    token = _correlation.set(correlation_id)
    try:
        yield
    finally:
        _correlation.reset(token)


class TextFormatter(logging.Formatter):
    """The usual line, with the correlation id at the end of the event's."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        correlation = _correlation.get()
        if not correlation:
            return line
        first, newline, rest = line.partition("\n")
        return f"{first.rstrip()} correlation={correlation}{newline}{rest}"


class JsonFormatter(logging.Formatter):
    """`at` (ISO 8601, UTC), `level`, `logger`, `message`, and `correlation` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if correlation := _correlation.get():
            told["correlation"] = correlation
        if record.exc_info and record.exc_info[0]:
            # Only the kind and the places: an exception's text may quote what a customer wrote.
            places = "".join(traceback.format_tb(record.exc_info[2]))
            told["error"] = f"{record.exc_info[0].__qualname__}\n{places}"
        return json.dumps(told, ensure_ascii=False)


def log_failure(event: str, error: BaseException, **ids: object) -> str:
    """Log what went wrong and return the error id to tell."""
    error_id = new_error_id()
    log_error(event, error_id, error, **ids)
    return error_id


def log_error(event: str, error_id: str, error: BaseException, **ids: object) -> None:
    """Log what went wrong under the id that a person was told: the errors' kinds and places.

    Their texts stay out: those of drivers quote values, and values are what customers wrote.
    """
    known = " ".join(f"{name}={value}" for name, value in ids.items())
    places: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        places.append(f"{type(cause).__module__}.{type(cause).__qualname__}\n")
        places.extend(traceback.format_tb(cause.__traceback__))
        cause = cause.__cause__ or cause.__context__
    _log.error("%s error_id=%s %s\n%s", event, error_id, known, "".join(places))
