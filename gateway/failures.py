"""Writes to the log what went wrong, without any words that may be a customer's."""

from __future__ import annotations

import logging
import traceback

from aftercare.errors import new_error_id

_log = logging.getLogger(__name__)


def log_failure(event: str, error: BaseException, **ids: object) -> str:
    """Log the error's kinds and places, not its text, and return the error id to tell.

    Error texts of drivers quote values, and values are what customers wrote.
    """
    error_id = new_error_id()
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}\n")
        lines.extend(traceback.format_tb(cause.__traceback__))
        cause = cause.__cause__ or cause.__context__
    _log.error("%s %s %s\n%s", event, error_id, in_words(ids), "".join(lines))
    return error_id


def in_words(ids: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in ids.items())
