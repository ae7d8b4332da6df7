"""The return of a ticket as staff read it, on its own page and in short on the ticket's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from aftercare.attachments.on_tickets import put_by_staff
from aftercare.catalogue.files import read_company
from aftercare.returns.cases import MOVES, REASON, case_of
from aftercare.returns.deciding import is_proposed, may_refund
from aftercare.returns.files import ReturnsFile
from aftercare.returns.refunds import Paid, Withdrawal, paid_for, serial_told, withdrawal_of
from aftercare.tables.attachments import FileUse
from aftercare.tables.returns import ReturnCase, ReturnStatus
from aftercare.tables.tickets import DONE_STATUSES, Ticket
from aftercare.tickets.completeness import held_values
from console.access import Visit
from console.desk import Desk
from console.formats import english
from console.returns_words import MARKS, PROPOSED_STATUS, STATUSES, reason_name, reason_names
from console.transcript import FileLine, file_line

#: Why somebody returns goods that have nothing wrong.
_CHANGED_MIND = "changed_mind"


@dataclass(frozen=True)
class ReturnCard:
    """What the ticket's page tells, and the one act that comes next."""

    status: str
    mark: str
    rma: str
    send_by: date | None
    next: str
    """authorise, receive, inspect, decide, approve or nothing."""


@dataclass(frozen=True)
class ReturnView:
    """All of a return; amounts in minor units."""

    number: str
    service: str
    product: str
    customer: str
    chats: bool
    ticket_done: bool
    status: str
    status_name: str
    mark: str
    acts: frozenset[str]
    """What may be done now: authorise, refuse, receive, inspect, decide, approve."""
    rma: str
    reason: str
    withdraws: bool
    """Whether the customer simply changed their mind, so that the days of withdrawal count."""
    withdrawal: Withdrawal | None
    withdrawal_days: int
    description: str
    language: str
    requested_at: datetime
    send_by: date | None
    expires_on: date | None
    received_at: datetime | None
    serial_told: str
    serial_found: str
    condition: str
    fault_found: bool | None
    findings: str
    outcome: str
    disposition: str
    paid: Paid | None
    refund_minor: int | None
    deduction_minor: int
    deduction_reason: str
    currency: str
    told: str
    pictures: tuple[FileLine, ...]
    """Of the goods, as they came."""
    terms: bool
    """Whether company.yml says where goods go."""
    limit: int
    may_approve: bool
    """Whether this person settles refunds above the limit."""

    @property
    def serials_differ(self) -> bool:
        """Whether another piece came than the one that is on file."""
        return bool(self.serial_told and self.serial_found) and (
            self.serial_told != self.serial_found
        )


def read_return_card(visit: Visit, ticket: Ticket) -> ReturnCard | None:
    """None for a ticket that is no return."""
    case = case_of(visit.session, ticket)
    if case is None:
        return None
    acts = acts_of(visit, ticket, case)
    order = ("approve", "decide", "inspect", "receive", "authorise")
    return ReturnCard(
        status=status_name(case),
        mark=MARKS[case.status],
        rma=case.rma or "",
        send_by=case.send_by if case.status == ReturnStatus.AUTHORISED else None,
        next=next((act for act in order if act in acts), ""),
    )


def read_return(visit: Visit, ticket: Ticket, case: ReturnCase) -> ReturnView:
    terms = terms_of(visit.desk)
    reason = held_values(ticket).get(REASON, "")
    asked_on = case.requested_at.astimezone(visit.desk.zone).date()
    days = terms.withdrawal_days if terms else 0
    customer = ticket.customer
    return ReturnView(
        number=ticket.number,
        service=english(ticket.service.name),
        product=f"{english(ticket.product.name)} ({ticket.product.model})"
        if ticket.product
        else "",
        customer=(customer.name or "") if customer else "",
        chats=ticket.conversation_id is not None,
        ticket_done=ticket.status in DONE_STATUSES,
        status=case.status,
        status_name=status_name(case),
        mark=MARKS[case.status],
        acts=acts_of(visit, ticket, case),
        rma=case.rma or "",
        reason=reason_name(reason_names(visit.session), reason),
        withdraws=reason == _CHANGED_MIND,
        withdrawal=withdrawal_of(visit.session, ticket, asked_on, days),
        withdrawal_days=days,
        description=ticket.description,
        language=ticket.language,
        requested_at=case.requested_at,
        send_by=case.send_by,
        expires_on=case.expires_on,
        received_at=case.received_at,
        serial_told=serial_told(visit.session, ticket),
        serial_found=case.serial_found,
        condition=case.condition or "",
        fault_found=case.fault_found,
        findings=case.findings,
        outcome=case.outcome or "",
        disposition=case.disposition or "",
        paid=paid_for(ticket),
        refund_minor=case.refund_minor,
        deduction_minor=case.deduction_minor or 0,
        deduction_reason=case.deduction_reason,
        currency=case.currency or "",
        told=case.told,
        pictures=tuple(
            file_line(file)
            for file in put_by_staff(visit.session, ticket)
            if file.used_for == FileUse.INSPECTION
        ),
        terms=terms is not None,
        limit=visit.desk.settings.refund_limit,
        may_approve=may_refund(visit.staff),
    )


def acts_of(visit: Visit, ticket: Ticket, case: ReturnCase) -> frozenset[str]:
    """What this person may do with the return now."""
    into = MOVES[ReturnStatus(case.status)]
    acts = {
        "authorise": ReturnStatus.AUTHORISED in into and ticket.status not in DONE_STATUSES,
        "refuse": ReturnStatus.REFUSED in into,
        "receive": ReturnStatus.RECEIVED in into,
        "inspect": ReturnStatus.INSPECTED in into,
        "decide": ReturnStatus.SETTLED in into,
        "approve": is_proposed(case) and may_refund(visit.staff),
    }
    return frozenset(act for act, may in acts.items() if may)


def status_name(case: ReturnCase) -> str:
    return PROPOSED_STATUS if is_proposed(case) else STATUSES[case.status]


def terms_of(desk: Desk) -> ReturnsFile | None:
    """What company.yml says of returns; None where no goods are taken back."""
    return read_company(desk.settings.catalogue_dir).returns
