"""Finds out what is to be learnt: the product, the lesson, or a training that was left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.answers import Guidance
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.replies import Reply
from aftercare.talk import Talk
from aftercare.training import records
from aftercare.training.choosing import (
    ask_lesson,
    ask_product,
    find_lesson,
    lesson_about,
    named_kind,
    named_product,
)
from aftercare.training.going_on import GoingOn, code_in
from aftercare.training.hearing import Heard
from aftercare.training.lessons import LessonName, lessons_of, open_lesson, sections_to_learn
from aftercare.training.state import Asking, TrainingState, key_of
from aftercare.training.walk import Walk


@dataclass(frozen=True)
class Choice:
    """One message about what is to be learnt; `state` and `memory` are changed in place."""

    sessions: SessionFactory
    guidance: Guidance
    going_on: GoingOn
    catalogue: Catalogue
    state: TrainingState
    memory: Memory
    talk: Talk
    now: datetime

    def make(self, said: Understood, *, offer: bool = False) -> list[Reply]:
        """Ask for what is not known yet: the product, then the lesson.

        With `offer` a training that was left comes first.
        """
        if offer:
            with reading(self.sessions) as session:
                left = records.unfinished_here(session, self.talk, self.state.product)
            if left:
                self.state.found, self.state.asking = left.key, Asking.RESUME
                return self.ask()
        if self.state.product is None:
            return self._ask_product(said)
        self.memory.product = self.state.product
        lesson = lesson_about(
            self.state.wanted,
            *self._taught(),
            self.state.product,
            self.guidance,
            self.talk.language,
        )
        self.state.wanted = ""
        return self.start(lesson) if lesson else self.ask()

    def take(self, heard: Heard, said: Understood) -> list[Reply]:
        """Read a message as the answer to what is asked about it."""
        named = named_product(said, self.catalogue)
        if named and self.state.asking in (Asking.PRODUCT, Asking.KIND, Asking.LESSON):
            self.state.product, self.state.kind = named, None
            return self.make(said)
        if self.state.asking == Asking.PRODUCT:
            return self._ask_product(said)
        if self.state.asking == Asking.RESUME:
            return self._take_resume(heard, said)
        if self.state.asking in (Asking.CODE, Asking.PROOF):
            return self._take_proof(heard, said)
        lessons, sections = self._taught()
        kind = named_kind(said, lessons)
        if kind and self.state.asking == Asking.KIND:
            self.state.kind = kind
            return self.ask()
        product = self.state.product or ""
        lesson = find_lesson(said, lessons, sections, product, self.guidance, self.talk.language)
        if lesson:
            return self.start(lesson)
        self.state.kind = None
        return [Reply("utter_training_lesson_unknown"), *self.ask()]

    def ask(self) -> list[Reply]:
        """Ask for what the state says is asked."""
        reply = self._question()
        self.memory.training = self.state.to_json() if self.state.asking else None
        return [reply]

    def start(self, lesson: str) -> list[Reply]:
        """Write the training down and show its first step."""
        product = self.state.product or ""
        if self.talk.turn_id:
            # The same turn again finds what it has written.
            self.state.key = key_of(self.talk.turn_id)
        with writing(self.sessions) as session:
            opened = open_lesson(session, product, lesson, self.talk.language)
            if opened is None:
                self.memory.training = None
                return [Reply("utter_manual_no_answer")]
            training = records.start_training(session, self.state.key, opened, self.talk, self.now)
            records.show_step(training, 0, self.now)
        self.memory.product = product
        self.state.lesson, self.state.step, self.state.asking = lesson, 0, Asking.STEP
        self.memory.training = self.state.to_json()
        values = {"lesson": opened.title, "steps": str(len(opened.stops))}
        replies = [Reply("utter_training_begins", values)]
        if opened.language != self.talk.language:
            replies.append(Reply("utter_training_other_language"))
        return [*replies, *Walk.step_of(opened, 0)]

    def _ask_product(self, said: Understood) -> list[Reply]:
        reply = ask_product(self.state, said, self.catalogue, self.talk.language)
        self.memory.training = self.state.to_json()
        return [reply]

    def _question(self) -> Reply:
        if self.state.asking == Asking.RESUME and self.state.found:
            with reading(self.sessions) as session:
                found = records.find_training(session, self.state.found)
            if found:
                at, steps = str(max(found.step, 1)), str(found.steps)
                values = {"lesson": found.title, "at": at, "steps": steps}
                return Reply("utter_training_offer_to_go_on", values)
        if self.state.asking == Asking.CODE:
            return Reply("utter_training_ask_code")
        if self.state.asking == Asking.PROOF:
            return Reply("utter_training_ask_proof")
        if self.state.product not in self.catalogue.products:
            nothing = Understood("", "")
            return ask_product(self.state, nothing, self.catalogue, self.talk.language)
        name = self.catalogue.products[self.state.product].name[self.talk.language]
        with reading(self.sessions) as session:
            lessons = lessons_of(session, self.state.product, self.talk.language)
        if not lessons:
            self.state.asking = ""
            return Reply("utter_training_none", {"product": name})
        return ask_lesson(self.state, lessons, name, self.talk.language)

    def _take_resume(self, heard: Heard, said: Understood) -> list[Reply]:
        if heard in (Heard.NEXT, Heard.REPEAT) and self.state.found:
            return self.going_on.resume(self.state.found, self.memory, self.talk)
        if heard is Heard.STUCK:
            self.state.found, self.state.asking = None, Asking.LESSON
            return self.make(said)
        return self.ask()

    def _take_proof(self, heard: Heard, said: Understood) -> list[Reply]:
        told = code_in(said) or (said.first("email") is not None)
        if heard is Heard.STUCK and not told:
            self.state.asking = Asking.LESSON  # "I have none": then a new one
            return self.make(said)
        return self.going_on.prove(self.state, said, self.memory, self.talk)

    def _taught(self) -> tuple[list[LessonName], list[LessonName]]:
        """The lessons of the product, and all sections that could be one."""
        product = self.state.product or ""
        with reading(self.sessions) as session:
            return (
                lessons_of(session, product, self.talk.language),
                sections_to_learn(session, product, self.talk.language),
            )
