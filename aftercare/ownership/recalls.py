"""Products that are called back: which pieces are affected, by serial number or week of making."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from aftercare.catalogue.warranty_files import RecallFile
from aftercare.serials import Week, made_in
from aftercare.tables.ownership import OwnedProduct, Recall
from aftercare.tables.tickets import Ticket, is_open


def put_recalls(session: Session, recalls: Iterable[RecallFile]) -> None:
    """Make the table equal to the file; what left it stays for its tickets. Flushes nothing."""
    for row in session.scalars(select(Recall)):
        row.active = False
    for recall in recalls:
        session.merge(
            Recall(
                id=recall.id,
                product_id=recall.product,
                published_on=recall.published_on,
                serials=[[one.first, one.last] for one in recall.serials],
                made=[[one.first, one.last] for one in recall.made],
                hazard=recall.hazard.model_dump(),
                instructions=recall.instructions.model_dump(),
                active=True,
            )
        )


def recall_of(session: Session, product_id: str, serial: str | None) -> Recall | None:
    """The newest recall that a piece falls under; None for one without a serial number."""
    if not serial:
        return None
    recalls = session.scalars(
        select(Recall)
        .where(Recall.product_id == product_id, Recall.active)
        .order_by(Recall.published_on.desc(), Recall.id)
        .options(joinedload(Recall.product))
    )
    return next((one for one in recalls if is_affected(one, serial)), None)


def is_affected(recall: Recall, serial: str) -> bool:
    """Whether a normalised serial number falls into one of the recall's ranges."""
    if any(len(serial) == len(low) and low <= serial <= high for low, high in recall.serials):
        return True
    made = made_in(serial, recall.product.serial_pattern) if recall.made else None
    return made is not None and any(
        Week.read(low) <= made <= Week.read(high) for low, high in recall.made
    )


def affected_by(session: Session, recall: Recall) -> Iterator[OwnedProduct]:
    """The registered pieces that it is about and that are still in somebody's hands."""
    # Compared here: databases order letters and digits each in their own way.
    affected = [
        owned
        for owned, serial in session.execute(
            select(OwnedProduct.id, OwnedProduct.serial)
            .where(
                OwnedProduct.product_id == recall.product_id,
                OwnedProduct.serial.is_not(None),
                OwnedProduct.retired_at.is_(None),
            )
            .order_by(OwnedProduct.id)
        )
        if serial and is_affected(recall, serial)
    ]
    for begin in range(0, len(affected), 500):
        yield from session.scalars(
            select(OwnedProduct)
            .where(OwnedProduct.id.in_(affected[begin : begin + 500]))
            .order_by(OwnedProduct.id)
            .options(joinedload(OwnedProduct.customer))
        )


def open_tickets_of(session: Session, recall: Recall) -> list[str]:
    """Numbers of the open tickets that are marked with it, the oldest first."""
    return list(
        session.scalars(
            select(Ticket.number)
            .where(Ticket.recall_id == recall.id, is_open())
            .order_by(Ticket.id)
        )
    )
