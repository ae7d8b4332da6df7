"""The visits of a ticket for other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from aftercare.database import reading
from aftercare.tables.visits import Visit, VisitSite
from gateway.api.access import COMMON, Caller, caller_with
from gateway.api.finding import find_ticket
from gateway.desk import desk_of
from gateway.trouble import described

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

_Reader = Annotated[Caller, Depends(caller_with("tickets:read"))]


class VisitShown(BaseModel):
    id: str = Field(description="With which its id in calendar files begins.")
    status: str = Field(description="booked, done, missed or cancelled")
    technician: str
    area: str
    starts_at: datetime = Field(description="When the work begins, without the way.")
    ends_at: datetime
    window_begins_at: datetime = Field(description="What the customer was promised.")
    window_ends_at: datetime
    booked_at: datetime
    changed_at: datetime
    by_customer: bool = Field(description="Whether the customer chose it, not the desk.")


class TicketVisits(BaseModel):
    address: str | None = Field(
        description="Where they go; null without the scope customers:read, or where it is unknown."
    )
    visits: list[VisitShown] = Field(description="The oldest first.")


@router.get(
    "/{number}/visits",
    summary="Read a ticket's visits",
    responses=described(*COMMON, (404, "ticket_unknown"), (422, "invalid_parameter")),
)
def read_visits(request: Request, number: str, caller: _Reader) -> TicketVisits:
    with reading(desk_of(request).sessions) as session:
        ticket = find_ticket(session, number)
        site = session.get(VisitSite, ticket.id) if caller.knows_customers else None
        found = session.scalars(
            select(Visit)
            .where(Visit.ticket_id == ticket.id)
            .order_by(Visit.starts_at, Visit.id)
            .options(joinedload(Visit.technician), joinedload(Visit.area))
        )
        return TicketVisits(
            address=site.address if site else None, visits=[_shown(one) for one in found]
        )


def _shown(visit: Visit) -> VisitShown:
    return VisitShown(
        id=visit.key,
        status=visit.status,
        technician=visit.technician.name,
        area=visit.area.name,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        window_begins_at=visit.window_begins_at,
        window_ends_at=visit.window_ends_at,
        booked_at=visit.booked_at,
        changed_at=visit.changed_at,
        by_customer=visit.by_customer,
    )
