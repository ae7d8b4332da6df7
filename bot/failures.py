"""Remembers which actions failed during a turn, so that the customer is not left without an answer.

Rasa logs a failed action and goes on in silence; the private channel asks here afterwards.
"""

from __future__ import annotations

import logging
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, Callable, List

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FailedAction:
    name: str
    error_id: str


_failed: ContextVar[List[FailedAction]] = ContextVar("failed_actions")


def watch_turn() -> List[FailedAction]:
    """Begin to collect; the list fills while the turn runs in the same task."""
    collected: List[FailedAction] = []
    _failed.set(collected)
    return collected


def install() -> None:
    """Wrap the call of the action server; a second call does nothing."""
    run: Callable[..., Any] = RemoteAction.run
    if hasattr(run, "__wrapped__"):
        return

    @wraps(run)
    async def run_and_note(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
        try:
            return await run(self, *args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            failed = FailedAction(self.name(), f"E-{secrets.token_hex(4)}")
            _failed.get([]).append(failed)
            logger.error(
                "action_call_failed action=%s error_id=%s reason=%s",
                failed.name,
                failed.error_id,
                type(error).__name__,
            )
            raise

    RemoteAction.run = run_and_note
