"""Stand-ins for what the tests do not start: a bot and a clock, both in the test's hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.bot import BotReply, Turn, TurnResult, Understood


def echo(turn: Turn) -> TurnResult:
    """Answers with what it was given."""
    words = turn.payload or turn.text
    return TurnResult((BotReply(f"You said: {words}", "utter_echo"),), Understood("inform", 0.9))


class FakeBot:
    """Notes every turn and answers as the test says, also by raising what the test wants."""

    def __init__(self, answer: Callable[[Turn], TurnResult] = echo) -> None:
        self.answer = answer
        self.turns: list[Turn] = []
        self.closed = False

    def take_turn(self, turn: Turn) -> TurnResult:
        self.turns.append(turn)
        return self.answer(turn)

    def close(self) -> None:
        self.closed = True

    @property
    def heard(self) -> list[str]:
        """What customers typed or pressed, without the greeting."""
        return [turn.text for turn in list(self.turns) if turn.text]


class FakeEngine:
    """Notes which conversations have something for the bot."""

    def __init__(self) -> None:
        self.deferred: list[str] = []
        self.woken: list[tuple[str, int]] = []

    def defer(self, connection: Connection, conversation_id: str) -> None:
        self.deferred.append(conversation_id)

    def wake(self, conversation_id: str, seq: int) -> None:
        self.woken.append((conversation_id, seq))


class SteeredClock:
    """Stands still until the test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)
