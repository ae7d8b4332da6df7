"""Trains a customer in the chat: what is to be learnt, step after step, the check, the pause.

One call a message. What is remembered lies in `Memory.training`; what is on file, in the table of
trainings, of which every write may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aftercare.answers import Answers
from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import SessionFactory, reading
from aftercare.guidance.answers import Guidance
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.replies import Reply
from aftercare.talk import Talk
from aftercare.training import records
from aftercare.training.choice import Choice
from aftercare.training.choosing import named_product
from aftercare.training.going_on import GoingOn
from aftercare.training.hearing import Heard, hear
from aftercare.training.outcome import Outcome
from aftercare.training.state import Asking, TrainingState
from aftercare.training.walk import Walk
from aftercare.training.words import asks_for_training, asks_to_go_on, topic_of


class Trainer:
    """`memory` is changed in place. Raises StorageUnavailable, GuidanceUnavailable."""

    def __init__(
        self,
        sessions: SessionFactory,
        guidance: Guidance,
        answers: Answers,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._guidance = guidance
        self.answers = answers
        self._clock = clock
        self._going_on = GoingOn(sessions, clock)

    def begin(
        self, said: Understood, memory: Memory, catalogue: Catalogue, talk: Talk
    ) -> list[Reply]:
        """Start what the message asks for, or ask what is to be learnt."""
        section = said.first("section")
        state = TrainingState(
            asking=Asking.LESSON,
            product=named_product(said, catalogue),
            wanted="" if said.pressed else said.text_without("product", "product_category"),
        )
        choice = self._choice(state, memory, catalogue, talk)
        if said.pressed and section and state.product:
            return choice.start(section.value)
        if not said.pressed and asks_to_go_on(said.text):
            return self._going_on.begin(state, said, memory, talk)
        if state.product is None and not said.first("product_category"):
            state.product = memory.product
        if state.product not in catalogue.products:
            state.product = None
        if not said.pressed and memory.quoted and _only_asks_for_steps(said, memory):
            state.product = memory.quoted["product"]
            return choice.start(memory.quoted["section"])
        return choice.make(said, offer=True)

    def take(self, said: Understood, memory: Memory, catalogue: Catalogue, talk: Talk) -> Outcome:
        """Read a message as the answer to what the training asks."""
        state = TrainingState.from_json(memory.training or {"asking": Asking.PRODUCT})
        heard = hear(said, state, catalogue)
        walk = self._walk(state, memory, catalogue, talk)
        if state.asking == Asking.CHECK:
            judged = walk.answer(said)
            if judged is not None:
                return Outcome(judged)
        if heard is Heard.ANEW:
            left = self.set_aside(memory, catalogue, talk)
            return Outcome([*left, *self.begin(said, memory, catalogue, talk)])
        if heard is Heard.OTHER_WISH:
            return walk.leave_for(said)
        if heard is Heard.BESIDE:
            return Outcome([], digression=True)
        if _ends(heard, state):
            return Outcome(walk.cancel())
        if state.asking in (Asking.STEP, Asking.CHECK, Asking.EMAIL):
            return Outcome(walk.take(heard, said))
        return Outcome(self._choice(state, memory, catalogue, talk).take(heard, said))

    def set_aside(self, memory: Memory, catalogue: Catalogue, talk: Talk) -> list[Reply]:
        """Keep the customer's place, because something else comes first."""
        state = TrainingState.from_json(memory.training or {"asking": Asking.PRODUCT})
        told = self._walk(state, memory, catalogue, talk).set_aside() if state.lesson else []
        memory.training = None
        return told

    def left_here(self, talk: Talk) -> Reply | None:
        """The offer to go on with a training that was paused; None where there is none."""
        with reading(self._sessions) as session:
            left = records.unfinished_here(session, talk, None)
        return Reply("utter_training_left", {"lesson": left.title}) if left else None

    def ask_again(self, memory: Memory, catalogue: Catalogue, talk: Talk) -> list[Reply]:
        """What is being asked or shown, after something else was answered."""
        state = TrainingState.from_json(memory.training or {"asking": Asking.PRODUCT})
        if state.asking in (Asking.STEP, Asking.CHECK, Asking.EMAIL):
            return self._walk(state, memory, catalogue, talk).show_again()
        return self._choice(state, memory, catalogue, talk).ask()

    # The sheet --------------------------------------------------------------

    def summary(self, memory: Memory, talk: Talk) -> list[Reply]:
        """The way to the sheet of the training that was held last in this conversation."""
        key = (memory.training or {}).get("key")
        with reading(self._sessions) as session:
            training = (
                (records.find_training(session, key) if key else None)
                or records.last_finished(session, talk)
                or records.unfinished_here(session, talk, None)
            )
        return [Walk.sheet_of(training)] if training else [Reply("utter_training_no_summary")]

    def _walk(self, state: TrainingState, memory: Memory, catalogue: Catalogue, talk: Talk) -> Walk:
        return Walk(
            self._sessions, self._guidance, self.answers, catalogue, state, memory, talk,
            self._clock(),
        )  # fmt: skip

    def _choice(
        self, state: TrainingState, memory: Memory, catalogue: Catalogue, talk: Talk
    ) -> Choice:
        return Choice(
            self._sessions, self._guidance, self._going_on, catalogue, state, memory, talk,
            self._clock(),
        )  # fmt: skip


def _ends(heard: Heard, state: TrainingState) -> bool:
    """Whether nothing is left to be kept; to the question about an address, "no" is an answer."""
    if heard is Heard.CANCEL:
        return state.asking != Asking.EMAIL
    return heard is Heard.PAUSE and not state.lesson


def _only_asks_for_steps(said: Understood, memory: Memory) -> bool:
    """ "Step by step, please" after an answer means that answer."""
    named = said.first("product")
    same = named is None or named.value == (memory.quoted or {}).get("product")
    return asks_for_training(said.text) and same and not topic_of(said.text_without("product"))
