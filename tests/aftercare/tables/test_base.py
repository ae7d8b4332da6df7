from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from aftercare.database import SessionFactory, reading, writing
from aftercare.tables.conversations import Customer
from tests.factories import make_conversation, make_customer, make_message


def test_time_comes_back_as_the_same_moment_in_utc(sessions: SessionFactory) -> None:
    in_brazil = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=-3)))
    with writing(sessions) as session:
        customer_id = make_customer(session, created_at=in_brazil).id
    with reading(sessions) as session:
        stored = session.get_one(Customer, customer_id).created_at
    assert stored == in_brazil
    assert stored.tzinfo is UTC


def test_time_without_a_zone_is_refused(sessions: SessionFactory) -> None:
    with pytest.raises(StatementError, match="without a zone"), writing(sessions) as session:
        make_customer(session, created_at=datetime(2026, 3, 2, 9, 0))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE messages SET sender = 'robot'",
        "UPDATE messages SET state = 'half done'",
    ],
)
def test_status_words_that_nobody_knows_are_refused_by_the_database(
    sessions: SessionFactory, statement: str
) -> None:
    with writing(sessions) as session:
        make_message(session, make_conversation(session))
    with pytest.raises(IntegrityError), writing(sessions) as session:
        session.execute(text(statement))
