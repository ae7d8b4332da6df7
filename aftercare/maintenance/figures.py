"""How maintenance goes, by product: how often told, booked, done and stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aftercare.tables.maintenance import DeedKind, MaintenanceDeed, MaintenancePlan
from aftercare.tables.ownership import OwnedProduct


@dataclass(frozen=True)
class Figures:
    """Of one product; a deed counts once, however many items it was about."""

    product_id: str
    told: int = 0
    told_by_staff: int = 0
    booked: int = 0
    done: int = 0
    stopped: int = 0


_COUNTED = (
    DeedKind.TOLD,
    DeedKind.TOLD_BY_STAFF,
    DeedKind.BOOKED,
    DeedKind.DONE,
    DeedKind.STOPPED,
)


def figures(session: Session, begin: datetime) -> list[Figures]:
    """What happened since a moment, the product that is told of most first."""
    rows = session.execute(
        select(OwnedProduct.product_id, MaintenanceDeed.kind, func.count())
        .join(MaintenancePlan, MaintenancePlan.id == MaintenanceDeed.plan_id)
        .join(OwnedProduct, OwnedProduct.id == MaintenancePlan.owned_product_id)
        .where(MaintenanceDeed.at >= begin, MaintenanceDeed.kind.in_(_COUNTED))
        .group_by(OwnedProduct.product_id, MaintenanceDeed.kind)
    )
    counted: dict[str, dict[str, int]] = {}
    for product, kind, count in rows:
        counted.setdefault(product, {})[kind] = count
    found = [Figures(product, **counts) for product, counts in counted.items()]
    return sorted(found, key=lambda one: (-one.told - one.told_by_staff, one.product_id))
