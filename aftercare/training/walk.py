"""Walks through one lesson: next, back, repeat, stuck, pause, and the check at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.answers import Answers
from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.answers import Guidance
from aftercare.guidance.remedies import find_remedy
from aftercare.guidance.terms import words
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.replies import Button, Reply, Source
from aftercare.tables.training import Training, TrainingStatus
from aftercare.talk import Talk
from aftercare.training import records
from aftercare.training.checks import LETTERS, Question, questions_of, read_answer
from aftercare.training.hearing import Heard, named_step
from aftercare.training.lessons import Lesson, open_lesson, warnings_elsewhere
from aftercare.training.outcome import Outcome
from aftercare.training.state import Asking, TrainingState
from aftercare.training.words import tells_trouble
from aftercare.troubleshooting import listed_symptoms

#: Where the gateway hands out the sheet of a training, by its key (gateway/sheets.py).
SHEETS = "/trainings/"
#: Who goes on with a customer that is stuck.
_HELPERS = frozenset({"request_human", "request_repair"})


@dataclass(frozen=True)
class Walk:
    """One step of the way; `state` and `memory` are changed in place."""

    sessions: SessionFactory
    guidance: Guidance
    answers: Answers
    catalogue: Catalogue
    state: TrainingState
    memory: Memory
    talk: Talk
    now: datetime

    def take(self, heard: Heard, said: Understood) -> list[Reply]:
        """What a message leads to while a step, a question or a pause waits for it."""
        if self.state.asking == Asking.EMAIL:
            return self._take_email(heard, said)
        if heard is Heard.SUMMARY:
            return [*self._with_training(lambda _s, one, _l: [self.sheet_of(one)]), *self._again()]
        if heard is Heard.PAUSE:
            return self._pause()
        if heard is Heard.QUESTION:
            return self._answer_question(said)
        if self.state.asking == Asking.CHECK:
            if heard is Heard.REPEAT:
                return self.show_again()
            return [Reply("utter_training_choose_answer"), *self._again()]
        jump = named_step(said.text)
        moves = {
            Heard.NEXT: self.state.step + 1,
            Heard.BACK: self.state.step - 1,
            Heard.REPEAT: self.state.step,
        }
        if jump is not None:
            return self._go_to(jump - 1)
        if heard is Heard.STUCK:
            return self._stuck(said)
        if heard in moves:
            return self._go_to(moves[heard])
        return [Reply("utter_training_not_understood")]

    def answer(self, said: Understood) -> list[Reply] | None:
        """Read a message as the answer to the question that is asked; None where it is none."""

        def judge(session: Session, training: Training, lesson: Lesson) -> list[Reply] | None:
            asked = self._questions(session, lesson)
            if self.state.question >= len(asked):
                return self._finish(training)
            question = asked[self.state.question]
            given = read_answer(said, question)
            if given is None and said.intent != "skip":
                return None
            right = given == question.right
            records.note_answer(training, self.state.question, right, self.now)
            told = [self._judged(question, right, lesson)]
            self.state.question += 1
            self._keep()
            if self.state.question < len(asked):
                return [*told, self._ask(asked)]
            return [*told, *self._finish(training)]

        return self._with_training(judge)

    def show_again(self) -> list[Reply]:
        """The step or question once more."""
        return self._again() or [Reply("utter_training_withdrawn")]

    def cancel(self) -> list[Reply]:
        """End the training for good."""

        def leave(_session: Session, training: Training, _lesson: Lesson) -> list[Reply]:
            records.set_status(training, TrainingStatus.LEFT, self.now)
            return []

        if self.state.lesson:
            self._with_training(leave)
        self.memory.training = None
        return [Reply("utter_training_cancelled")]

    def set_aside(self) -> list[Reply]:
        """Keep the place without asking anything, because something else comes first."""

        def keep(_session: Session, training: Training, _lesson: Lesson) -> list[Reply]:
            records.set_status(training, TrainingStatus.PAUSED, self.now)
            return [Reply("utter_training_set_aside", self._place(training))]

        return self._with_training(keep)

    def leave_for(self, said: Understood) -> Outcome:
        """Another service comes first; it gets to know what was done so far."""
        if not self.state.lesson:
            self.memory.training = None
            return Outcome([], wish=said)
        told = self._done_so_far() if said.intent in _HELPERS else ""
        aside = self.set_aside()
        self.memory.training = None
        return Outcome(aside, wish=said, told=told)

    @staticmethod
    def step_of(lesson: Lesson, step: int) -> list[Reply]:
        """One step with its warnings first; the source where a section begins, and its picture."""
        stop = lesson.stops[step]
        sources: list[Source] = []
        if step == 0 or lesson.stops[step - 1].section != stop.section:
            sources.append(lesson.source(stop.section))
        if stop.figure:
            path = f"/manuals/{lesson.product}/{lesson.language}/figures/{stop.figure.number}"
            sources.append(Source(lesson.manual_title, stop.figure.caption or stop.heading, path))
        values = {
            "at": str(step + 1),
            "steps": str(len(lesson.stops)),
            "heading": stop.heading,
            "quote": stop.shown(lesson.language),
        }
        return [Reply("utter_training_step", values, sources=tuple(sources))]

    @staticmethod
    def sheet_of(training: Training) -> Reply:
        """The link to the sheet, which the gateway signs."""
        return Reply(
            "utter_training_summary",
            {"lesson": training.title},
            sources=(Source(training.manual_title, training.title, SHEETS + training.key),),
        )

    # Moving -----------------------------------------------------------------

    def _go_to(self, step: int) -> list[Reply]:
        def move(session: Session, training: Training, lesson: Lesson) -> list[Reply]:
            if step < 0:
                return [Reply("utter_training_first_step"), *self.step_of(lesson, 0)]
            if step >= len(lesson.stops):
                return self._begin_check(session, training, lesson)
            self.state.step, self.state.trouble = step, ""
            records.show_step(training, step, self.now)
            self._keep()
            return self.step_of(lesson, step)

        return self._with_training(move)

    def _begin_check(self, session: Session, training: Training, lesson: Lesson) -> list[Reply]:
        asked = self._questions(session, lesson)
        if not asked:
            return self._finish(training)
        self.state.asking = Asking.CHECK
        self.state.question = min(training.questions, len(asked) - 1)
        self._keep()
        values = {"questions": str(len(asked))}
        return [Reply("utter_training_check_begins", values), self._ask(asked)]

    def _finish(self, training: Training) -> list[Reply]:
        records.set_status(training, TrainingStatus.DONE, self.now)
        self.memory.training = None
        values = {"lesson": training.title}
        if not training.questions:
            return [Reply("utter_training_done", values)]
        values |= {"right": str(training.right_answers), "questions": str(training.questions)}
        return [Reply("utter_training_done_checked", values)]

    # The check --------------------------------------------------------------

    def _questions(self, session: Session, lesson: Lesson) -> list[Question]:
        return questions_of(
            lesson,
            self.state.key,
            self.talk.language,
            lambda: warnings_elsewhere(session, lesson),
        )

    def _ask(self, asked: list[Question]) -> Reply:
        question = asked[self.state.question]
        values = {
            "at": str(self.state.question + 1),
            "questions": str(len(asked)),
            "ask": question.ask,
            "answers": question.listed(),
        }
        buttons = tuple(
            Button(letter, "inform", {"choice": letter})
            for letter in LETTERS[: len(question.answers)]
        )
        return Reply(question.response, values, buttons)

    def _judged(self, question: Question, right: bool, lesson: Lesson) -> Reply:
        if right:
            return Reply("utter_training_right")
        letter = LETTERS[question.right]
        section = [stop for stop in lesson.stops if stop.section == question.section]
        if not section:
            values = {"letter": letter, "quote": question.answers[question.right]}
            return Reply("utter_training_wrong", values)
        quote = "\n".join(stop.shown(lesson.language) for stop in section)
        values = {"letter": letter, "quote": f"{section[0].heading}\n\n{quote}"}
        return Reply("utter_training_wrong", values, sources=(lesson.source(question.section),))

    # Questions and trouble --------------------------------------------------

    def _answer_question(self, said: Understood) -> list[Reply]:
        section = said.first("section")
        product = self.state.product or ""
        if section:
            reply = self.answers.section(section.value, product, self.talk)
        else:
            question = said.text_without("product", "product_category")
            reply = self.answers.from_manual(question, product, self.talk)
        return [reply, *self._again()]

    def _stuck(self, said: Understood) -> list[Reply]:
        def help_on(_session: Session, training: Training, lesson: Lesson) -> list[Reply]:
            records.note_stuck(training, self.state.step, self.now)
            if not said.pressed and tells_trouble(said.text):
                self.state.trouble = said.text
                self._keep()
            values = {"at": str(self.state.step + 1), "steps": str(len(lesson.stops))}
            trouble = self._remedy(lesson)
            if trouble is None:
                return [Reply("utter_training_stuck", values)]
            return [trouble, Reply("utter_training_stuck_with_hint", values)]

        return self._with_training(help_on)

    def _remedy(self, lesson: Lesson) -> Reply | None:
        """What the manual says of the trouble that the customer tells, if it clearly fits."""
        product = self.catalogue.products.get(lesson.product)
        if not self.state.trouble or product is None:
            return None
        found = find_remedy(
            self.state.trouble,
            self.guidance.remedies(lesson.product, lesson.language),
            listed_symptoms(self.catalogue, lesson.language),
            words(product.name[lesson.language]),
        )
        if found is None:
            return None
        reply = self.guidance.remedy(found, product=lesson.product, language=lesson.language)
        return reply and Reply("utter_training_hint", reply.values, sources=reply.sources)

    # Pausing ----------------------------------------------------------------

    def _pause(self) -> list[Reply]:
        def pause(session: Session, training: Training, _lesson: Lesson) -> list[Reply]:
            records.set_status(training, TrainingStatus.PAUSED, self.now)
            training.email = training.email or self.memory.known.get("email")
            values = self._place(training)
            if training.customer_id is not None:
                self.memory.training = None
                return [Reply("utter_training_paused", values)]
            if training.email:
                self.memory.training = None
                return [Reply("utter_training_paused_with_code", values)]
            self.state.asking = Asking.EMAIL
            self._keep()
            return [Reply("utter_training_paused_ask_email", values)]

        return self._with_training(pause)

    def _take_email(self, heard: Heard, said: Understood) -> list[Reply]:
        email = said.first("email")
        if email is None and heard in (Heard.NEXT, Heard.REPEAT, Heard.BACK) and not _skips(said):
            self.state.asking = Asking.STEP  # the customer goes on at once
            return self._go_to(self.state.step)
        if email is None and heard is Heard.OTHER and self.state.refusals == 0:
            self.state.refusals += 1
            self._keep()
            return [Reply("utter_refused_email"), Reply("utter_training_ask_email")]

        def keep(_session: Session, training: Training, _lesson: Lesson) -> list[Reply]:
            self.memory.training = None
            if email is None:
                return [Reply("utter_training_paused", self._place(training))]
            training.email = email.value.lower()
            return [Reply("utter_training_paused_with_code", self._place(training))]

        return self._with_training(keep)

    # Parts ------------------------------------------------------------------

    def _again(self) -> list[Reply]:
        def show(session: Session, _training: Training, lesson: Lesson) -> list[Reply]:
            if self.state.asking == Asking.EMAIL:
                return [Reply("utter_training_ask_email")]
            if self.state.asking == Asking.CHECK:
                asked = self._questions(session, lesson)
                if self.state.question < len(asked):
                    return [self._ask(asked)]
            return self.step_of(lesson, min(self.state.step, len(lesson.stops) - 1))

        return self._with_training(show)

    def _done_so_far(self) -> str:
        """For the colleague who goes on: the customer's words, product, lesson and step."""
        product = self.catalogue.products.get(self.state.product or "")
        with reading(self.sessions) as session:
            lesson = open_lesson(
                session, self.state.product or "", self.state.lesson or "", self.talk.language
            )
        if lesson is None or product is None or self.state.step >= len(lesson.stops):
            return ""
        stop = lesson.stops[self.state.step]
        place = f"{self.state.step + 1}/{len(lesson.stops)}"
        here = f"{product.name[self.talk.language]}. {lesson.title}, {place}: {stop.text}"
        return f"{self.state.trouble}\n{here}".strip()

    def _place(self, training: Training) -> dict[str, str]:
        return {
            "lesson": training.title,
            "at": str(self.state.step + 1),
            "steps": str(training.steps),
            "code": training.code,
        }

    def _keep(self) -> None:
        self.memory.training = self.state.to_json()

    def _with_training[Told: list[Reply] | None](
        self, act: Callable[[Session, Training, Lesson], Told]
    ) -> Told | list[Reply]:
        """Act on the record and its lesson; where either is gone, say so and end."""
        with writing(self.sessions) as session:
            training = records.find_training(session, self.state.key)
            lesson = training and open_lesson(
                session, training.product_id, training.lesson, self.talk.language
            )
            if training and lesson and self.state.step < len(lesson.stops):
                return act(session, training, lesson)
        self.memory.training = None
        return [Reply("utter_training_withdrawn")]


def _skips(said: Understood) -> bool:
    return said.intent in ("skip", "deny")
