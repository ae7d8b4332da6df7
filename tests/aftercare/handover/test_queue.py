"""Places in the queue, and how long it takes by what it took lately."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.handover.changes import ask_for_person, end_wait, leave_queue, take
from aftercare.handover.queue import expected_wait, minutes_of, queue_figures, read_standing
from tests.factories import make_conversation, make_staff


def wait_for(sessions: SessionFactory, seconds: int, end: datetime, how: str = "taken") -> None:
    """A conversation that waited so long until then."""
    with writing(sessions) as session:
        number = make_conversation(session).id
        ask_for_person(session, number, end - timedelta(seconds=seconds))
        if how == "taken":
            staff = make_staff(session, email=f"{number}@marulho.example")
            take(session, number, staff, end)
        elif how == "left":
            leave_queue(session, number, end)
        else:
            end_wait(session, number, end, end)


def expected(sessions: SessionFactory, now: datetime) -> timedelta | None:
    with writing(sessions) as session:
        return expected_wait(session, now)


def test_places_follow_the_time_of_asking(sessions: SessionFactory, now: datetime) -> None:
    with writing(sessions) as session:
        later, first, second = (make_conversation(session).id for _ in range(3))
        for number, minutes in ((first, 9), (second, 5), (later, 1)):
            ask_for_person(session, number, now - timedelta(minutes=minutes))
        places = [read_standing(session, one, now) for one in (first, second, later)]
        figures = queue_figures(session, now)
    assert [standing.place for standing in places if standing] == [1, 2, 3]
    assert (figures.waiting, figures.longest_wait) == (3, timedelta(minutes=9))


def test_too_few_waits_tell_nothing(sessions: SessionFactory, now: datetime) -> None:
    wait_for(sessions, 60, now)
    wait_for(sessions, 60, now)
    assert expected(sessions, now) is None


def test_wait_is_the_median_of_the_latest(sessions: SessionFactory, now: datetime) -> None:
    for seconds in (30, 40, 600):
        wait_for(sessions, seconds, now)
    assert expected(sessions, now) == timedelta(seconds=40)
    # For whom nobody came waited at least so long; who left by choice tells nothing.
    wait_for(sessions, 600, now, "nobody_came")
    wait_for(sessions, 1, now, "left")
    assert expected(sessions, now) == timedelta(seconds=320)


def test_old_waits_and_all_but_the_latest_twenty_are_forgotten(
    sessions: SessionFactory, now: datetime
) -> None:
    for _ in range(3):
        wait_for(sessions, 500, now - timedelta(days=15))
    assert expected(sessions, now) is None
    for _ in range(5):
        wait_for(sessions, 900, now - timedelta(days=1))
    for _ in range(20):
        wait_for(sessions, 60, now)
    assert expected(sessions, now) == timedelta(seconds=60)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (60, 1), (61, 2), (3600, 60)])
def test_minutes_are_told_rather_one_too_many(seconds: int, minutes: int) -> None:
    assert minutes_of(timedelta(seconds=seconds)) == minutes
