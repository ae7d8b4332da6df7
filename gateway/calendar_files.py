"""Hands out calendar files: a visit to its customer, and a technician's visits as a feed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.database import reading
from aftercare.errors import NotFound
from aftercare.tables.visits import VisitSite
from aftercare.visits.booking import find_visit
from aftercare.visits.calendar_file import MEDIA_TYPE, customer_calendar, technician_calendar
from aftercare.visits.diary import technician_of_feed, visits_of
from gateway.desk import desk_of
from gateway.trouble import described

router = APIRouter(tags=["chat"])

#: What a feed tells of: calendars keep what has passed for a while.
_FEED_BACK = timedelta(days=30)
_FEED_AHEAD = timedelta(days=120)
_KEEP = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "The calendar.", "content": {"text/calendar": {}}}
}


@router.get(
    "/visits/{token}",
    summary="Open a visit as a calendar file",
    response_class=Response,
    responses={
        **_CALENDAR,
        **described(
            (404, "not_found"),
            (410, "link_expired"),
            (429, "too_many_requests"),
            (500, "unexpected_error"),
            (503, "storage_unavailable"),
        ),
    },
)
def get_visit(request: Request, token: str) -> Response:
    """`token`: from the `url` of a source, which expires."""
    desk = desk_of(request)
    key = desk.links.read_visit(token)
    with reading(desk.sessions) as session:
        visit = find_visit(session, key)
        if visit is None:
            raise NotFound("there is no such visit")
        content = customer_calendar(
            visit,
            session.get(VisitSite, visit.ticket_id),
            visit.ticket.language,
            desk.company.name,
            _host(desk.settings.site_url),
        )
        name = visit.ticket.number
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"', **_KEEP},
    )


@router.get(
    "/visits/feeds/{key}.ics",
    summary="Read a technician's visits as a calendar",
    response_class=Response,
    responses={
        **_CALENDAR,
        **described(
            (404, "not_found"),
            (429, "too_many_requests"),
            (500, "unexpected_error"),
            (503, "storage_unavailable"),
        ),
    },
)
def get_feed(request: Request, key: str) -> Response:
    """`key`: from the technician's page in the console; a new one makes the old one useless."""
    desk = desk_of(request)
    now = desk.clock()
    with reading(desk.sessions) as session:
        technician = technician_of_feed(session, key)
        visits = visits_of(session, technician.id, now - _FEED_BACK, now + _FEED_AHEAD)
        content = technician_calendar(visits, technician.name, _host(desk.settings.site_url))
    return Response(content, media_type=MEDIA_TYPE, headers=_KEEP)


def _host(site_url: str) -> str:
    return urlsplit(site_url).hostname or "aftercare"
