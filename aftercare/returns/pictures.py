"""Pictures of goods that came back, as an inspection found them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.attachments.kept import Kept
from aftercare.attachments.on_tickets import put_on_ticket
from aftercare.returns.cases import check_move, hold_case
from aftercare.tables.attachments import FileUse
from aftercare.tables.returns import ReturnStatus
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket


def add_pictures(
    session: Session,
    ticket: Ticket,
    kept: Sequence[Kept],
    *,
    description: str,
    staff: Staff,
    now: datetime,
) -> None:
    """Put pictures of the goods' condition on file, as long as the inspection may be corrected.

    Raises NotFound for a ticket that is no return, and NotAllowed where the goods are not here, the
    return is settled, or its ticket is closed.
    """
    check_move(hold_case(session, ticket), ReturnStatus.INSPECTED)
    put_on_ticket(
        session,
        ticket,
        kept,
        used_for=FileUse.INSPECTION,
        description=description,
        staff=staff,
        now=now,
    )
