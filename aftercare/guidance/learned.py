"""Learns words for sections from the questions that they were found to answer.

Customers' words are private: one is learnt only when several conversations used it, and none is
kept with who said it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.guidance.terms import terms_of, words
from aftercare.tables.guidance import Outcome, QuotedAnswer

#: A word is learnt from so many conversations, each of which the section helped.
LEAST_CONVERSATIONS = 2

Place = tuple[str, str]
"""A section: its product and its anchor."""


class JudgedAnswer(NamedTuple):
    """A section that was quoted for a question, and whether the customer said that it helped."""

    product: str
    anchor: str
    conversation: str
    question: str
    helped: bool


def learned_words(judged: Iterable[JudgedAnswer], language: str) -> dict[Place, tuple[str, ...]]:
    """For each section the words of questions that it answers; small words are left out.

    A word counts against itself in conversations that the section did not help.
    """
    used: dict[Place, dict[str, dict[str, bool]]] = defaultdict(lambda: defaultdict(dict))
    for answer in judged:
        for word in words(answer.question):
            if word.isalpha() and terms_of(word, language):
                used[answer.product, answer.anchor][word][answer.conversation] = answer.helped
    learned = {}
    for place, conversations in used.items():
        found = [
            word
            for word, helped in sorted(conversations.items())
            if 2 * sum(helped.values()) - len(helped) >= LEAST_CONVERSATIONS
        ]
        if found:
            learned[place] = tuple(found)
    return learned


def judged_answers(session: Session, language: str) -> Iterator[JudgedAnswer]:
    """What customers said of answers from the manuals of their own language."""
    rows = session.execute(
        select(
            QuotedAnswer.product_id,
            QuotedAnswer.anchor,
            QuotedAnswer.conversation_id,
            QuotedAnswer.question,
            QuotedAnswer.outcome,
        )
        .where(
            QuotedAnswer.language == language,
            QuotedAnswer.manual_language == language,
            QuotedAnswer.conversation_id.is_not(None),
            QuotedAnswer.outcome.in_((Outcome.HELPED, Outcome.NOT_HELPED)),
        )
        .order_by(QuotedAnswer.id)
    )
    for product, anchor, conversation, question, outcome in rows:
        helped = outcome == Outcome.HELPED
        yield JudgedAnswer(product, anchor, str(conversation), question, helped)
