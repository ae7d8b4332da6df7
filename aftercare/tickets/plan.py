"""What a ticket's service asks of it: by the version of the plan that the ticket began with."""

from __future__ import annotations

from sqlalchemy.orm import Session, object_session

from aftercare.catalogue.service_files import ServiceFile
from aftercare.catalogue.services import records_of_plan
from aftercare.catalogue.versions import plan_of_ticket
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.tickets import Ticket
from aftercare.tickets.moves import Moves, read_life


def fields_of(ticket: Ticket) -> list[ServiceRecord]:
    """The records that the ticket's service knows, in the order of its questions."""
    found = _past_plan(ticket)
    return records_of_plan(*found) if found else ticket.service.records


def moves_of(ticket: Ticket) -> Moves:
    """For each status those to which the ticket may go."""
    found = _past_plan(ticket)
    return read_life(found[1].life if found else ticket.service.life)


def _past_plan(ticket: Ticket) -> tuple[Session, ServiceFile] | None:
    """The session and the plan where that is not the one in force."""
    session = object_session(ticket)
    if session is None or ticket.service_version == ticket.service.version:
        return None
    plan = plan_of_ticket(session, ticket)
    return (session, plan) if plan else None
