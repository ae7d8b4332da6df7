"""When a technician can come: hours, ways, what is booked, changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aftercare.hours import Hours
from aftercare.visits.slots import (
    Appointment,
    Job,
    Ways,
    Window,
    Worker,
    choices,
    ranked,
    slot_in,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MANAUS = ZoneInfo("America/Manaus")
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 23)
EARLY = datetime(2026, 11, 1, tzinfo=UTC)
MORNING = Window("morning", time(8), time(12))
AFTERNOON = Window("afternoon", time(12), time(18))
WAYS = Ways({"north": {"north": 15, "south": 60}, "south": {"south": 15}})
WEEKDAYS = dict.fromkeys(range(1, 6), ((time(8), time(12)), (time(13), time(17))))


def _worker(
    *booked: Appointment, number: int = 1, home: str = "north", **changes: object
) -> Worker:
    values = {
        "areas": frozenset({"north", "south"}),
        "skills": frozenset({"repair", "hob"}),
        "hours": Hours(SAO_PAULO, WEEKDAYS),
    }
    return Worker(number, f"T{number}", home, booked=booked, **{**values, **changes})  # type: ignore[arg-type]


def _job(area: str = "north", minutes: int = 90, zone: ZoneInfo = SAO_PAULO) -> Job:
    return Job(area, zone, timedelta(minutes=minutes), frozenset({"repair"}))


def _at(hour: int, minute: int = 0, zone: ZoneInfo = SAO_PAULO, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), zone)


def _start(worker: Worker, job: Job, window: Window = MORNING, day: date = MONDAY) -> str | None:
    slot = slot_in(worker, job, day, window, WAYS, EARLY)
    return f"{slot.starts_at.astimezone(job.zone):%H:%M}" if slot else None


def test_day_begins_with_the_way_from_home() -> None:
    assert _start(_worker(), _job("north")) == "08:15"
    assert _start(_worker(), _job("south")) == "09:00"


def test_work_ends_within_a_stretch_of_the_hours() -> None:
    assert _start(_worker(), _job("south", minutes=180)) == "09:00"
    assert _start(_worker(), _job("south", minutes=195)) is None


def test_next_start_is_after_what_is_booked_and_the_way_from_there() -> None:
    booked = Appointment(_at(8, 15), _at(9, 15), "south")
    assert _start(_worker(booked), _job("north")) == "10:15"
    assert _start(_worker(booked), _job("south")) == "09:30"


def test_what_is_booked_afterwards_is_reached_in_time() -> None:
    booked = Appointment(_at(11), _at(12), "south")
    assert _start(_worker(booked), _job("north", minutes=90)) == "08:15"
    assert _start(_worker(booked), _job("north", minutes=120)) is None
    assert _start(_worker(booked), _job("south", minutes=90)) == "09:00"


def test_pause_is_not_spent_on_the_way() -> None:
    booked = Appointment(_at(13, 30), _at(14, 30), "south")
    assert _start(_worker(booked), _job("north", minutes=60)) is None
    assert _start(_worker(booked), _job("south", minutes=60)) == "09:00"


def test_too_far_or_unskilled_or_elsewhere_is_no_slot() -> None:
    assert _start(_worker(home="far"), _job()) is None
    assert _start(_worker(skills=frozenset({"hob"})), _job()) is None
    assert _start(_worker(areas=frozenset({"south"})), _job("north")) is None


def test_days_off_and_weekends_are_left_out() -> None:
    away = _worker(hours=Hours(SAO_PAULO, WEEKDAYS, frozenset({MONDAY})))
    found = choices([away], _job(), [MORNING], WAYS, _at(0), 9)
    assert [slot.day.day for slot in found] == [24, 25, 26, 27, 30, 1]


def test_public_holiday_of_the_area_is_left_out() -> None:
    christmas = date(2026, 12, 25)
    assert _start(_worker(), _job(), day=christmas) == "08:15"
    kept = _worker(hours=Hours(SAO_PAULO, WEEKDAYS, (), "BR", "SP"))
    assert _start(kept, _job(), day=christmas) is None


def test_window_is_at_the_customers_place() -> None:
    """In Manaus it is an hour earlier than in São Paulo: the technician's day begins there at 7."""
    assert _start(_worker(), _job(zone=MANAUS)) == "08:00"
    late = slot_in(_worker(), _job(zone=MANAUS), MONDAY, AFTERNOON, WAYS, EARLY)
    assert late
    assert late.window_begins_at == _at(12, zone=MANAUS)
    assert f"{late.starts_at.astimezone(SAO_PAULO):%H:%M}" == "13:15"


def test_clock_that_is_put_on_or_back_moves_no_appointment() -> None:
    for day in (date(2026, 3, 8), date(2026, 11, 1)):
        week = {7: ((time(1), time(12)),)}
        worker = _worker(hours=Hours(NEW_YORK, week))
        slot = slot_in(
            worker, _job(zone=NEW_YORK), day, MORNING, WAYS, datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert slot
        assert slot.starts_at.astimezone(NEW_YORK).time() == time(8)
        assert slot.ends_at - slot.starts_at == timedelta(minutes=90)
        assert slot.window_begins_at == _at(8, zone=NEW_YORK, day=day)


def test_night_of_the_change_lasts_an_hour_less() -> None:
    """From one to four on the clock are two hours of work on the day it is put on."""
    week = {7: ((time(1), time(4)),)}
    night = Window("night", time(1), time(4))
    worker = _worker(hours=Hours(NEW_YORK, week))
    usual, changed = date(2026, 3, 1), date(2026, 3, 8)
    long = _job(zone=NEW_YORK, minutes=120)
    early = datetime(2026, 1, 1, tzinfo=UTC)
    assert slot_in(worker, long, usual, night, WAYS, early)
    assert slot_in(worker, long, changed, night, WAYS, early) is None


def test_notice_is_kept_and_starts_lie_on_quarters() -> None:
    slot = slot_in(_worker(), _job(), MONDAY, MORNING, WAYS, _at(9, 7))
    assert slot and slot.starts_at == _at(9, 15)


def test_shortest_way_comes_first_then_the_emptiest_day() -> None:
    busy = _worker(Appointment(_at(15), _at(16), "north"), number=1)
    free, far = _worker(number=2), _worker(number=3, home="south")
    order = ranked([far, busy, free], _job(), MONDAY, MORNING, WAYS, EARLY)
    assert [slot.technician_id for slot in order] == [2, 1, 3]


def test_each_window_is_offered_once() -> None:
    found = list(
        choices([_worker(), _worker(number=2)], _job(), [MORNING, AFTERNOON], WAYS, _at(0), 2)
    )
    assert [(slot.day.day, slot.window_id) for slot in found] == [
        (23, "morning"),
        (23, "afternoon"),
        (24, "morning"),
        (24, "afternoon"),
    ]
