"""Works out when a technician can be at a customer's: pure, from hours, ways and what is booked.

A technician begins a working day at home. The way to a customer is working time, the way back home
is not. Starts lie on quarters of an hour; the customer is promised the window that they lie in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aftercare.hours import Hours
from aftercare.visits.needs import GRID_MINUTES

GRID = timedelta(minutes=GRID_MINUTES)
_ALL_WEEK = range(1, 8)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """A part of the day that is promised; times are local to the customer's place."""

    id: str
    begins: time
    ends: time

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Its moments on a day, in UTC; None on a day whose change of clocks skips all of it."""
        stretches = Hours(zone, dict.fromkeys(_ALL_WEEK, ((self.begins, self.ends),))).on(day)
        return stretches[0] if stretches else None


@dataclass(frozen=True)
class Ways:
    """Minutes on the way between areas, the same in both directions."""

    minutes: Mapping[str, Mapping[str, int]]

    def between(self, here: str, there: str) -> timedelta | None:
        """None where it is too far for one day."""
        named = [
            self.minutes.get(begin, {}).get(end) for begin, end in ((here, there), (there, here))
        ]
        known = [one for one in named if one is not None]
        return timedelta(minutes=max(known)) if known else None


@dataclass(frozen=True)
class Job:
    """What is to be done, and in which area; `zone` is the time at the customer's place."""

    area: str
    zone: ZoneInfo
    work: timedelta
    skills: frozenset[str]


@dataclass(frozen=True, order=True)
class Appointment:
    """Work that is booked already."""

    begins: datetime
    ends: datetime
    area: str


@dataclass(frozen=True)
class Worker:
    """A technician with working hours, without days off, and what is booked, the earliest first."""

    id: int
    name: str
    home: str
    areas: frozenset[str]
    skills: frozenset[str]
    hours: Hours
    booked: Sequence[Appointment] = field(default=())

    def can(self, job: Job) -> bool:
        return job.area in self.areas and job.skills <= self.skills


@dataclass(frozen=True)
class Slot:
    """When a technician can begin and end the work, and the window that is promised with it."""

    technician_id: int
    starts_at: datetime
    ends_at: datetime
    day: date
    window_id: str
    window_begins_at: datetime
    window_ends_at: datetime
    way: timedelta

    @property
    def place(self) -> tuple[date, str]:
        """What the customer chooses: the day and the window."""
        return self.day, self.window_id


def slot_in(
    worker: Worker, job: Job, day: date, window: Window, ways: Ways, earliest: datetime
) -> Slot | None:
    """The first slot of a technician within a window of a day, not before `earliest`."""
    moments = window.on(day, job.zone) if worker.can(job) else None
    if moments is None:
        return None
    opens, closes = moments
    for begins, ends in _stretches(worker, opens, closes):
        start = _on_grid(max(begins, opens, earliest))
        while start < closes and start + job.work <= ends:
            way = _way_to(worker, job, start, begins, ways)
            if way is not None and _reaches_next(worker, job, start + job.work, ways):
                return Slot(worker.id, start, start + job.work, day, window.id, opens, closes, way)
            start += GRID
    return None


def choices(
    workers: Sequence[Worker],
    job: Job,
    windows: Sequence[Window],
    ways: Ways,
    earliest: datetime,
    days: int,
) -> Iterator[Slot]:
    """The next windows that are free, each with the slot that suits best, the earliest first."""
    first = earliest.astimezone(job.zone).date()
    for number in range(days):
        day = first + timedelta(days=number)
        for window in windows:
            found = ranked(workers, job, day, window, ways, earliest)
            if found:
                yield found[0]


def ranked(
    workers: Sequence[Worker],
    job: Job,
    day: date,
    window: Window,
    ways: Ways,
    earliest: datetime,
) -> list[Slot]:
    """One slot of each technician who can come: the shortest way first, then the emptiest day."""
    found = []
    for worker in workers:
        slot = slot_in(worker, job, day, window, ways, earliest)
        if slot:
            found.append((slot.way, _visits_on(worker, day), slot.starts_at, worker.id, slot))
    return [slot for *_, slot in sorted(found, key=lambda one: one[:4])]


def _stretches(
    worker: Worker, opens: datetime, closes: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The technician's working stretches that touch a window; the two may be in other zones."""
    first = opens.astimezone(worker.hours.zone).date() - timedelta(days=1)
    for number in range(3):
        for begins, ends in worker.hours.on(first + timedelta(days=number)):
            if ends > opens and begins < closes:
                yield begins, ends


def _way_to(
    worker: Worker, job: Job, start: datetime, begins: datetime, ways: Ways
) -> timedelta | None:
    """How long the way is from where the technician is before; None where it is too long."""
    before = [one for one in _same_day(worker, start) if one.begins < start]
    way = ways.between(before[-1].area if before else worker.home, job.area)
    if way is None:
        return None
    leaves = max(before[-1].ends, begins) if before else begins
    return way if leaves + way <= start else None


def _reaches_next(worker: Worker, job: Job, end: datetime, ways: Ways) -> bool:
    """Whether the technician is in time for what is booked after it."""
    begin = end - job.work
    after = [one for one in _same_day(worker, begin) if one.begins >= begin]
    if not after:
        return True
    way = ways.between(job.area, after[0].area)
    if way is None:
        return False
    leaves = end
    for opens, closes in worker.hours.on(begin.astimezone(worker.hours.zone).date()):
        if opens <= after[0].begins < closes:
            leaves = max(leaves, opens)
    return leaves + way <= after[0].begins


def _same_day(worker: Worker, moment: datetime) -> list[Appointment]:
    zone = worker.hours.zone
    day = moment.astimezone(zone).date()
    return [one for one in worker.booked if one.begins.astimezone(zone).date() == day]


def _visits_on(worker: Worker, day: date) -> int:
    zone = worker.hours.zone
    return sum(one.begins.astimezone(zone).date() == day for one in worker.booked)


def _on_grid(moment: datetime) -> datetime:
    """The next quarter of an hour, or the moment itself where it is one."""
    over = (moment - _BEGINNING) % GRID
    return moment + (GRID - over) if over else moment
