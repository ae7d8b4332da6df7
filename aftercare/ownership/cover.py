"""How a registered piece is covered: its own days, and the time that it was here for repair."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.tables.catalogue import Product
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketEvent, TicketStatus
from aftercare.warranty import Coverage, Dates, Repair, Rules, coverage


def rules_of(product: Product) -> Rules:
    """The product's rules, as the catalogue has them."""
    return Rules.from_json(product.warranty or {}, product.warranty_months)


def dates_of(owned: OwnedProduct) -> Dates | None:
    """When its terms may begin; None where neither purchase nor delivery is known."""
    bought = owned.bought_on or owned.delivered_on
    return Dates(bought, owned.delivered_on, owned.installed_on) if bought else None


def coverage_of(
    session: Session, owned: OwnedProduct, today: date, part: str | None = None
) -> Coverage | None:
    """How a registered piece is covered; None where nobody knows when it was bought."""
    dates = dates_of(owned)
    if dates is None:
        return None
    rules = rules_of(owned.product)
    return coverage(rules, dates, today, repairs_of(session, owned, rules), part)


def repairs_of(
    session: Session, owned: OwnedProduct, rules: Rules, *, without: Collection[int] = ()
) -> list[Repair]:
    """The time that it spent with the desk by tickets of the services that extend a term.

    Days are those of UTC. Tickets that were merged into others or withdrawn count nothing.
    """
    services = {service for term in rules.terms for service in term.extended_by}
    if not services:
        return []
    tickets = list(
        session.execute(
            select(Ticket.id, Ticket.service_id, Ticket.created_at, Ticket.status).where(
                Ticket.owned_product_id == owned.id,
                Ticket.service_id.in_(services),
                Ticket.merged_into_id.is_(None),
                Ticket.id.not_in(without),
            )
        )
    )
    solved = dict(
        session.execute(
            select(TicketEvent.ticket_id, func.max(TicketEvent.at))
            .where(
                TicketEvent.ticket_id.in_([row.id for row in tickets]),
                TicketEvent.to_status == TicketStatus.RESOLVED,
            )
            .group_by(TicketEvent.ticket_id)
        ).all()
    )
    repairs = []
    for row in tickets:
        done = row.status in DONE_STATUSES
        if done and row.id not in solved:
            continue
        returned = solved[row.id].date() if done else None
        repairs.append(Repair(row.service_id, row.created_at.date(), returned))
    return repairs
