"""What customers own, in the hands of the privacy tools: handed out, removed, kept for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from aftercare.maintenance.personal import remove_plans
from aftercare.privacy.people import Person
from aftercare.tables.attachments import Attachment
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent
from aftercare.tables.tickets import Ticket

_STAFF = "staff"


def owned_products(session: Session, person: Person) -> list[dict[str, Any]]:
    """What the person owns as readable values, with the history of it."""
    if person.customer_id is None:
        return []
    found = session.scalars(
        select(OwnedProduct)
        .where(OwnedProduct.customer_id == person.customer_id)
        .order_by(OwnedProduct.id)
        .options(selectinload(OwnedProduct.events))
    )
    return [
        {
            "product": owned.product_id,
            "serial_number": owned.serial,
            "bought_on": _written(owned.bought_on),
            "delivered_on": _written(owned.delivered_on),
            "installed_on": _written(owned.installed_on),
            "seller": owned.seller,
            "order_number": owned.order_number,
            "known_by": owned.source,
            "proof_seen_at": _written(owned.proved_at),
            "registered_at": _written(owned.registered_at),
            "no_longer_yours_since": _written(owned.retired_at),
            "history": [
                {
                    "at": _written(event.at),
                    "what": event.kind,
                    "by": _STAFF if event.staff_id is not None else event.actor,
                    "changes": event.changes,
                }
                for event in owned.events
            ],
        }
        for owned in found
    ]


def remove_owned(session: Session, customers: Sequence[int]) -> int:
    """Delete what these customers own; how many pieces there were."""
    pieces = list(
        session.scalars(select(OwnedProduct.id).where(OwnedProduct.customer_id.in_(customers)))
    )
    remove_pieces(session, pieces)
    return len(pieces)


def remove_pieces(session: Session, pieces: Sequence[int]) -> None:
    """Delete these pieces with their history and plans; tickets name them no longer."""
    remove_plans(session, pieces)
    session.execute(
        update(Ticket).where(Ticket.owned_product_id.in_(pieces)).values(owned_product_id=None)
    )
    session.execute(delete(OwnedProductEvent).where(OwnedProductEvent.owned_product_id.in_(pieces)))
    session.execute(delete(OwnedProduct).where(OwnedProduct.id.in_(pieces)))


def forget_proofs(session: Session, conversations: Sequence[str]) -> None:
    """The files of these conversations go; that they were seen as proof stays."""
    files = select(Attachment.id).where(Attachment.conversation_id.in_(conversations))
    session.execute(
        update(OwnedProduct).where(OwnedProduct.proof_id.in_(files)).values(proof_id=None)
    )


def _written(moment: Any) -> str | None:
    if moment is None:
        return None
    return str(moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment)
