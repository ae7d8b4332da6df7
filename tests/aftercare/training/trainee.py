"""A customer who is being trained: every message goes through the desk, as the actions call it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from aftercare.database import SessionFactory, reading
from aftercare.desk import Desk
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.replies import Reply
from aftercare.tables.training import Training
from aftercare.talk import Talk, Turn
from tests.answers import pressed, told


class Trainee:
    """Keeps what the bot would keep between two messages."""

    def __init__(
        self,
        desk: Desk,
        conversation: str = "c-1",
        language: str = "en",
        *,
        sessions: SessionFactory | None = None,
    ) -> None:
        self._sessions = sessions
        self.desk, self.talk = desk, Talk(conversation, "website", language)
        self.memory = Memory()
        self.turn = Turn(None, self.memory)

    @property
    def sessions(self) -> SessionFactory:
        assert self._sessions is not None
        return self._sessions

    @property
    def heard(self) -> list[str]:
        return [reply.response for reply in self.turn.replies]

    @property
    def last(self) -> Reply:
        return self.turn.replies[-1]

    @property
    def step(self) -> str:
        """The step that is shown, as "2/6"."""
        return f"{self.last.values['at']}/{self.last.values['steps']}"

    @property
    def training(self) -> bool:
        return self.memory.training is not None

    def ask(self, text: str, **entities: str) -> Trainee:
        """A wish, typed while nothing is under way."""
        said = told(text, "ask_usage", **entities)
        return self._keep(self.desk.begin("ask_usage", said, self.memory, self.talk))

    def start(self, product: str, section: str) -> Trainee:
        """Press "Step by step" under a quoted section."""
        said = pressed("request_training", product=product, section=section)
        return self._keep(self.desk.begin("request_training", said, self.memory, self.talk))

    def say(self, text: str, intent: str = "nlu_fallback", **entities: str) -> Trainee:
        return self.hear(told(text, intent, 0.3 if intent == "nlu_fallback" else 0.9, **entities))

    def press(self, intent: str, **entities: str) -> Trainee:
        return self.hear(pressed(intent, **entities))

    def hear(self, said: Understood) -> Trainee:
        return self._keep(self.desk.train(said, self.memory, self.talk))

    def to_the_check(self) -> Trainee:
        """Next, until the first question is asked or the training is over."""
        while self.heard[-1:] == ["utter_training_step"]:
            self.press("next_step")
        return self

    def _keep(self, turn: Turn) -> Trainee:
        self.memory = Memory.from_json(turn.memory.to_json())
        self.turn = Turn(turn.state, self.memory, turn.replies, turn.digression)
        return self


def trainings(sessions: SessionFactory) -> Sequence[Training]:
    with reading(sessions) as session:
        return session.scalars(select(Training).order_by(Training.id)).all()
