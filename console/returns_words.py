"""What staff read of returns: names of what stands in the tables, and lines of the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.returns.cases import REASON, RETURN_SERVICE
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.returns import Condition, Disposition, Outcome, ReturnStatus
from console.formats import english, plain_name

STATUSES: Mapping[str, str] = {
    ReturnStatus.REQUESTED: "Requested",
    ReturnStatus.AUTHORISED: "Authorised, on its way",
    ReturnStatus.REFUSED: "Refused",
    ReturnStatus.EXPIRED: "Expired, nothing came",
    ReturnStatus.WITHDRAWN: "Withdrawn",
    ReturnStatus.RECEIVED: "Received, to be inspected",
    ReturnStatus.INSPECTED: "Inspected, to be decided",
    ReturnStatus.SETTLED: "Settled",
}
PROPOSED_STATUS = "Waits for a manager"
#: How they are marked: as tickets are that need as much.
MARKS: Mapping[str, str] = {
    ReturnStatus.REQUESTED: "new",
    ReturnStatus.AUTHORISED: "waiting",
    ReturnStatus.REFUSED: "closed",
    ReturnStatus.EXPIRED: "due-soon",
    ReturnStatus.WITHDRAWN: "closed",
    ReturnStatus.RECEIVED: "in-progress",
    ReturnStatus.INSPECTED: "in-progress",
    ReturnStatus.SETTLED: "resolved",
}

OUTCOMES: Mapping[str, str] = {
    Outcome.REPAIR: "Repair it and send it back",
    Outcome.REPLACE: "Replace it with a new one",
    Outcome.REFUND: "Refund the money",
    Outcome.REFUSE: "Refuse: no fault found, or not ours",
    Outcome.SCRAP: "Scrap it, without anything in return",
}
DISPOSITIONS: Mapping[str, str] = {
    Disposition.BACK_TO_CUSTOMER: "Back to the customer",
    Disposition.RESTOCK: "Into stock as new",
    Disposition.REFURBISH: "Refurbish and sell as such",
    Disposition.SPARE_PARTS: "Use for spare parts",
    Disposition.SUPPLIER: "Back to the supplier",
    Disposition.SCRAP: "Scrap",
}
CONDITIONS: Mapping[str, str] = {
    Condition.UNOPENED: "Unopened",
    Condition.AS_NEW: "Opened, as new",
    Condition.USED: "Used",
    Condition.DAMAGED: "Damaged",
    Condition.INCOMPLETE: "Incomplete",
}

#: Completes the sentence of a ticket's history that begins with who did it.
HISTORY: Mapping[str, str] = {
    "return_authorised": "authorised the return",
    "return_refused": "refused the return",
    "return_expired": "noticed that the return has not come in time",
    "return_withdrawn": "ended the return, because the ticket was closed",
    "return_received": "received the returned goods",
    "return_inspected": "inspected the returned goods",
    "return_proposed": "proposed to a manager how to settle the return",
    "return_settled": "settled the return",
}


def reason_names(session: Session) -> dict[str, str]:
    """The reasons of the service, by what stands on file."""
    field = session.scalar(
        select(ServiceRecord).where(
            ServiceRecord.service_id == RETURN_SERVICE, ServiceRecord.field == REASON
        )
    )
    return {choice["id"]: english(choice["name"]) for choice in (field.choices if field else ())}


def reason_name(names: Mapping[str, str], reason: str) -> str:
    """A reason in words, also one that left the service; what is not known is said."""
    return names.get(reason) or plain_name(reason) or "Not told"


def options(names: Mapping[str, str], of: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Values and names for a picker, in their order; with `of` only those."""
    kept = set(names if of is None else of)
    return [(str(value), name) for value, name in names.items() if value in kept]
