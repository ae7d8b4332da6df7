"""Opens the ticket that takes up a closed one again after the time for reopening it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.tables.tickets import Ticket, TicketStatus, is_open
from aftercare.tickets.history import Actor, EventKind, record
from aftercare.tickets.opening import NewTicket, open_ticket


def open_following(
    session: Session, ticket: Ticket, *, description: str, by: Actor, now: datetime
) -> Ticket:
    """A new ticket of the same customer, product and service, linked with the closed one.

    Records that are the ticket's own stay with it; they can be filled in where they still hold. The
    closed ticket must be held. Raises NotAllowed for one that is not closed, was merged, or has a
    following ticket that is still open.
    """
    if ticket.status != TicketStatus.CLOSED or ticket.merged_into_id is not None:
        raise NotAllowed(f"ticket {ticket.number} is not closed by itself")
    if follower := open_follower(session, ticket):
        raise NotAllowed(f"ticket {follower.number} follows {ticket.number} already")
    before = select(func.count()).select_from(Ticket).where(Ticket.follows_id == ticket.id)
    count = session.scalar(before) or 0
    customer = ticket.customer
    following = open_ticket(
        session,
        NewTicket(
            intake_key=f"follows-{ticket.number}-{count + 1}",
            service_id=ticket.service_id,
            conversation_id=None,
            channel=ticket.channel,
            language=ticket.language,
            description=description,
            product_id=ticket.product_id,
            customer_id=customer.id if customer else None,
            opened_by=by.name,
            staff_id=by.staff_id,
        ),
        now,
    )
    following.follows_id = ticket.id
    record(session, following, EventKind.FOLLOWS, by=by, now=now, about=ticket.number)
    record(session, ticket, EventKind.FOLLOWED, by=by, now=now, about=following.number)
    return following


def open_follower(session: Session, ticket: Ticket) -> Ticket | None:
    """The open ticket that follows this one."""
    return session.scalar(
        select(Ticket).where(Ticket.follows_id == ticket.id, is_open()).order_by(Ticket.id).limit(1)
    )
