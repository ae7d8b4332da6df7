"""What tickets do to plans: one that is opened sees to what is due, one that is done has done it.

The service is the one whose sign is a day on which maintenance is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from aftercare.intake.words import main_words, words_of
from aftercare.maintenance.deeds import mark_done, note_booked, take_back
from aftercare.maintenance.plans import due_items, hold_plan, local_day, refresh
from aftercare.maintenance.reach import may_hear
from aftercare.tables.catalogue import MaintenanceTask
from aftercare.tables.maintenance import DeedKind, MaintenanceDeed, MaintenancePlan
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketStatus
from aftercare.tables.visits import Visit, VisitStatus
from aftercare.tickets.history import DESK, Actor, EventKind

SIGN = "maintenance_due"


def note_opened(session: Session, ticket: Ticket, now: datetime) -> None:
    """The ticket sees to what it names of its piece's plan, or else to all that is due of it."""
    if not _sees_to_maintenance(ticket) or ticket.customer_id is None:
        return
    owned_id = ticket.owned_product_id or _piece_of(session, ticket)
    plan = hold_plan(session, owned_id, now) if owned_id else None
    if plan is None or plan.ticket_id is not None:
        return
    # That a ticket is about a piece lets its conversation hear of it: nobody gets in by an address.
    chat = ticket.conversation_id
    if ticket.owned_product_id is None and (not chat or may_hear(session, chat, plan.owned)):
        ticket.owned_product_id = plan.owned_product_id
    keys = named_in(ticket.description, plan.owned.product.maintenance)
    by = Actor((ticket.customer.name if ticket.customer else "") or "customer")
    note_booked(
        session,
        plan,
        keys or due_items(plan, local_day(session, now)),
        ticket_id=ticket.id,
        by=by,
        now=now,
    )


def follow_ticket(
    session: Session,
    ticket: Ticket,
    kind: str,
    statuses: tuple[TicketStatus, TicketStatus],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Let its plans follow a move that the ticket has made, from one status to another."""
    if not _sees_to_maintenance(ticket):
        return
    for owned_id in _pieces_seen_to(session, ticket):
        plan = hold_plan(session, owned_id, now)
        if plan is not None:
            _follow(session, plan, ticket, kind, statuses, by=by, now=now)


def _follow(
    session: Session,
    plan: MaintenancePlan,
    ticket: Ticket,
    kind: str,
    statuses: tuple[TicketStatus, TicketStatus],
    *,
    by: Actor,
    now: datetime,
) -> None:
    before, to = statuses
    if kind == EventKind.MERGED and plan.ticket_id == ticket.id:
        _hand_over(session, plan, ticket, now)
    elif to in DONE_STATUSES and plan.ticket_id == ticket.id:
        plan.ticket_id = None
        keys = _booked(session, plan, ticket) or due_items(plan, local_day(session, now))
        if kind == EventKind.STATUS and (keys := _still_there(plan, keys)):
            mark_done(
                session,
                plan,
                keys,
                day=_day_of_work(session, ticket, now),
                by=DESK if by.staff_id is None else by,
                now=now,
                ticket_id=ticket.id,
            )
        refresh(session, plan, local_day(session, now))
    elif before in DONE_STATUSES and to not in DONE_STATUSES and plan.ticket_id is None:
        plan.ticket_id = ticket.id
        take_back(session, plan, ticket.id, now)


def named_in(text: str, tasks: Iterable[MaintenanceTask]) -> list[str]:
    """The keys of the items whose name stands in a text, in any language."""
    spoken = set(words_of(text))
    return [
        task.key
        for task in tasks
        if any(
            (words := main_words(name)) and spoken.issuperset(words) for name in task.name.values()
        )
    ]


def _sees_to_maintenance(ticket: Ticket) -> bool:
    return SIGN in ticket.service.signs and ticket.product_id is not None


def _piece_of(session: Session, ticket: Ticket) -> int | None:
    """The customer's piece of the product; of several the one that is due first."""
    return session.scalar(
        select(OwnedProduct.id)
        .outerjoin(MaintenancePlan, MaintenancePlan.owned_product_id == OwnedProduct.id)
        .where(
            OwnedProduct.customer_id == ticket.customer_id,
            OwnedProduct.product_id == ticket.product_id,
            OwnedProduct.retired_at.is_(None),
        )
        .order_by(MaintenancePlan.due_on.is_(None), MaintenancePlan.due_on, OwnedProduct.id)
        .limit(1)
    )


def _pieces_seen_to(session: Session, ticket: Ticket) -> Sequence[int]:
    """The pieces whose plans the ticket sees to, or saw to before it was done.

    They are several where another ticket was merged into it. In the order in which they are held.
    """
    booked = select(MaintenanceDeed.plan_id).where(
        MaintenanceDeed.ticket_id == ticket.id, MaintenanceDeed.kind == DeedKind.BOOKED
    )
    return session.scalars(
        select(MaintenancePlan.owned_product_id)
        .where(MaintenancePlan.id.in_(booked))
        .order_by(MaintenancePlan.owned_product_id)
    ).all()


def _booked(session: Session, plan: MaintenancePlan, ticket: Ticket) -> list[str]:
    deed = session.scalar(
        select(MaintenanceDeed)
        .where(
            MaintenanceDeed.plan_id == plan.id,
            MaintenanceDeed.ticket_id == ticket.id,
            MaintenanceDeed.kind == DeedKind.BOOKED,
        )
        .order_by(MaintenanceDeed.id.desc())
        .limit(1)
    )
    return deed.items if deed else []


def _still_there(plan: MaintenancePlan, keys: list[str]) -> list[str]:
    """Without what the product's plan has lost since."""
    present = {item.task_key for item in plan.items if item.active}
    return [key for key in keys if key in present]


def _day_of_work(session: Session, ticket: Ticket, now: datetime) -> date:
    """The day of the visit that was made, else today."""
    begun = session.scalar(
        select(func.max(Visit.starts_at)).where(
            Visit.ticket_id == ticket.id, Visit.status == VisitStatus.DONE
        )
    )
    return min(local_day(session, begun or now), local_day(session, now))


def _hand_over(session: Session, plan: MaintenancePlan, ticket: Ticket, now: datetime) -> None:
    """The double's work goes on with the ticket that took it in."""
    into = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
    plan.ticket_id = into.id if into and into.status not in DONE_STATUSES else None
    session.execute(
        update(MaintenanceDeed)
        .where(MaintenanceDeed.plan_id == plan.id, MaintenanceDeed.ticket_id == ticket.id)
        .values(ticket_id=ticket.merged_into_id)
        .execution_options(synchronize_session="fetch")
    )
    refresh(session, plan, local_day(session, now))
