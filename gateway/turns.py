"""Takes a stored message to the bot and stores what it answers; the engine says which and when.

Whatever process or part dies in between: a message ends in one stored set of answers.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aftercare.database import SessionFactory, glancing, storing
from aftercare.errors import AftercareError, BotUnavailable, StorageUnavailable, new_error_id
from aftercare.live import Hub
from aftercare.log import correlated, log_failure
from aftercare.settings import Settings
from gateway.bot import Bot, BotNotAnswering, GiveUp, Turn, TurnResult, turn_id
from gateway.engine.waits import Attempts, Wait, Waits
from gateway.measures import Measures
from gateway.store import (
    Pending,
    pending_messages,
    store_answer,
    store_delay_notice,
    store_given_up,
)

_log = logging.getLogger(__name__)

_UNEXPECTED_ATTEMPTS = 3


@dataclass(frozen=True)
class Ended:
    """A message that waits no more; `answered` by the bot, or else given up."""

    seq: int
    answered: bool


class Postponed(AftercareError):
    """The turn could not be done now. Try the conversation again after a pause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Turns:
    """Only one worker of all processes takes a conversation at a time; the engine sees to that."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        bot: Bot,
        clock: Callable[[], datetime],
        hub: Hub,
        measures: Measures,
        waits: Waits,
        email: str,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._bot = bot
        self._clock = clock
        self._hub = hub
        self._measures = measures
        self._waits = waits
        self._email = email

    def take_next(self, conversation_id: str) -> Ended | None:
        """Work the oldest waiting message; None where nothing waits. Raises Postponed."""
        try:
            with glancing(self._sessions) as connection:
                pending = pending_messages(connection, conversation_id)
            if not pending:
                self._hub.typing(conversation_id, False)
                return None
            wait = self._waits.note(conversation_id, *(message.seq for message in pending))
            with correlated(turn_id(conversation_id, pending[0].seq)):
                return self._take(wait, pending[0])
        except StorageUnavailable:
            reason = "storage"
        self._note_failure(conversation_id, reason)
        raise Postponed(reason)

    def tell_delay(self, wait: Wait) -> None:
        """Tell a customer once that the answer is late."""
        conversation_id, error_id = wait.conversation_id, new_error_id()
        wait.told = True
        try:
            with storing(self._sessions) as connection:
                told = store_delay_notice(connection, conversation_id, error_id, self._clock())
        except StorageUnavailable:
            wait.told = False
            return
        except Exception as error:
            log_failure("turn.notice_failed", error, conversation=conversation_id)
            return
        self._hub.typing(conversation_id, False)
        if told:
            _log.warning(
                "turn.delayed %s conversation=%s reason=%s", error_id, conversation_id, wait.reason
            )
            self._hub.messages(conversation_id)

    def _take(self, wait: Wait, message: Pending) -> Ended:
        attempts = self._waits.attempts(wait, message.seq)
        if attempts.unexpected >= _UNEXPECTED_ATTEMPTS:
            return self._give_up(wait, message, "unexpected")
        if not wait.told:
            self._hub.typing(wait.conversation_id, True)
        try:
            return self._answer(wait, message, attempts)
        except GiveUp as error:
            return self._give_up(wait, message, error.reason)
        except BotUnavailable as error:
            reason = error.reason if isinstance(error, BotNotAnswering) else "unavailable"
            if self._waits.waited(wait, message.seq) >= self._settings.give_up_after:
                return self._give_up(wait, message, reason)
        except StorageUnavailable:
            reason = "storage"
        except Exception as error:
            # A worker must outlive every error, or the desk falls silent.
            log_failure("turn.unexpected_error", error, conversation=wait.conversation_id)
            attempts.unexpected += 1
            reason = "unexpected"
        wait.reason = reason
        self._note_failure(wait.conversation_id, reason)
        raise Postponed(reason)

    def _answer(self, wait: Wait, message: Pending, attempts: Attempts) -> Ended:
        conversation_id = wait.conversation_id
        started = time.monotonic()
        result = attempts.unsaved or self._ask(conversation_id, message)
        attempts.unsaved = result
        with storing(self._sessions) as connection:
            stored = store_answer(connection, conversation_id, message.seq, result, self._clock())
        if stored:
            self._measures.turns.labels("answered").inc()
            seconds = time.monotonic() - started
            self._measures.turn_seconds.observe(seconds)
            _log.info("turn.answered seconds=%.3f", seconds)
        if result.error_id:
            _log.error(
                "turn.action_failed %s conversation=%s seq=%s action=%s",
                result.error_id,
                conversation_id,
                message.seq,
                result.failed_action,
            )
        return self._end(wait, message.seq, answered=True)

    def _ask(self, conversation_id: str, message: Pending) -> TurnResult:
        turn = Turn(
            conversation_id=conversation_id,
            turn_id=turn_id(conversation_id, message.seq),
            channel=message.channel,
            text=message.text,
            payload=message.payload,
        )
        return self._bot.take_turn(turn)

    def _note_failure(self, conversation_id: str, reason: str) -> None:
        self._measures.failures.labels(reason).inc()
        _log.warning("turn.postponed conversation=%s reason=%s", conversation_id, reason)

    def _give_up(self, wait: Wait, message: Pending, reason: str) -> Ended:
        conversation_id = wait.conversation_id
        error_id = new_error_id()
        with storing(self._sessions) as connection:
            store_given_up(
                connection, conversation_id, message.seq, error_id, self._email, self._clock()
            )
        self._measures.failures.labels(reason).inc()
        self._measures.turns.labels("given_up").inc()
        _log.error(
            "turn.given_up %s conversation=%s seq=%s reason=%s",
            error_id,
            conversation_id,
            message.seq,
            reason,
        )
        return self._end(wait, message.seq, answered=False)

    def _end(self, wait: Wait, seq: int, *, answered: bool) -> Ended:
        self._waits.settle(wait, seq, answered=answered)
        self._hub.messages(wait.conversation_id)
        self._hub.typing(wait.conversation_id, False)
        return Ended(seq, answered)
