"""Trains a customer in the chat: what is to be learnt, step after step, the check, the pause.

One call a message. What is remembered lies in `Memory.training`; what is on file, in the table of
trainings, of which every write may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aftercare.answers import Answers
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
from aftercare.training.hearing import Heard, hear
from aftercare.training.lessons import LessonName, lessons_of, open_lesson, sections_to_learn
from aftercare.training.outcome import Outcome
from aftercare.training.state import Asking, TrainingState, key_of
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
        if said.pressed and section and state.product:
            return self._start(state, section.value, memory, talk)
        if not said.pressed and asks_to_go_on(said.text):
            return self._going_on.begin(state, said, memory, talk)
        if state.product is None and not said.first("product_category"):
            state.product = memory.product
        if state.product not in catalogue.products:
            state.product = None
        if not said.pressed and memory.quoted and _only_asks_for_steps(said, memory):
            state.product = memory.quoted["product"]
            return self._start(state, memory.quoted["section"], memory, talk)
        return self._choose(state, said, memory, catalogue, talk, offer=True)

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
        return Outcome(self._take_choice(heard, said, state, memory, catalogue, talk))

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
        return self._ask(state, memory, catalogue, talk)

    # What is to be learnt ---------------------------------------------------

    def _choose(
        self,
        state: TrainingState,
        said: Understood,
        memory: Memory,
        catalogue: Catalogue,
        talk: Talk,
        *,
        offer: bool = False,
    ) -> list[Reply]:
        """Ask for what is not known yet: the product, then the lesson."""
        if offer:
            with reading(self._sessions) as session:
                left = records.unfinished_here(session, talk, state.product)
            if left:
                state.found, state.asking = left.key, Asking.RESUME
                return self._ask(state, memory, catalogue, talk)
        if state.product is None:
            return self._ask_product(state, said, memory, catalogue, talk)
        memory.product = state.product
        lessons = self._lessons(state.product, talk)
        lesson = lesson_about(
            state.wanted,
            lessons,
            self._sections(state.product, talk),
            state.product,
            self._guidance,
            talk.language,
        )
        state.wanted = ""
        if lesson:
            return self._start(state, lesson, memory, talk)
        return self._ask(state, memory, catalogue, talk)

    def _ask_product(
        self,
        state: TrainingState,
        said: Understood,
        memory: Memory,
        catalogue: Catalogue,
        talk: Talk,
    ) -> list[Reply]:
        reply = ask_product(state, said, catalogue, talk.language)
        memory.training = state.to_json()
        return [reply]

    def _ask(
        self, state: TrainingState, memory: Memory, catalogue: Catalogue, talk: Talk
    ) -> list[Reply]:
        replies = self._asked(state, catalogue, talk)
        memory.training = state.to_json() if state.asking else None
        return replies

    def _asked(self, state: TrainingState, catalogue: Catalogue, talk: Talk) -> list[Reply]:
        if state.asking == Asking.RESUME and state.found:
            with reading(self._sessions) as session:
                found = records.find_training(session, state.found)
            if found:
                values = {
                    "lesson": found.title,
                    "at": str(max(found.step, 1)),
                    "steps": str(found.steps),
                }
                return [Reply("utter_training_offer_to_go_on", values)]
        if state.asking == Asking.CODE:
            return [Reply("utter_training_ask_code")]
        if state.asking == Asking.PROOF:
            return [Reply("utter_training_ask_proof")]
        if state.product not in catalogue.products:
            return [ask_product(state, Understood("", ""), catalogue, talk.language)]
        name = catalogue.products[state.product].name[talk.language]
        lessons = self._lessons(state.product, talk)
        if not lessons:
            state.asking = ""
            return [Reply("utter_training_none", {"product": name})]
        return [ask_lesson(state, lessons, name, talk.language)]

    def _take_choice(
        self,
        heard: Heard,
        said: Understood,
        state: TrainingState,
        memory: Memory,
        catalogue: Catalogue,
        talk: Talk,
    ) -> list[Reply]:
        named = named_product(said, catalogue)
        if named and state.asking in (Asking.PRODUCT, Asking.KIND, Asking.LESSON):
            state.product, state.kind = named, None
            return self._choose(state, said, memory, catalogue, talk)
        if state.asking == Asking.PRODUCT:
            return self._ask_product(state, said, memory, catalogue, talk)
        if state.asking == Asking.RESUME:
            return self._take_resume(heard, said, state, memory, catalogue, talk)
        if state.asking in (Asking.CODE, Asking.PROOF):
            return self._take_proof(heard, said, state, memory, catalogue, talk)
        lessons = self._lessons(state.product or "", talk)
        kind = named_kind(said, lessons)
        if kind and state.asking == Asking.KIND:
            state.kind = kind
            return self._ask(state, memory, catalogue, talk)
        product = state.product or ""
        sections = self._sections(product, talk)
        lesson = find_lesson(said, lessons, sections, product, self._guidance, talk.language)
        if lesson:
            return self._start(state, lesson, memory, talk)
        state.kind = None
        return [
            Reply("utter_training_lesson_unknown"),
            *self._ask(state, memory, catalogue, talk),
        ]

    def _sections(self, product: str, talk: Talk) -> list[LessonName]:
        with reading(self._sessions) as session:
            return sections_to_learn(session, product, talk.language)

    def _lessons(self, product: str, talk: Talk) -> list[LessonName]:
        with reading(self._sessions) as session:
            return lessons_of(session, product, talk.language)

    def _start(self, state: TrainingState, lesson: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Write the training down and show its first step."""
        product = state.product or ""
        if talk.turn_id:
            state.key = key_of(talk.turn_id)  # the same turn again finds what it has written
        with writing(self._sessions) as session:
            opened = open_lesson(session, product, lesson, talk.language)
            if opened is None:
                memory.training = None
                return [Reply("utter_manual_no_answer")]
            training = records.start_training(session, state.key, opened, talk, self._clock())
            records.show_step(training, 0, self._clock())
        memory.product = product
        state.lesson, state.step, state.asking = lesson, 0, Asking.STEP
        memory.training = state.to_json()
        replies = [
            Reply(
                "utter_training_begins",
                {"lesson": opened.title, "steps": str(len(opened.stops))},
            )
        ]
        if opened.language != talk.language:
            replies.append(Reply("utter_training_other_language"))
        return [*replies, *Walk.step_of(opened, 0)]

    def _take_resume(
        self,
        heard: Heard,
        said: Understood,
        state: TrainingState,
        memory: Memory,
        catalogue: Catalogue,
        talk: Talk,
    ) -> list[Reply]:
        if heard in (Heard.NEXT, Heard.REPEAT) and state.found:
            return self._going_on.resume(state.found, memory, talk)
        if heard is Heard.STUCK:
            state.found, state.asking = None, Asking.LESSON
            return self._choose(state, said, memory, catalogue, talk)
        return self._ask(state, memory, catalogue, talk)

    def _take_proof(
        self,
        heard: Heard,
        said: Understood,
        state: TrainingState,
        memory: Memory,
        catalogue: Catalogue,
        talk: Talk,
    ) -> list[Reply]:
        told = code_in(said) or (said.first("email") is not None)
        if heard is Heard.STUCK and not told:
            state.asking = Asking.LESSON  # "I have none": then a new one
            return self._choose(state, said, memory, catalogue, talk)
        return self._going_on.prove(state, said, memory, talk)

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
