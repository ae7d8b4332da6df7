"""Keeps what came of quoting the manuals: which section helped, and what no manual tells.

Nothing here is worth an answer that fails: aftercare/verdicts.py goes on where storing is not
possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Insert, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, selectinload

from aftercare.guidance.terms import terms
from aftercare.tables.conversations import Conversation
from aftercare.tables.guidance import (
    GapQuestion,
    GapState,
    ManualGap,
    Outcome,
    QuotedAnswer,
    QuotedFor,
)

#: Addresses and telephone numbers; codes and measures are shorter.
_CONTACT = re.compile(r"\S+@\S+|\+?\d(?:[\s().-]{0,3}\d){7,}")
_HIDDEN = "•••"
_TOLD_OF_ANSWER = (
    "key",
    "conversation_id",
    "product_id",
    "language",
    "manual_language",
    "manual_version",
    "anchor",
    "heading",
    "purpose",
    "question",
    "quoted_at",
)
#: Two questions ask the same when so much of the words of both is common to them.
_ALIKE = 0.6
#: So many of the newest gaps of a manual are compared.
_COMPARED = 300


@dataclass(frozen=True)
class Asked:
    """A question of a customer; `key` is the same where a turn is worked a second time."""

    key: str
    conversation_id: str
    product_id: str
    language: str
    question: str


@dataclass(frozen=True)
class Section:
    """A section that was quoted."""

    anchor: str
    heading: str
    language: str
    version: str


def without_contacts(text: str) -> str:
    """A question without e-mail addresses and telephone numbers, which it does not need."""
    return _CONTACT.sub(_HIDDEN, text)


def answer_key(asked: Asked, anchor: str) -> str:
    """By which the outcome of a quoted section is noted later."""
    return f"{asked.key}:{anchor}"


def _insertion_of_answer() -> Insert:
    """Adds a quoted answer, where its conversation is on file and its key is not."""
    new = {
        name: bindparam(f"new_{name}", type_=getattr(QuotedAnswer, name).type)
        for name in _TOLD_OF_ANSWER
    }
    known = exists().where(Conversation.id == new["conversation_id"])
    noted = exists().where(QuotedAnswer.key == new["key"])
    return insert(QuotedAnswer).from_select(
        _TOLD_OF_ANSWER, select(*new.values()).where(known, ~noted)
    )


#: Written once and run without the object mapper: every quotation ends with it.
_RECORD_ANSWER = _insertion_of_answer()


def record_answer(
    session: Session, asked: Asked, section: Section, purpose: QuotedFor, now: datetime
) -> None:
    """Note that a section was quoted, once a turn.

    Nothing is noted where the conversation is not on file, as in a trial without the website.
    """
    told = (
        answer_key(asked, section.anchor),
        asked.conversation_id,
        asked.product_id,
        asked.language,
        section.language,
        section.version,
        section.anchor,
        section.heading,
        purpose,
        without_contacts(asked.question),
        now,
    )
    new = {f"new_{name}": value for name, value in zip(_TOLD_OF_ANSWER, told, strict=True)}
    session.connection().execute(_RECORD_ANSWER, new)


def settle_answer(session: Session, key: str, outcome: Outcome, now: datetime) -> None:
    """Note what came of a quoted section. What the customer says last of it counts.

    To ask for a person or to go on says nothing more where it has been said whether it helped.
    """
    statement = update(QuotedAnswer).where(QuotedAnswer.key == key)
    if outcome not in (Outcome.HELPED, Outcome.NOT_HELPED):
        statement = statement.where(QuotedAnswer.outcome.is_(None))
    session.execute(statement.values(outcome=outcome, settled_at=now))


def note_gap(session: Session, asked: Asked, now: datetime) -> None:
    """Put a question that the manual does not answer on the list, with those like it."""
    seen = session.scalar(select(GapQuestion.id).where(GapQuestion.key == asked.key))
    known = session.get(Conversation, asked.conversation_id) is not None
    if seen is not None or not known or not asked.question.strip():
        return
    question = without_contacts(asked.question)
    gap = _gap_like(session, asked, question)
    if gap is None:
        gap = ManualGap(product_id=asked.product_id, language=asked.language, created_at=now)
        session.add(gap)
    gap.questions.append(
        GapQuestion(
            key=asked.key,
            conversation_id=asked.conversation_id,
            question=question,
            asked_at=now,
        )
    )


def _gap_like(session: Session, asked: Asked, question: str) -> ManualGap | None:
    """The open gap of the same manual of which a question asks the same."""
    wanted = set(terms(question, asked.language))
    gaps = session.scalars(
        select(ManualGap)
        .where(
            ManualGap.product_id == asked.product_id,
            ManualGap.language == asked.language,
            ManualGap.state == GapState.OPEN,
        )
        .order_by(ManualGap.id.desc())
        .limit(_COMPARED)
        .options(selectinload(ManualGap.questions))
    )
    likeness = [
        (_alike(wanted, set(terms(one.question, asked.language))), gap)
        for gap in gaps
        for one in gap.questions
    ]
    best = max(likeness, key=lambda found: found[0], default=None)
    return best[1] if best and best[0] >= _ALIKE else None


def _alike(one: set[str], other: set[str]) -> float:
    either = one | other
    return len(one & other) / len(either) if either else 1.0
