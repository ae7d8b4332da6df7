"""Goes on with a training that was left: where it stands, and who may do so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aftercare.database import SessionFactory, reading, writing
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.replies import Reply
from aftercare.talk import Talk
from aftercare.ticket_numbers import read_number
from aftercare.training import records
from aftercare.training.lessons import open_lesson
from aftercare.training.state import Asking, TrainingState
from aftercare.training.walk import Walk

#: Wrong proofs in one conversation, of whatever code.
_PROOFS_ALLOWED = 3
_PATIENCE = 3


@dataclass(frozen=True)
class GoingOn:
    """`memory` is changed in place."""

    sessions: SessionFactory
    clock: Callable[[], datetime]

    def begin(
        self, state: TrainingState, said: Understood, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Go on with what may be gone on with here, else ask for code and address."""
        with reading(self.sessions) as session:
            left = records.unfinished_here(session, talk, state.product)
        code = code_in(said)
        if left and not code:
            return self.resume(left.key, memory, talk)
        state.asking = Asking.CODE
        return self.prove(state, said, memory, talk)

    def resume(self, key: str, memory: Memory, talk: Talk) -> list[Reply]:
        """Go on where the training stands; anew where the manual has changed meanwhile."""
        now = self.clock()
        with writing(self.sessions) as session:
            training = records.find_training(session, key)
            lesson = None
            if training:
                lesson = open_lesson(session, training.product_id, training.lesson, talk.language)
            if training is None or lesson is None:
                memory.training = None
                return [Reply("utter_training_withdrawn")]
            changed = records.follow_manual(training, lesson, now)
            records.move_here(session, training, talk)
            step = max(training.step - 1, 0)
            records.show_step(training, step, now)
        memory.product = lesson.product
        state = TrainingState(
            Asking.STEP, product=lesson.product, lesson=lesson.id, step=step, key=key
        )
        memory.training = state.to_json()
        told = "utter_training_manual_changed" if changed else "utter_training_goes_on"
        values = {"lesson": lesson.title, "at": str(step + 1), "steps": str(len(lesson.stops))}
        return [Reply(told, values), *Walk.step_of(lesson, step)]

    def prove(
        self, state: TrainingState, said: Understood, memory: Memory, talk: Talk
    ) -> list[Reply]:
        """Take code and address from the message, and ask for the one that is missing."""
        email = said.first("email")
        told = code_in(said)
        state.code = told or state.code
        if not state.code or not email:
            asked = Asking.PROOF if state.code else Asking.CODE
            state.refusals = 0 if asked != state.asking or told else state.refusals + 1
            state.asking = asked
            if state.refusals >= _PATIENCE:
                memory.training = None
                return [Reply("utter_offer_person")]
            memory.training = state.to_json()
            known = "utter_training_ask_proof" if state.code else "utter_training_ask_code"
            return [Reply(known)]
        memory.training = None
        if memory.failed_proofs >= _PROOFS_ALLOWED:
            return [Reply("utter_training_not_found_too_often")]
        with writing(self.sessions) as session:
            found = records.prove_training(session, state.code, email=email.value, now=self.clock())
        if found is None:
            memory.failed_proofs += 1
            return [Reply("utter_training_not_found")]
        memory.failed_proofs = 0
        return self.resume(found.key, memory, talk)


def code_in(said: Understood) -> str:
    """The code of a training in a message, in its one form; empty where there is none."""
    named = [entity.value for entity in said.all("ticket_number")]
    return next((code for text in (*named, said.text) if (code := read_number(text))), "")
