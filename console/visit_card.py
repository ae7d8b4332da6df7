"""What a ticket's page tells of its visit and of the parts that are kept for it."""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.tables.stock import ReservationStatus
from aftercare.tables.tickets import Ticket
from aftercare.visits import stock
from aftercare.visits.booking import booked_visit, is_visited
from aftercare.visits.words import show_visit
from console.access import Visit
from console.formats import english


@dataclass(frozen=True)
class VisitCard:
    """What the ticket's page tells; `when` is empty where no visit is booked."""

    when: str
    technician: str
    parts: tuple[tuple[str, str], ...]
    """What is kept or was used: words and status."""


def read_visit_card(visit: Visit, ticket: Ticket) -> VisitCard | None:
    """None for a ticket of a service without visits, and without any parts or visits."""
    session = visit.session
    booked = booked_visit(session, ticket)
    parts = tuple(
        (words, status)
        for _, words, status in part_lines(visit, ticket)
        if status != ReservationStatus.RELEASED
    )
    if booked is None and not parts and not is_visited(ticket):
        return None
    return VisitCard(
        show_visit(booked, "en") if booked else "", booked.technician.name if booked else "", parts
    )


def part_lines(visit: Visit, ticket: Ticket) -> list[tuple[int, str, str]]:
    """What is or was kept for the ticket: id, words and status."""
    found = stock.reservations_of(visit.session, ticket)
    names = stock.part_names(visit.session, [one.item for one in found])
    return [
        (one.id, f"{one.quantity} × {english(names[one.stock_item_id])}", one.status)
        for one in found
    ]
