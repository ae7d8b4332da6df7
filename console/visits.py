"""The diary of visits: a week or a day of all technicians or of one, and what became of a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from aftercare.errors import NotAllowed, NotFound
from aftercare.staff.roles import RESOURCES
from aftercare.tables.visits import Technician, VisitSite, VisitStatus
from aftercare.tables.visits import Visit as VisitRow
from aftercare.tickets.life import Actor
from aftercare.visits.booking import find_visit, finish
from aftercare.visits.calendar_file import MEDIA_TYPE, technician_calendar
from aftercare.visits.diary import visits_of
from console.access import Visit, open_change, open_visit
from console.formats import english
from console.forms import Form, query_value
from console.pages import go, show
from console.ticket_page import read_note

router = APIRouter()

DAY, WEEK = "day", "week"
_DAYS = {DAY: 1, WEEK: 7}
#: What the file of a technician holds.
_FILE_BACK, _FILE_AHEAD = timedelta(days=7), timedelta(days=60)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class DiaryLine:
    """One visit; times are texts of the clock at the customer's place."""

    key: str
    number: str
    technician: str
    times: str
    window: str
    service: str
    product: str
    customer: str
    phone: str
    area: str
    address: str
    status: str
    begun: bool


@dataclass(frozen=True)
class DiaryRow:
    """The visits of a technician, by day."""

    technician: str
    days: tuple[tuple[date, tuple[DiaryLine, ...]], ...]


@router.get("/visits", name="visits")
def show_visits(request: Request) -> Response:
    """A week, or a day, of everybody or of one technician."""
    return _diary(request, saved=query_value(request, "saved"))


@router.get("/technicians/{technician_id:int}/visits.ics", name="visits_file")
def download_visits(request: Request, technician_id: int) -> Response:
    """A technician's visits as a calendar file."""
    with open_visit(request) as visit:
        technician = find_technician(visit, technician_id)
        found = visits_of(
            visit.session, technician.id, visit.now - _FILE_BACK, visit.now + _FILE_AHEAD
        )
        host = request.url.hostname or "aftercare"
        content = technician_calendar(found, technician.name, host)
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="visits-{technician_id}.ics"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post("/visits/{key}/end", name="end_visit")
def end_visit(request: Request, key: str, form: Form) -> Response:
    """Write down that the visit was made, or that nobody was at home."""
    note = read_note(request, form)
    back = {name: form.get(name, "") for name in ("day", "span", "technician")}
    try:
        with open_change(request, form) as visit:
            found = find_visit(visit.session, key)
            if found is None:
                raise NotFound("no such visit")
            finish(
                visit.session,
                found,
                done=form.get("deed") == "done",
                by=Actor.of(visit.staff),
                now=visit.now,
                note=note,
            )
    except NotAllowed:
        return _diary(request, problem="ended", status=409)
    return go(request, "visits", {**back, "saved": "yes"})


def find_technician(visit: Visit, technician_id: int) -> Technician:
    """Raises NotFound."""
    found = visit.session.get(Technician, min(technician_id, 2**31 - 1))
    if found is None:
        raise NotFound("no such technician")
    return found


def diary_line(row: VisitRow, site: VisitSite | None, now: datetime) -> DiaryLine:
    """A visit as staff read it."""
    zone = ZoneInfo(row.area.time_zone)
    ticket = row.ticket
    customer = ticket.customer
    promised = clock_times(row.window_begins_at, row.window_ends_at, zone)
    return DiaryLine(
        key=row.key,
        number=ticket.number,
        technician=row.technician.name,
        times=clock_times(row.starts_at, row.ends_at, zone),
        window=f"{english(row.window.name)}, {promised}",
        service=english(ticket.service.name),
        product=english(ticket.product.name) if ticket.product else "",
        customer=(customer.name or "") if customer else "",
        phone=(customer.phone or "") if customer else "",
        area=row.area.name,
        address=site.address if site else "",
        status=row.status,
        begun=row.status == VisitStatus.BOOKED and row.starts_at <= now,
    )


def _diary(request: Request, *, saved: str = "", problem: str = "", status: int = 200) -> Response:
    span = query_value(request, "span")
    span = span if span in _DAYS else WEEK
    chosen = query_value(request, "technician")
    with open_visit(request) as visit:
        today = visit.desk.today().date()
        first = _first_day(query_value(request, "day"), today, span)
        days = [first + timedelta(days=number) for number in range(_DAYS[span])]
        technicians = list(visit.session.scalars(select(Technician).order_by(Technician.name)))
        wanted = int(chosen) if chosen in {str(one.id) for one in technicians} else None
        zone = visit.desk.zone
        found = visits_of(
            visit.session,
            wanted,
            datetime.combine(first, datetime.min.time(), zone),
            datetime.combine(days[-1] + timedelta(days=1), datetime.min.time(), zone),
        )
        lines = [
            (
                row.technician_id,
                row.starts_at.astimezone(zone).date(),
                diary_line(row, site, visit.now),
            )
            for row, site in found
        ]
        shown = [
            one
            for one in technicians
            if wanted in (None, one.id)
            and (one.active or any(technician == one.id for technician, *_ in lines))
        ]
        names = {one.id: one.name for one in shown}
        may_manage = visit.staff.role in RESOURCES
    step = timedelta(days=_DAYS[span])
    return show(
        request,
        "visits.html",
        status=status,
        area="visits",
        span=span,
        first=first,
        before=(first - step).isoformat(),
        after=(first + step).isoformat(),
        today=today,
        days=days,
        rows=_rows(names, days, lines),
        by_day=[(day, [line for _, on, line in lines if on == day]) for day in days],
        technicians=[(str(one.id), one.name) for one in technicians if one.active],
        chosen=str(wanted) if wanted else "",
        may_manage=may_manage,
        saved=saved,
        problem=problem,
    )


def _rows(
    names: Mapping[int, str], days: Sequence[date], lines: Sequence[tuple[int, date, DiaryLine]]
) -> list[DiaryRow]:
    return [
        DiaryRow(
            name,
            tuple(
                (day, tuple(line for who, on, line in lines if (who, on) == (technician, day)))
                for day in days
            ),
        )
        for technician, name in names.items()
    ]


def _first_day(text: str, today: date, span: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if not _FIRST_YEAR < day.year < _LAST_YEAR:
        day = today
    return day - timedelta(days=day.weekday()) if span == WEEK else day


def clock_times(begin: datetime, end: datetime, zone: ZoneInfo) -> str:
    """From when to when, on the clock of a place."""
    return f"{begin.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M}"
