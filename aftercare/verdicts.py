"""What follows a quoted section: whether it helped, the next best one, the list of gaps."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.answers import Answers
from aftercare.database import SessionFactory, writing
from aftercare.errors import StorageUnavailable
from aftercare.guidance.journal import (
    Asked,
    Section,
    answer_key,
    note_gap,
    record_answer,
    settle_answer,
)
from aftercare.intake.state import Memory
from aftercare.intake.understood import Understood
from aftercare.log import log_failure
from aftercare.replies import Quoted, Reply
from aftercare.tables.guidance import Outcome, QuotedFor
from aftercare.talk import Talk

#: So many quoted sections are remembered, so that none is offered a second time.
_REMEMBERED = 20


class Verdicts:
    """`memory` is changed in place. A failure to store is logged; the answer goes on without."""

    def __init__(
        self, sessions: SessionFactory, answers: Answers, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._answers = answers
        self._clock = clock

    def note(
        self,
        replies: Sequence[Reply],
        memory: Memory,
        talk: Talk,
        *,
        question: str | None = None,
        product: str | None = None,
        purpose: QuotedFor = QuotedFor.QUESTION,
    ) -> None:
        """Keep what the replies quote, or that the manual does not tell.

        `question` is what was asked, `product` of which; else what was searched last is meant.
        """
        asked_of = product or memory.product or ""
        asked = self._asked(question or memory.searched or "", asked_of, talk)
        memory.note_quoted(replies)
        for reply in replies:
            if reply.quoted and reply.quoted.part == 0:
                memory.unanswered = False
                self._note_quoted(reply.quoted, asked, purpose, memory)
            elif reply.response in ("utter_manual_which_section", "utter_manual_which_of_two"):
                memory.answer = None
            elif reply.response == "utter_manual_no_answer" and asked_of:
                memory.answer, memory.unanswered = None, True
                self._store(lambda session: note_gap(session, asked, self._clock()), talk)

    def take(self, said: Understood, memory: Memory, talk: Talk) -> list[Reply]:
        """Hear that an answer worked or not: the next best section once, then a ticket."""
        if said.intent == "guidance_helped":
            self.settle(Outcome.HELPED, memory, talk)
            memory.unanswered, memory.question = False, None
            return [Reply("utter_glad_it_helped")]
        question, quoted = memory.searched, memory.quoted
        first, memory.unanswered = not memory.unanswered, True
        if memory.answer is None:
            if first and question and memory.product:
                # "None of these": the list that was offered has no answer either.
                asked = self._asked(question, memory.product, talk)
                self._store(lambda session: note_gap(session, asked, self._clock()), talk)
            return [Reply("utter_sorry_it_did_not_help")]
        self.settle(Outcome.NOT_HELPED, memory, talk)
        product = str((quoted or {}).get("product") or "")
        other = None
        if first and question and product:
            seen = [one.removeprefix(f"{product}/") for one in memory.shown]
            other = self._answers.next_best(question, product, talk, without=seen)
        if other is None:
            return [Reply("utter_sorry_it_did_not_help")]
        self.note([other], memory, talk, product=product)
        memory.unanswered = True
        return [Reply("utter_manual_try_this"), other]

    def settle(self, outcome: Outcome, memory: Memory, talk: Talk) -> None:
        """Note what came of the section that was quoted last, if one was."""
        key = memory.answer
        if key is None:
            return
        if outcome == Outcome.NOT_HELPED and memory.quoted:
            heading = str(memory.quoted.get("heading") or memory.quoted["section"])
            if heading not in memory.tried:
                memory.tried.append(heading)
        self._store(lambda session: settle_answer(session, key, outcome, self._clock()), talk)

    def _note_quoted(
        self, quoted: Quoted, asked: Asked, purpose: QuotedFor, memory: Memory
    ) -> None:
        place = f"{quoted.product}/{quoted.section}"
        memory.shown = [*(one for one in memory.shown if one != place), place][-_REMEMBERED:]
        section = Section(quoted.section, quoted.heading, quoted.language, quoted.version)
        about = replace(asked, product_id=quoted.product)
        memory.answer = answer_key(asked, quoted.section)
        self._store(
            lambda session: record_answer(session, about, section, purpose, self._clock()), asked
        )

    def _asked(self, question: str, product: str, talk: Talk) -> Asked:
        turn = talk.turn_id or secrets.token_hex(8)
        return Asked(turn, talk.conversation_id, product, talk.language, question)

    def _store(self, write: Callable[[Session], None], of: Talk | Asked) -> None:
        try:
            with writing(self._sessions) as session:
                write(session)
        except StorageUnavailable as error:
            log_failure("verdict_not_stored", error, conversation_id=of.conversation_id)
