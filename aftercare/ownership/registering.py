"""Keeps which customer owns which product: registered once, corrected and retired with history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.serials import is_verified, normalise
from aftercare.tables.attachments import Attachment
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.ownership import OwnedProduct, OwnedProductEvent, OwnedSource
from aftercare.tickets.history import Actor

#: Kinds of lines in the history.
REGISTERED, CHANGED, RETIRED, RETURNED, PROVED = (
    "registered",
    "changed",
    "retired",
    "returned",
    "proved",
)
#: The order in which a customer's pieces of a product are looked through: present ones first.
PIECES_ORDER = (OwnedProduct.retired_at.is_not(None), OwnedProduct.id)
_LONGEST = {"serial": 60, "seller": 200, "order_number": 60}


class SerialTaken(NotAllowed):
    """Another piece of the customer has this serial number."""


@dataclass(frozen=True)
class Particulars:
    """What is known of one piece; days that are not known are None, texts empty."""

    serial: str = ""
    bought_on: date | None = None
    delivered_on: date | None = None
    installed_on: date | None = None
    seller: str = ""
    order_number: str = ""


def register(
    session: Session,
    customer: Customer,
    product: Product,
    told: Particulars,
    *,
    source: OwnedSource,
    by: Actor,
    now: datetime,
    heard: Collection[int] = (),
) -> OwnedProduct:
    """The customer's piece of the product, added where it is not registered yet.

    The same serial number, or else the same day of purchase, is the same piece. What is on file of
    it stays; what is missing is filled in. Who only knows the customer's address has to name the
    piece; it is guessed only among those of `heard`, of which they have spoken already. Raises
    NotAllowed for days that cannot be.
    """
    told = _checked(told, now)
    # Held, so that two tickets at the same time register it once.
    session.execute(select(Customer.id).where(Customer.id == customer.id).with_for_update())
    pieces = pieces_of(session, customer.id, product.id)
    if source is OwnedSource.INTAKE:
        owned = named_piece(pieces, told) or same_piece([p for p in pieces if p.id in heard], told)
    else:
        owned = same_piece(pieces, told)
    if owned is None:
        owned = new_piece(customer.id, product, told, source=source, by=by, now=now)
        session.add(owned)
    elif source is not OwnedSource.INTAKE or owned.source == source:
        if contradicts(told, owned):
            raise NotAllowed("it would be delivered or installed before it was bought")
        # Who only knows the customer's address adds nothing to what the customer or staff told.
        complete(owned, product, told, by=by, now=now)
        if source is OwnedSource.SIGNED_IN and owned.source == OwnedSource.INTAKE:
            owned.source = source  # now the customer has said so
    session.flush()
    return owned


def same_piece(pieces: Sequence[OwnedProduct], told: Particulars) -> OwnedProduct | None:
    """Which of a customer's pieces of one product is told of; None where it is another one.

    `pieces` are in PIECES_ORDER.
    """
    if told.serial:
        for owned in pieces:
            if owned.serial == told.serial:
                return owned
        pieces = [owned for owned in pieces if owned.serial is None]
    known = [owned for owned in pieces if owned.retired_at is None]
    if told.bought_on is None:
        return known[0] if len(known) == 1 else None
    for owned in known:
        if owned.bought_on == told.bought_on:
            return owned
    return next((owned for owned in known if owned.bought_on is None), None)


def named_piece(pieces: Sequence[OwnedProduct], told: Particulars) -> OwnedProduct | None:
    """The piece on file with the serial number, or else the day of purchase, that is told."""
    if told.serial:
        for owned in pieces:
            if owned.serial == told.serial:
                return owned
        pieces = [owned for owned in pieces if owned.serial is None]
    if told.bought_on is None:
        return None
    known = (owned for owned in pieces if owned.retired_at is None)
    return next((owned for owned in known if owned.bought_on == told.bought_on), None)


def contradicts(told: Particulars, owned: OwnedProduct) -> bool:
    """Whether the piece would be delivered or installed before it was bought, once completed."""
    bought = owned.bought_on or told.bought_on
    later = (owned.delivered_on or told.delivered_on, owned.installed_on or told.installed_on)
    return bought is not None and any(day is not None and day < bought for day in later)


def new_piece(
    customer_id: int,
    product: Product,
    told: Particulars,
    *,
    source: OwnedSource,
    by: Actor,
    now: datetime,
) -> OwnedProduct:
    """A piece that is not registered yet, with the first line of its history."""
    owned = OwnedProduct(
        customer_id=customer_id,
        product_id=product.id,
        source=source,
        registered_at=now,
        updated_at=now,
    )
    _put(owned, product, told)
    owned.events.append(_event(REGISTERED, by, now))
    return owned


def complete(
    owned: OwnedProduct, product: Product, told: Particulars, *, by: Actor, now: datetime
) -> None:
    """Fill in what is missing; what is on file stays."""
    missing = {f.name: getattr(told, f.name) for f in fields(told) if not _of(owned, f.name)}
    before = _values(owned)
    _put(owned, product, Particulars(**{**particulars_of(owned), **missing}))
    _note_changes(owned, before, by, now)


def correct(
    session: Session,
    owned: OwnedProduct,
    told: Particulars,
    *,
    by: Actor,
    now: datetime,
    source: OwnedSource = OwnedSource.CONSOLE,
) -> None:
    """Put what staff or another system know in place of what is on file; empty values take it out.

    Raises NotAllowed for days that cannot be, SerialTaken for the number of another piece.
    """
    told = _checked(told, now)
    if told.serial:
        other = session.scalar(
            select(OwnedProduct.id).where(
                OwnedProduct.customer_id == owned.customer_id,
                OwnedProduct.product_id == owned.product_id,
                OwnedProduct.serial == told.serial,
                OwnedProduct.id != owned.id,
            )
        )
        if other:
            raise SerialTaken("the customer has this serial number already")
    before = _values(owned)
    _put(owned, session.get_one(Product, owned.product_id), told)
    _note_changes(owned, before, by, now)
    owned.source = source
    session.flush()


def retire(session: Session, owned: OwnedProduct, *, by: Actor, now: datetime) -> None:
    """The customer has it no longer: sold, given away or scrapped."""
    if owned.retired_at is None:
        owned.retired_at = now
        owned.plan_stale = True
        owned.events.append(_event(RETIRED, by, now))
        session.flush()


def take_back(session: Session, owned: OwnedProduct, *, by: Actor, now: datetime) -> None:
    """It was retired by mistake."""
    if owned.retired_at is not None:
        owned.retired_at = None
        owned.plan_stale = True
        owned.events.append(_event(RETURNED, by, now))
        session.flush()


def prove(
    session: Session, owned: OwnedProduct, file: Attachment, *, by: Actor, now: datetime
) -> None:
    """Staff saw a file that proves the purchase."""
    if owned.proof_id == file.id:
        return
    owned.proved_at, owned.proof_id = now, file.id
    owned.events.append(_event(PROVED, by, now, {"proof": [None, file.name]}))
    session.flush()


def _checked(told: Particulars, now: datetime) -> Particulars:
    """The particulars in the form in which they are kept. Raises NotAllowed."""
    cleaned = {name: getattr(told, name).strip()[:most] for name, most in _LONGEST.items()}
    cleaned["serial"] = normalise(cleaned["serial"])
    days = (told.bought_on, told.delivered_on, told.installed_on)
    # A day of delivery may be agreed; the purchase is over everywhere on earth by tomorrow.
    if told.bought_on and (told.bought_on - now.date()).days > 1:
        raise NotAllowed("the day of purchase is to come")
    if any(day and not 1950 <= day.year <= 2200 for day in days):
        raise NotAllowed("there is a mistake in the year")
    if told.bought_on and any(day and day < told.bought_on for day in days):
        raise NotAllowed("it was delivered or installed before it was bought")
    return Particulars(
        bought_on=told.bought_on,
        delivered_on=told.delivered_on,
        installed_on=told.installed_on,
        **cleaned,
    )


def pieces_of(session: Session, customer_id: int, product_id: str) -> list[OwnedProduct]:
    """A customer's pieces of a product, in PIECES_ORDER."""
    return list(
        session.scalars(
            select(OwnedProduct)
            .where(OwnedProduct.customer_id == customer_id, OwnedProduct.product_id == product_id)
            .order_by(*PIECES_ORDER)
        )
    )


