"""Logging for all service processes: event names and ids, never what a customer wrote."""

from __future__ import annotations

import logging

_log = logging.getLogger("aftercare")


def set_up_logging() -> None:
    """One line per event on standard error, with time and level."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def log_error(event: str, error_id: str, error: BaseException, **ids: str) -> None:
    """Log what went wrong under the id that a person was told, with the traceback."""
    known = " ".join(f"{name}={value}" for name, value in ids.items())
    _log.error("%s error_id=%s %s", event, error_id, known, exc_info=error)
