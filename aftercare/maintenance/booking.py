"""The intake that a reminder begins: what is known is filled in, only what is missing is asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import Record, ServiceView
from aftercare.intake.state import IntakeState, Memory
from aftercare.maintenance.plans import due_items, local_day, names_of, plan_of, standings_of
from aftercare.maintenance.reach import may_hear
from aftercare.tables.ownership import OwnedProduct
from aftercare.talk import Talk
from aftercare.tickets.customer_acts import own_tickets

#: What a customer tells of themselves, and need not tell again.
_OF_CUSTOMER = frozenset({"name", "email", "phone", "address", "contact"})


def fill_in(
    session: Session,
    state: IntakeState,
    service: ServiceView,
    owned_id: int,
    memory: Memory,
    talk: Talk,
    now: datetime,
) -> None:
    """Put on file what is due of a piece and what is known of its customer.

    Where nothing is missing the customer, who has just asked for it, need not confirm it.
    """
    owned = session.get(OwnedProduct, owned_id)
    if owned is None or not may_hear(session, talk.conversation_id, owned):
        return
    memory.product = owned.product_id
    plan = plan_of(session, owned.id)
    if plan is None:
        return
    due = due_items(plan, local_day(session, now))
    wanted = due or [one.key for one in standings_of(plan) if not one.stopped]
    known = {
        **_told_before(session, talk.conversation_id),
        **memory.known,
        "product": owned.product_id,
        "description": ", ".join(names_of(plan, wanted, talk.language)),
    }
    for record in service.records:
        value = _value(record, known)
        if value:
            state.records[record.field] = value
        elif not record.required:
            state.skipped.append(record.field)
    asked = [one.field for one in service.records if one.required]
    state.sure = all(field in state.records for field in asked)


def _value(record: Record, known: dict[str, str]) -> str:
    if record.kind == "contact":
        return known.get("contact") or known.get("email") or known.get("phone") or ""
    return known.get(record.kind, "")


def _told_before(session: Session, conversation_id: str) -> dict[str, str]:
    """What the conversation's own tickets have of the customer, by kind; the newest counts."""
    told: dict[str, str] = {}
    for ticket in own_tickets(session, conversation_id):
        kinds = {one.field: one.kind for one in ticket.service.records}
        for record in ticket.records:
            kind = kinds.get(record.field, "")
            if kind in _OF_CUSTOMER and record.value:
                told.setdefault(kind, record.value)
    return told
