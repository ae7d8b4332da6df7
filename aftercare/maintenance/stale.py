"""Marks plans that have to learn of something; aftercare/maintenance/watch.py makes them anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from aftercare.tables.ownership import OwnedProduct


def follow_product(session: Session, product_id: str) -> None:
    """The product's own plan has changed: those of its pieces follow by and by."""
    session.execute(
        update(OwnedProduct)
        .where(OwnedProduct.product_id == product_id)
        .values(plan_stale=True)
        .execution_options(synchronize_session=False)
    )


def follow_customers(session: Session, customers: Sequence[int]) -> None:
    """What these customers said of reminders has changed: their plans follow by and by."""
    session.execute(
        update(OwnedProduct)
        .where(OwnedProduct.customer_id.in_(customers))
        .values(plan_stale=True)
        .execution_options(synchronize_session=False)
    )
