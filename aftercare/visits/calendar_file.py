"""Writes visits as iCalendar (RFC 5545): one for its customer, many as a technician's calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from aftercare.tables.visits import Visit, VisitSite, VisitStatus

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT_ID = "-//Aftercare//Visits//EN"


def customer_calendar(
    visit: Visit, site: VisitSite | None, language: str, company: str, host: str
) -> bytes:
    """The visit as its customer sees it: the window that was promised, and who comes.

    `host` makes the id unique. A visit that was cancelled takes itself out of the calendar.
    """
    service, technician = _service(visit, language), visit.technician.name
    event = _event(visit, host, visit.window_begins_at, visit.window_ends_at)
    event.add("summary", f"{company}: {service} ({technician})")
    event.add("description", visit.ticket.number)
    if site:
        event.add("location", site.address)
    return _written([event], "CANCEL" if visit.status == VisitStatus.CANCELLED else "PUBLISH")


def technician_calendar(
    visits: Iterable[tuple[Visit, VisitSite | None]], name: str, host: str
) -> bytes:
    """The visits of a technician, with the time of the work, the address and whom to ask for."""
    events = []
    for visit, site in visits:
        event = _event(visit, host, visit.starts_at, visit.ends_at)
        ticket = visit.ticket
        product = ticket.product.name.get("en", "") if ticket.product else ""
        event.add("summary", " ".join(part for part in (_service(visit, "en"), product) if part))
        customer = ticket.customer
        lines = [ticket.number]
        if customer:
            lines += [part for part in (customer.name, customer.phone) if part]
        event.add("description", "\n".join(lines))
        if site:
            event.add("location", site.address)
        events.append(event)
    return _written(events, "PUBLISH", name)


def _event(visit: Visit, host: str, begins: datetime, ends: datetime) -> Event:
    zone = ZoneInfo(visit.area.time_zone)
    event = Event()
    event.add("uid", f"{visit.key}@{host}")
    event.add("dtstamp", visit.changed_at)
    event.add("last-modified", visit.changed_at)
    event.add("sequence", visit.sequence)
    event.add("dtstart", begins.astimezone(zone))
    event.add("dtend", ends.astimezone(zone))
    cancelled = visit.status == VisitStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event


def _written(events: list[Event], method: str, name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(event)
    # Programs that do not know the names of zones read what they mean.
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _service(visit: Visit, language: str) -> str:
    names = visit.ticket.service.name
    return names.get(language) or next(iter(names.values()), "")
