"""Books, moves, cancels and ends visits; no technician is ever booked twice for the same time.

Who books holds the technicians in question, so that two bookings are weighed one after the other.
What makes a double one impossible is the table of claims: a quarter of an hour is there once.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tables.visits import Technician, Visit, VisitClaim, VisitSite, VisitStatus
from aftercare.tickets.life import Actor, record
from aftercare.visits.areas import active_areas, area_of
from aftercare.visits.fleet import Fleet, job_of, needs_of_ticket, read_fleet
from aftercare.visits.slots import GRID, Job, Slot, choices, ranked
from aftercare.visits.words import told_in_history

#: Nobody is sent at shorter notice than this.
NOTICE = timedelta(hours=18)
#: So far ahead times are offered.
HORIZON_DAYS = 45
_ADDRESS = "address"
_PREFERRED = "future_date"


class NothingFree(NotAllowed):
    """The time is taken, or nobody can come then; other times are to be offered."""


@dataclass(frozen=True)
class Choice:
    """The day and the window that somebody chose; `technician_id` where only that one may come."""

    day: date
    window_id: str
    technician_id: int | None = None


def is_visited(ticket: Ticket) -> bool:
    """Whether somebody may be sent for this ticket now."""
    return needs_of_ticket(ticket) is not None and ticket.status != TicketStatus.CLOSED


def booked_visit(session: Session, ticket: Ticket) -> Visit | None:
    """The visit that is to come."""
    return session.scalar(
        select(Visit).where(Visit.ticket_id == ticket.id, Visit.status == VisitStatus.BOOKED)
    )


def find_visit(session: Session, key: str) -> Visit | None:
    return session.scalar(select(Visit).where(Visit.key == key))


def settle_site(
    session: Session, ticket: Ticket, *, address: str = "", area_id: str = ""
) -> VisitSite | None:
    """Where the visit goes: what is given here, else what is on file of the ticket.

    None where the area is not known: then somebody has to name it. Raises NotAllowed for an area
    that there is not, and where no address is on file.
    """
    site = session.get(VisitSite, ticket.id)
    given = address.strip() or (site.address if site else "") or address_on_file(ticket)
    if not given:
        raise NotAllowed(f"no address is on file of ticket {ticket.number}")
    areas = active_areas(session)
    if area_id:
        area = next((one for one in areas if one.id == area_id), None)
        if area is None:
            raise NotAllowed(f"there is no area {area_id}")
    elif site and not address.strip():
        return site
    else:
        area = area_of(given, areas)
        if area is None:
            return None
    if site is None:
        site = VisitSite(ticket_id=ticket.id)
        session.add(site)
    site.address, site.area = given, area
    session.flush()
    return site


def address_on_file(ticket: Ticket) -> str:
    """The address that the customer gave for the ticket."""
    return _of_kind(ticket, _ADDRESS)


def next_choices(
    session: Session, ticket: Ticket, now: datetime, count: int, *, after: Choice | None = None
) -> list[Slot]:
    """The next free windows, the earliest first; `after` one goes on behind it.

    Nothing where nobody can come; the day that the customer prefers is where it begins.
    """
    job = job_of(session, ticket)
    if job is None:
        return []
    earliest = _earliest(ticket, job, now) if after is None else now + NOTICE
    if after:
        midnight = datetime.combine(after.day, datetime.min.time(), job.zone)
        earliest = max(earliest, midnight)
    end = earliest + timedelta(days=HORIZON_DAYS)
    present = booked_visit(session, ticket)
    fleet = read_fleet(session, job, earliest, end, without=present.id if present else None)
    found = choices(fleet.workers, job, fleet.windows, fleet.ways, earliest, HORIZON_DAYS)
    order = [window.id for window in fleet.windows]
    if after and after.window_id in order:
        passed = after.day, order.index(after.window_id)
        found = (one for one in found if (one.day, order.index(one.window_id)) > passed)
    if present:
        found = (one for one in found if one.window_begins_at != present.window_begins_at)
    return list(islice(found, count))


def book(
    session: Session,
    ticket: Ticket,
    choice: Choice,
    *,
    by: Actor,
    now: datetime,
    by_customer: bool = False,
    note: str = "",
) -> Visit:
    """Book the window, or move the visit that is booked into it.

    The same choice again gives the visit that it booked. Raises NothingFree where somebody was
    faster, NotAllowed where nobody can be sent for this ticket.
    """
    session.refresh(ticket, with_for_update=True)
    if not is_visited(ticket):
        raise NotAllowed(f"nobody is sent for ticket {ticket.number}")
    job = job_of(session, ticket)
    if job is None:
        raise NotAllowed(f"the area of ticket {ticket.number} is not known")
    present = booked_visit(session, ticket)
    if present and _is_chosen(present, choice, job):
        return present
    for slot in _weighed(session, job, choice, now, present):
        try:
            with session.begin_nested():
                visit = _write(session, ticket, job, slot, present, by_customer, now)
        except IntegrityError:
            continue
        record(
            session,
            ticket,
            "visit_moved" if present else "visit_booked",
            by=by,
            now=now,
            note=_lines(told_in_history(visit), note),
        )
        return visit
    raise NothingFree(f"nothing is free on {choice.day} ({choice.window_id})")


def cancel(session: Session, visit: Visit, *, by: Actor, now: datetime, note: str = "") -> None:
    """Cancel a visit that is to come; its time is free again. Raises NotAllowed."""
    _end(session, visit, VisitStatus.CANCELLED, now)
    session.execute(delete(VisitClaim).where(VisitClaim.visit_id == visit.id))
    record(
        session,
        visit.ticket,
        "visit_cancelled",
        by=by,
        now=now,
        note=_lines(told_in_history(visit), note),
    )


def finish(
    session: Session, visit: Visit, *, done: bool, by: Actor, now: datetime, note: str = ""
) -> None:
    """Write down that a visit was made, or that the customer was missed. Raises NotAllowed."""
    if visit.starts_at > now:
        raise NotAllowed("the visit has not begun yet")
    _end(session, visit, VisitStatus.DONE if done else VisitStatus.MISSED, now)
    record(
        session,
        visit.ticket,
        "visit_done" if done else "visit_missed",
        by=by,
        now=now,
        note=_lines(told_in_history(visit), note),
    )


def _end(session: Session, visit: Visit, status: VisitStatus, now: datetime) -> None:
    session.refresh(visit, with_for_update=True)
    if visit.status != VisitStatus.BOOKED:
        raise NotAllowed(f"the visit is {visit.status} already")
    visit.status = status
    visit.sequence += 1
    visit.changed_at = now
    session.flush()


def _weighed(
    session: Session, job: Job, choice: Choice, now: datetime, present: Visit | None
) -> list[Slot]:
    """The slots of the window, the best first, with all technicians who can come held."""
    begin = datetime.combine(choice.day, datetime.min.time(), job.zone)
    end = begin + timedelta(days=1)
    without = present.id if present else None
    able = read_fleet(session, job, begin, end, without=without, only=choice.technician_id)
    window = able.window(choice.window_id)
    if window is None or not able.workers:
        return []
    # In one order, so that two bookings never wait for each other.
    held = select(Technician.id).where(Technician.id.in_([one.id for one in able.workers]))
    session.execute(held.order_by(Technician.id).with_for_update(key_share=True)).all()
    fleet: Fleet = read_fleet(session, job, begin, end, without=without, only=choice.technician_id)
    return ranked(fleet.workers, job, choice.day, window, fleet.ways, now + NOTICE)


def _write(
    session: Session,
    ticket: Ticket,
    job: Job,
    slot: Slot,
    present: Visit | None,
    by_customer: bool,
    now: datetime,
) -> Visit:
    if present:
        session.execute(delete(VisitClaim).where(VisitClaim.visit_id == present.id))
        visit = present
        visit.sequence += 1
    else:
        visit = Visit(
            key=secrets.token_hex(16),
            ticket_id=ticket.id,
            status=VisitStatus.BOOKED,
            sequence=0,
            booked_at=now,
        )
        session.add(visit)
    visit.technician_id = slot.technician_id
    visit.area_id = job.area
    visit.window_id = slot.window_id
    visit.starts_at, visit.ends_at = slot.starts_at, slot.ends_at
    visit.window_begins_at, visit.window_ends_at = slot.window_begins_at, slot.window_ends_at
    visit.changed_at = now
    visit.by_customer = by_customer
    # Who books for tomorrow is not reminded of what was just agreed.
    today = now.astimezone(job.zone).date()
    visit.reminded_at = now if slot.day <= today + timedelta(days=1) else None
    session.flush()
    session.add_all(
        VisitClaim(technician_id=slot.technician_id, at=at, visit_id=visit.id)
        for at in _quarters(slot)
    )
    session.flush()
    session.refresh(visit)
    return visit


def _quarters(slot: Slot) -> Sequence[datetime]:
    return [
        slot.starts_at + number * GRID for number in range((slot.ends_at - slot.starts_at) // GRID)
    ]


def _is_chosen(visit: Visit, choice: Choice, job: Job) -> bool:
    day = visit.window_begins_at.astimezone(job.zone).date()
    return (day, visit.window_id) == (choice.day, choice.window_id) and choice.technician_id in (
        None,
        visit.technician_id,
    )


def _earliest(ticket: Ticket, job: Job, now: datetime) -> datetime:
    """When times begin to be offered: in time for the notice, and on the day that is preferred."""
    earliest = now + NOTICE
    try:
        day = date.fromisoformat(_of_kind(ticket, _PREFERRED))
    except ValueError:
        return earliest
    wanted = datetime.combine(day, datetime.min.time(), job.zone)
    return wanted if earliest < wanted < now + timedelta(days=HORIZON_DAYS) else earliest


def _of_kind(ticket: Ticket, kind: str) -> str:
    fields = {one.field for one in ticket.service.records if one.kind == kind}
    return next((one.value for one in ticket.records if one.field in fields), "")


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
