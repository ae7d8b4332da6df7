"""What the bot may use of registered products: only those of a customer vouched for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.intake.state import Memory
from aftercare.ownership.cover import dates_of, repairs_of, rules_of
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Conversation
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.warranty import Dates, Repair


@dataclass(frozen=True)
class Piece:
    """A registered piece, as far as its warranty and recalls go."""

    serial: str | None
    dates: Dates | None
    repairs: tuple[Repair, ...]


def owned_by_talker(session: Session, conversation_id: str) -> list[dict[str, str]]:
    """The products of whom the website vouched for, for the memory of the bot; empty for others.

    `product`, and `bought` and `serial` where they are known.
    """
    return [
        {
            "product": owned.product_id,
            "bought": owned.bought_on.isoformat() if owned.bought_on else "",
            "serial": owned.serial or "",
        }
        for owned in _owned(session, conversation_id)
    ]


def piece_meant(
    session: Session, conversation_id: str, product: str, bought: date | None
) -> Piece | None:
    """The talker's piece of a product that was bought on a day, or the only one; None without."""
    pieces = [one for one in _owned(session, conversation_id) if one.product_id == product]
    if bought:
        pieces = [one for one in pieces if one.bought_on == bought]
    elif len(pieces) > 1:
        return None
    if not pieces:
        return None
    owned = pieces[0]
    repairs = repairs_of(session, owned, rules_of(owned.product))
    return Piece(owned.serial, dates_of(owned), tuple(repairs))


def day_for(memory: Memory, product: str) -> str | None:
    """When the product that is named now was bought: as registered, else as told before."""
    pieces = [one for one in memory.owned if one["product"] == product]
    if len(pieces) == 1 and pieces[0]["bought"]:
        return pieces[0]["bought"]
    of_others = {one["bought"] for one in memory.owned if one["product"] != product}
    return None if memory.bought in of_others else memory.bought


def _owned(session: Session, conversation_id: str) -> list[OwnedProduct]:
    """Without what anybody could have told who knows the customer's address."""
    return list(
        session.scalars(
            select(OwnedProduct)
            .join(Conversation, Conversation.customer_id == OwnedProduct.customer_id)
            .join(Product, Product.id == OwnedProduct.product_id)
            .where(
                Conversation.id == conversation_id,
                Conversation.identified,
                OwnedProduct.source != OwnedSource.INTAKE,
                OwnedProduct.retired_at.is_(None),
                Product.active,
            )
            .order_by(OwnedProduct.id)
        )
    )
