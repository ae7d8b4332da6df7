"""A database of either kind with one conversation and two staff members, made once a module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Message
from aftercare.tables.handover import Handover, HandoverEvent
from aftercare.tables.staff import Staff
from tests.conftest import NOW
from tests.factories import make_conversation, make_message, make_staff

_numbers = count()


@dataclass
class Desk:
    """One conversation, whose greeting was said, and who may take it."""

    sessions: SessionFactory
    conversation_id: str
    ana: Staff
    bruno: Staff
    now: datetime = NOW

    def pass_by(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def messages(self) -> list[Message]:
        with reading(self.sessions) as session:
            found = session.query(Message).filter_by(conversation_id=self.conversation_id)
            return list(found.order_by(Message.seq))

    def steps(self) -> list[str]:
        with reading(self.sessions) as session:
            found = session.query(HandoverEvent.step).join(
                Handover, Handover.id == HandoverEvent.handover_id
            )
            rows = found.filter(Handover.conversation_id == self.conversation_id)
            return [step for (step,) in rows.order_by(HandoverEvent.id)]


@pytest.fixture
def desk(company: SessionFactory) -> Desk:
    number = next(_numbers)
    with writing(company) as session:
        conversation = make_conversation(session, at=NOW)
        make_message(session, conversation, "Hello", sender="bot", at=NOW)
        ana, bruno = (
            make_staff(session, name=name, email=f"{name}{number}@marulho.example")
            for name in ("Ana", "Bruno")
        )
        return Desk(company, conversation.id, ana, bruno)
