"""Words that sections get from the questions that they answered."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete

from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.index import GuidanceIndex, build_index
from aftercare.guidance.journal import Asked, Section, answer_key, record_answer, settle_answer
from aftercare.guidance.learned import JudgedAnswer, judged_answers, learned_words
from aftercare.tables.conversations import Conversation
from aftercare.tables.guidance import Outcome, QuotedAnswer, QuotedFor
from tests.conftest import NOW
from tests.factories import make_conversation
from tests.postgresql import BOTH


def _judged(conversation: str, question: str, helped: bool = True) -> JudgedAnswer:
    return JudgedAnswer("mare-w900", "descaling", conversation, question, helped)


def _learned(*judged: JudgedAnswer) -> tuple[str, ...]:
    return learned_words(judged, "en").get(("mare-w900", "descaling"), ())


def test_word_is_learnt_from_two_conversations_that_it_helped() -> None:
    assert _learned(_judged("a", "how do I unfur it"), _judged("b", "unfur the thing")) == (
        "unfur",
    )


def test_word_of_one_conversation_is_nobodys_business() -> None:
    assert _learned(_judged("a", "Maria wants to unfur it"), _judged("a", "unfur, Maria")) == ()


def test_conversations_that_were_not_helped_count_against_the_word() -> None:
    helped = [_judged("a", "unfur"), _judged("b", "unfur")]
    assert _learned(*helped, _judged("c", "unfur", helped=False)) == ()
    assert _learned(*helped, _judged("d", "unfur"), _judged("c", "unfur", helped=False)) == (
        "unfur",
    )


def test_numbers_and_small_words_are_not_learnt() -> None:
    questions = [_judged(one, "what is E18 and 912 345 678 about it") for one in "ab"]
    assert _learned(*questions) == ()


def _answered(sessions: SessionFactory, conversation: str, question: str, language: str) -> None:
    asked = Asked(f"{conversation}:1", conversation, "mare-w900", "en", question)
    section = Section("descaling", "Descaling", language, "1.2")
    with writing(sessions) as session:
        make_conversation(session, id=conversation)
        record_answer(session, asked, section, QuotedFor.QUESTION, NOW)
    with writing(sessions) as session:
        settle_answer(session, answer_key(asked, "descaling"), Outcome.HELPED, NOW)


@BOTH
def test_next_index_finds_the_section_by_the_words_that_were_learnt(
    company: SessionFactory, tmp_path: Path
) -> None:
    with writing(company) as session:
        for table in (QuotedAnswer, Conversation):
            session.execute(delete(table))
    build_index(company, tmp_path)
    index = GuidanceIndex(tmp_path)
    assert index.search("unfur", product="mare-w900", language="en") == []
    for conversation in ("c-1", "c-2"):
        _answered(company, conversation, "how do I unfur it?", "en")
        # An answer from the other language's manual teaches that manual nothing.
        _answered(company, f"{conversation}-other", "zzyzx", "pt")
    with reading(company) as session:
        assert {one.question for one in judged_answers(session, "en")} == {"how do I unfur it?"}
    build_index(company, tmp_path)
    (hit,) = index.search("unfur", product="mare-w900", language="en")
    assert hit.anchor == "descaling"
