"""Logging for all service processes: event names and ids, never what a customer wrote."""

from __future__ import annotations

import logging
import traceback

from aftercare.errors import new_error_id

_log = logging.getLogger("aftercare")


def set_up_logging() -> None:
    """One line per event on standard error, with time and level."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


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
