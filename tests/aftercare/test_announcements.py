from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from aftercare.announcements import Announcements
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import NotFound
from aftercare.handover.changes import ask_for_person, take
from aftercare.tables.conversations import Message, MessageState, Sender
from tests.factories import make_conversation, make_staff
from tests.fakes import FakeEngine


def test_announcement_waits_for_the_bot_and_wakes_it_after_the_transaction(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    carrier = FakeEngine()
    announcements = Announcements(carrier)
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        assert announcements.announce(session, "c-1", "solved", "AC-1", now)
        assert carrier.deferred == ["c-1"]
        assert carrier.woken == []
    announcements.send()
    announcements.send()
    assert carrier.woken == [("c-1", 1)]
    with reading(stocked_sessions) as session:
        message = session.scalars(select(Message)).one()
        assert (message.sender, message.state, message.text) == (
            Sender.SYSTEM,
            MessageState.RECEIVED,
            "",
        )
        assert message.payload == '/postback{"do": "solved", "of": "AC-1"}'


def test_person_who_has_the_conversation_is_not_interrupted(
    stocked_sessions: SessionFactory, now: datetime
) -> None:
    carrier = FakeEngine()
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        ask_for_person(session, "c-1", now)
        assert Announcements(carrier).announce(session, "c-1", "solved", "AC-1", now)
        take(session, "c-1", make_staff(session), now)
        assert not Announcements(carrier).announce(session, "c-1", "solved", "AC-2", now)
    assert carrier.deferred == ["c-1"]


def test_erased_conversation_is_told_apart(stocked_sessions: SessionFactory, now: datetime) -> None:
    with pytest.raises(NotFound), writing(stocked_sessions) as session:
        Announcements(FakeEngine()).announce(session, "gone", "solved", "AC-1", now)
