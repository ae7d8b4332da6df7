"""Stand-ins for what the tests do not start: a bot and a clock, both in the test's hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

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

    def take_turn(self, turn: Turn) -> TurnResult:
        self.turns.append(turn)
        return self.answer(turn)

    @property
    def heard(self) -> list[str]:
        """What customers typed or pressed, without the greeting."""
        return [turn.text for turn in list(self.turns) if turn.text]


class SteeredClock:
    """Stands still until the test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)
