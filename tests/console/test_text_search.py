"""Finding text without regard to case, and the different values of a column."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Message
from console.text_search import contains, distinct_values
from tests.factories import make_conversation, make_message


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("máquina", "A MÁQUINA parou", True),
        ("NÃO LIGA", "Não liga mais", True),
        ("água", "troca de Água", True),
        ("maquina", "A máquina parou", False),
        ("100%", "is at 100% now", True),
        ("100%", "is at 1000 now", False),
        ("a_b", "axb", False),
        ("[x]*?", "odd [X]*? end", True),
        ("*", "no star", False),
        ("[", "no bracket", False),
        ("ma\u0301quina", "a máquina", True),
        ("straße", "in der Straße", True),
    ],
)
def test_contains(sessions: SessionFactory, words: str, text: str, found: bool) -> None:
    with writing(sessions) as session:
        make_message(session, make_conversation(session), text)
    with reading(sessions) as session:
        hit = session.scalar(select(Message.id).where(contains(session, Message.text, words)))
    assert (hit is not None) is found


def test_distinct_values_leave_out_what_is_empty(sessions: SessionFactory) -> None:
    with writing(sessions) as session:
        conversation = make_conversation(session)
        assert distinct_values(session, Message.intent) == []
        for intent in ("thank", None, "greet", "thank"):
            make_message(session, conversation, intent=intent)
    with reading(sessions) as session:
        assert distinct_values(session, Message.intent) == ["greet", "thank"]
