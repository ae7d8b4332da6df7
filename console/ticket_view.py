"""A ticket as staff read it: names instead of ids, the history, and where it may go next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.attachments.tying import of_ticket
from aftercare.evaluation.facts import PART, facts_of, field_of_kind
from aftercare.evaluation.versions import rule_of_version
from aftercare.tables.catalogue import Product, ServiceRecord
from aftercare.tables.tickets import Ticket, TicketRecord, TicketStatus
from aftercare.tickets import ALLOWED_MOVES
from console.evaluation_words import EvaluationLines, explain
from console.formats import english, plain_name
from console.transcript import FileLine, Person, file_line


@dataclass(frozen=True)
class RecordLine:
    """One record on file. `as_given` where the words are the customer's own."""

    label: str
    value: str
    as_given: bool


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    actor: str
    kind: str
    from_status: str | None
    to_status: str | None
    note: str


@dataclass(frozen=True)
class TicketView:
    number: str
    status: TicketStatus
    service: Mapping[str, str]
    product: Mapping[str, str] | None
    model: str | None
    customer: Person | None
    channel: str
    language: str
    description: str
    created_at: datetime
    updated_at: datetime
    conversation_id: str | None
    records: tuple[RecordLine, ...]
    files: tuple[FileLine, ...]
    history: tuple[HistoryLine, ...]
    moves: tuple[TicketStatus, ...]
    evaluation: EvaluationLines | None
    """None: not weighed yet."""
    features: tuple[tuple[str, str], ...]
    """Key and name of what the product does."""


def read_ticket(session: Session, ticket: Ticket) -> TicketView:
    customer, product = ticket.customer, ticket.product
    fields = {record.field: record for record in ticket.service.records}
    status = TicketStatus(ticket.status)
    return TicketView(
        number=ticket.number,
        status=status,
        service=ticket.service.name,
        product=product.name if product else None,
        model=product.model if product else None,
        customer=Person(customer.name, customer.email, customer.phone) if customer else None,
        channel=ticket.channel,
        language=ticket.language,
        description=ticket.description,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        conversation_id=ticket.conversation_id,
        records=tuple(
            _record_line(session, record, fields.get(record.field)) for record in ticket.records
        ),
        files=tuple(file_line(file) for file in of_ticket(session, ticket)),
        history=tuple(
            HistoryLine(e.at, e.actor, e.kind, e.from_status, e.to_status, e.note)
            for e in ticket.events
        ),
        moves=ALLOWED_MOVES[status],
        evaluation=_evaluation(session, ticket),
        features=tuple(
            (feature.key, english(feature.name))
            for feature in (product.features if product else ())
        ),
    )


def _evaluation(session: Session, ticket: Ticket) -> EvaluationLines | None:
    if ticket.rule_version is None:
        return None
    by = rule_of_version(session, ticket.rule_version)
    values = {record.field: record.value for record in ticket.records}
    part = values.get(field_of_kind(ticket, "part", PART), "")
    return explain(ticket, facts_of(ticket), by.rule, by.version, part)


def _record_line(session: Session, record: TicketRecord, field: ServiceRecord | None) -> RecordLine:
    """The record with the catalogue's words; a field that left the catalogue keeps its own name."""
    if field is None:
        return RecordLine(plain_name(record.field), record.value, as_given=True)
    label = english(field.label)
    if field.kind in {"choice", "symptom", "part"}:
        for choice in field.choices:
            if choice["id"] == record.value:
                return RecordLine(label, english(choice["name"]), as_given=False)
    if field.kind == "product":
        product = session.scalar(select(Product).where(Product.id == record.value))
        if product:
            return RecordLine(label, f"{english(product.name)} ({product.model})", as_given=False)
    if field.kind in {"past_date", "future_date"}:
        return RecordLine(label, _day(record.value), as_given=False)
    return RecordLine(label, record.value, as_given=field.kind == "description")


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%b %Y}"
