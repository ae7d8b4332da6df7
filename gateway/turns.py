"""Takes stored messages to the bot, in order within a conversation, and stores what it answers.

Whatever process or part dies in between: a message ends in one stored set of answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import BotUnavailable, StorageUnavailable, new_error_id
from aftercare.log import correlated, log_failure
from aftercare.settings import Settings
from gateway.bot import Bot, BotNotAnswering, GiveUp, Turn, TurnResult, turn_id
from gateway.lines import Line, Lines
from gateway.live import Hub
from gateway.measures import Measures
from gateway.store import (
    Pending,
    pending_messages,
    store_answer,
    store_delay_notice,
    store_given_up,
    waiting_conversations,
)

_log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_STOP_SECONDS = 5.0
_UNEXPECTED_ATTEMPTS = 3


@dataclass(frozen=True)
class _Unsaved:
    """An answer that the database would not take yet."""

    seq: int
    result: TurnResult


class Turns:
    """The workers of one process; `wake` hands them a message that was just stored."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        bot: Bot,
        clock: Callable[[], datetime],
        hub: Hub,
        measures: Measures,
        email: str,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._bot = bot
        self._clock = clock
        self._hub = hub
        self._measures = measures
        self._email = email
        self._lines = Lines()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        # Numbers up to these may have been sent to the bot by a process that is gone.
        self._left_over: dict[str, int] = {}
        self._left_over_read = False
        # Only the worker that holds a conversation touches its entries.
        self._unsure: dict[str, int] = {}
        self._unsaved: dict[str, _Unsaved] = {}

    def start(self) -> None:
        """Pick up what an earlier process left, then work. A dead database delays only that."""
        self._pick_up()
        tasks = [self._work] * self._settings.turn_workers + [self._watch]
        self._threads = [
            threading.Thread(target=task, name=f"turns-{number}", daemon=True)
            for number, task in enumerate(tasks)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the turns in hand; one that hangs is left and taken up at the next start."""
        self._stopping.set()
        self._lines.stop()
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def wake(self, conversation_id: str, seq: int) -> None:
        self._lines.add(conversation_id, seq)

    def _work(self) -> None:
        while line := self._lines.take():
            try:
                self._attempt(line)
            except StorageUnavailable:
                self._failed(line, "storage")
            except Exception as error:
                # A worker must outlive every error, or the desk falls silent.
                log_failure("turn.unexpected_error", error, conversation=line.conversation_id)
                line.unexpected += 1
                self._failed(line, "unexpected")

    def _attempt(self, line: Line) -> None:
        conversation_id = line.conversation_id
        known = self._lines.known(line)
        with reading(self._sessions) as session:
            pending = pending_messages(session, conversation_id)
        if not pending:
            self._finish(line, known, answered=False)
            return
        self._lines.see(line, (message.seq for message in pending))
        with correlated(turn_id(conversation_id, pending[0].seq)):
            self._attempt_message(line, pending[0])

    def _attempt_message(self, line: Line, message: Pending) -> None:
        conversation_id = line.conversation_id
        if line.unexpected >= _UNEXPECTED_ATTEMPTS:
            self._give_up(line, message, "unexpected")
            return
        if not line.noticed:
            self._hub.typing(conversation_id, True)
        started = time.monotonic()
        try:
            result = self._answer(conversation_id, message)
        except GiveUp as error:
            self._give_up(line, message, error.reason)
            return
        except BotUnavailable as error:
            self._not_answered(line, message, error)
            return
        self._unsaved[conversation_id] = _Unsaved(message.seq, result)
        with writing(self._sessions) as session:
            stored = store_answer(session, conversation_id, message.seq, result, self._clock())
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
        self._finish(line, {message.seq}, answered=True)

    def _answer(self, conversation_id: str, message: Pending) -> TurnResult:
        unsaved = self._unsaved.get(conversation_id)
        if unsaved and unsaved.seq == message.seq:
            return unsaved.result
        repeat = message.seq <= max(
            self._left_over.get(conversation_id, 0), self._unsure.get(conversation_id, 0)
        )
        turn = Turn(
            conversation_id=conversation_id,
            turn_id=turn_id(conversation_id, message.seq),
            channel=message.channel,
            text=message.text,
            payload=message.payload,
            repeat=repeat,
        )
        return self._bot.take_turn(turn)

    def _not_answered(self, line: Line, message: Pending, error: BotUnavailable) -> None:
        reason = error.reason if isinstance(error, BotNotAnswering) else "unavailable"
        if not isinstance(error, BotNotAnswering) or error.may_have_run:
            self._unsure[line.conversation_id] = message.seq
        if self._lines.waited(line, message.seq) >= self._settings.give_up_after:
            self._give_up(line, message, reason)
        else:
            self._failed(line, reason)

    def _failed(self, line: Line, reason: str) -> None:
        self._measures.failures.labels(reason).inc()
        _log.warning(
            "turn.postponed conversation=%s reason=%s attempt=%s",
            line.conversation_id,
            reason,
            line.failures + 1,
        )
        self._lines.postpone(line, reason)

    def _give_up(self, line: Line, message: Pending, reason: str) -> None:
        conversation_id = line.conversation_id
        error_id = new_error_id()
        with writing(self._sessions) as session:
            store_given_up(
                session, conversation_id, message.seq, error_id, self._email, self._clock()
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
        self._finish(line, {message.seq}, answered=False)

    def _finish(self, line: Line, numbers: set[int], *, answered: bool) -> None:
        conversation_id = line.conversation_id
        self._unsaved.pop(conversation_id, None)
        self._unsure.pop(conversation_id, None)
        self._hub.messages(conversation_id)
        self._hub.typing(conversation_id, False)
        self._lines.settle(line, numbers, answered=answered)

    def _watch(self) -> None:
        """Tells customers that an answer is late, and finds messages that nobody announced."""
        tick = max(0.01, min(_POLL_SECONDS, self._settings.delay_notice_after / 4))
        polled = time.monotonic()
        while not self._stopping.wait(tick):
            for line in self._lines.late(self._settings.delay_notice_after):
                self._tell_delay(line)
            if time.monotonic() - polled >= _POLL_SECONDS:
                polled = time.monotonic()
                self._pick_up()

    def _tell_delay(self, line: Line) -> None:
        conversation_id, error_id = line.conversation_id, new_error_id()
        try:
            with writing(self._sessions) as session:
                told = store_delay_notice(session, conversation_id, error_id, self._clock())
        except StorageUnavailable:
            self._lines.untold(line)
            return
        except Exception as error:
            log_failure("turn.notice_failed", error, conversation=conversation_id)
            return
        self._hub.typing(conversation_id, False)
        if told:
            _log.warning(
                "turn.delayed %s conversation=%s reason=%s", error_id, conversation_id, line.reason
            )
            self._hub.messages(conversation_id)

    def _pick_up(self) -> None:
        try:
            with reading(self._sessions) as session:
                waiting = waiting_conversations(session)
        except StorageUnavailable:
            _log.warning("turns.storage_unavailable")
            return
        except Exception as error:
            log_failure("turns.poll_failed", error)
            return
        if not self._left_over_read:
            self._left_over_read = True
            self._left_over = waiting
        for conversation_id, seq in waiting.items():
            self._lines.add(conversation_id, seq)
