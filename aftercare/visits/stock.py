"""The stock of parts: counted, received, kept for tickets and used; never more than is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed, NotFound
from aftercare.tables.catalogue import Part
from aftercare.tables.stock import (
    MovementKind,
    PartReservation,
    ReservationStatus,
    StockItem,
    StockMovement,
)
from aftercare.tables.tickets import Ticket
from aftercare.tickets.life import Actor, record

LARGEST_QUANTITY = 1_000_000


class NotEnough(NotAllowed):
    """Fewer parts are free than were asked for; `free` of them are."""

    def __init__(self, part: str, free: int) -> None:
        super().__init__(f"only {free} of {part} are free")
        self.free = free


def find_item(session: Session, item_id: int) -> StockItem:
    """Raises NotFound."""
    item = session.get(StockItem, item_id)
    if item is None:
        raise NotFound(f"no stock item {item_id}")
    return item


def part_names(session: Session, items: list[StockItem]) -> dict[int, dict[str, str]]:
    """The catalogue's names of the parts, by id of the stock item; a lost part keeps its key."""
    rows = session.scalars(
        select(Part).where(Part.product_id.in_({item.product_id for item in items}))
    )
    names = {(part.product_id, part.key): part.name for part in rows}
    return {item.id: names.get((item.product_id, item.part), {"en": item.part}) for item in items}


def stock_of_product(session: Session, product_id: str) -> list[StockItem]:
    return list(
        session.scalars(
            select(StockItem).where(StockItem.product_id == product_id).order_by(StockItem.part)
        )
    )


def begin_stock(session: Session, product_id: str, part: str) -> StockItem:
    """The stock item of a part of the catalogue, empty where it is new. Raises NotFound."""
    known = session.scalar(select(Part).where(Part.product_id == product_id, Part.key == part))
    if known is None:
        raise NotFound(f"the catalogue has no part {product_id}/{part}")
    item = session.scalar(
        select(StockItem).where(StockItem.product_id == product_id, StockItem.part == part)
    )
    if item is None:
        item = StockItem(product_id=product_id, part=part, on_hand=0, reserved=0)
        session.add(item)
        session.flush()
    return item


def receive(
    session: Session, item: StockItem, quantity: int, *, by: Actor, now: datetime, note: str = ""
) -> None:
    """Put parts that came in on stock. Raises NotAllowed for fewer than one."""
    _check_quantity(quantity)
    session.execute(
        update(StockItem)
        .where(StockItem.id == item.id)
        .values(on_hand=StockItem.on_hand + quantity)
    )
    _note_movement(session, item, MovementKind.RECEIVED, quantity, by, now, note)


def count(
    session: Session, item: StockItem, on_hand: int, *, by: Actor, now: datetime, note: str = ""
) -> None:
    """Set the stock to what was counted. Raises NotAllowed for fewer than are kept for tickets."""
    if not 0 <= on_hand <= LARGEST_QUANTITY:
        raise NotAllowed(f"{on_hand} is no number of parts")
    session.refresh(item, with_for_update=True)
    before = item.on_hand
    if on_hand < item.reserved:
        raise NotAllowed(f"{item.reserved} of {item.part} are kept for tickets")
    item.on_hand = on_hand
    session.flush()
    _note_movement(session, item, MovementKind.COUNTED, on_hand - before, by, now, note)


def reserve(
    session: Session, ticket: Ticket, item: StockItem, quantity: int, *, by: Actor, now: datetime
) -> PartReservation:
    """Keep parts for a ticket. Raises NotEnough where somebody was faster, NotAllowed."""
    _check_quantity(quantity)
    taken = session.execute(
        update(StockItem)
        .where(StockItem.id == item.id, StockItem.on_hand - StockItem.reserved >= quantity)
        .values(reserved=StockItem.reserved + quantity)
        .execution_options(synchronize_session=False)
    )
    session.refresh(item)
    if not cast(CursorResult[Any], taken).rowcount:
        raise NotEnough(item.part, item.free)
    reservation = PartReservation(
        ticket_id=ticket.id,
        stock_item_id=item.id,
        quantity=quantity,
        status=ReservationStatus.RESERVED,
        at=now,
    )
    session.add(reservation)
    session.flush()
    _tell(session, ticket, "part_reserved", reservation, by, now)
    return reservation


def use(session: Session, reservation: PartReservation, *, by: Actor, now: datetime) -> None:
    """Take what is kept for a ticket out of the stock. Raises NotAllowed where it is not kept."""
    _settle(session, reservation, ReservationStatus.USED, now)
    quantity = reservation.quantity
    session.execute(
        update(StockItem)
        .where(StockItem.id == reservation.stock_item_id)
        .values(
            on_hand=StockItem.on_hand - quantity,
            reserved=StockItem.reserved - quantity,
        )
        .execution_options(synchronize_session=False)
    )
    note = reservation.ticket.number
    _note_movement(session, reservation.item, MovementKind.USED, -quantity, by, now, note)
    _tell(session, reservation.ticket, "part_used", reservation, by, now)


def release(session: Session, reservation: PartReservation, *, by: Actor, now: datetime) -> None:
    """Give back what is kept for a ticket. Raises NotAllowed where it is not kept any more."""
    _settle(session, reservation, ReservationStatus.RELEASED, now)
    session.execute(
        update(StockItem)
        .where(StockItem.id == reservation.stock_item_id)
        .values(reserved=StockItem.reserved - reservation.quantity)
        .execution_options(synchronize_session=False)
    )
    session.refresh(reservation.item)
    _tell(session, reservation.ticket, "part_released", reservation, by, now)


def reservations_of(session: Session, ticket: Ticket) -> list[PartReservation]:
    return list(
        session.scalars(
            select(PartReservation)
            .where(PartReservation.ticket_id == ticket.id)
            .order_by(PartReservation.id)
        )
    )


def _settle(
    session: Session, reservation: PartReservation, status: ReservationStatus, now: datetime
) -> None:
    """Two who settle the same reservation at once: one of them does."""
    settled = session.execute(
        update(PartReservation)
        .where(
            PartReservation.id == reservation.id,
            PartReservation.status == ReservationStatus.RESERVED,
        )
        .values(status=status, at=now)
        .execution_options(synchronize_session=False)
    )
    if not cast(CursorResult[Any], settled).rowcount:
        raise NotAllowed("the parts are not kept for the ticket any more")
    session.refresh(reservation)


def _check_quantity(quantity: int) -> None:
    if not 0 < quantity <= LARGEST_QUANTITY:
        raise NotAllowed(f"{quantity} is no number of parts")


def _note_movement(
    session: Session,
    item: StockItem,
    kind: MovementKind,
    change: int,
    by: Actor,
    now: datetime,
    note: str,
) -> None:
    session.refresh(item)
    session.add(
        StockMovement(
            stock_item_id=item.id,
            at=now,
            kind=kind,
            change=change,
            on_hand=item.on_hand,
            actor=by.name,
            note=note,
        )
    )
    session.flush()


def _tell(
    session: Session,
    ticket: Ticket,
    kind: str,
    reservation: PartReservation,
    by: Actor,
    now: datetime,
) -> None:
    name = part_names(session, [reservation.item])[reservation.stock_item_id]
    words = name.get("en") or reservation.item.part
    record(session, ticket, kind, by=by, now=now, note=f"{reservation.quantity} × {words}")