def _put(owned: OwnedProduct, product: Product, told: Particulars) -> None:
    owned.serial = told.serial or None
    owned.serial_verified = bool(told.serial) and is_verified(
        told.serial, product.serial_pattern, product.serial_check
    )
    owned.bought_on = told.bought_on
    owned.delivered_on = told.delivered_on
    owned.installed_on = told.installed_on
    owned.seller = told.seller
    owned.order_number = told.order_number


def _of(owned: OwnedProduct, name: str) -> Any:
    return getattr(owned, name)


def particulars_of(owned: OwnedProduct) -> dict[str, Any]:
    """What is on file of a piece, by the names of Particulars."""
    return {f.name: _of(owned, f.name) or f.default for f in fields(Particulars)}


def _values(owned: OwnedProduct) -> dict[str, str | None]:
    told = particulars_of(owned)
    return {name: str(value) if value else None for name, value in told.items()}


def _note_changes(
    owned: OwnedProduct, before: Mapping[str, str | None], by: Actor, now: datetime
) -> None:
    after = _values(owned)
    changes = {name: [old, after[name]] for name, old in before.items() if old != after[name]}
    if changes:
        owned.events.append(_event(CHANGED, by, now, changes))
        owned.updated_at = now
        owned.plan_stale = True


def _event(
    kind: str, by: Actor, now: datetime, changes: dict[str, list[str | None]] | None = None
) -> OwnedProductEvent:
    return OwnedProductEvent(
        at=now, kind=kind, staff_id=by.staff_id, actor=by.name, changes=changes or {}
    )
