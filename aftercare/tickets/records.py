"""Lets staff fill in and correct a ticket's records, read as strictly as a customer's answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy.orm import Session

from aftercare.catalogue.snapshot import Catalogue, Choice, Record, part_id
from aftercare.errors import NotAllowed, NotFound, StaleEdit
from aftercare.evaluation.weighing import weigh_ticket
from aftercare.intake.fields import Context, Refused, read
from aftercare.intake.understood import Entity, Understood
from aftercare.ownership.tickets import follow_serial
from aftercare.tables.catalogue import ServiceRecord
from aftercare.tables.tickets import DONE_STATUSES, Ticket, TicketRecord
from aftercare.tickets.completeness import held_values
from aftercare.tickets.history import Actor, EventKind, record
from aftercare.tickets.plan import fields_of

_DATES = frozenset({"past_date", "future_date"})
#: Kinds that are chosen from a list.
CHOSEN = frozenset({"choice", "symptom", "part"})
#: Kinds whose text is the customer's and may hold numbers that must not be stored.
FREE_TEXT = frozenset({"description", "address"})
_LONGEST = 4000


class WrongValue(NotAllowed):
    """What was filled in cannot be such a record; `response` is the reader's reason."""

    def __init__(self, field: str, response: str) -> None:
        super().__init__(f"{field}: {response}")
        self.field = field
        self.response = response


@dataclass(frozen=True)
class Entry:
    """What a member of staff wrote into a field, and what stood there before their eyes."""

    field: str
    words: str
    seen: str


def fill_in(
    session: Session,
    ticket: Ticket,
    entry: Entry,
    catalogue: Catalogue,
    *,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """Put a record on file, or with no words take it off; a product moves the whole ticket to it.

    A serial number registers the customer's piece, as it does from the chat.
    `today` is the company's. Raises NotFound for a field that the service does not have, StaleEdit
    where something else stands there by now, NotAllowed where the ticket is done or the record is
    needed, and WrongValue where the words cannot be such a record.
    """
    if ticket.status in DONE_STATUSES:
        raise NotAllowed(f"ticket {ticket.number} is {ticket.status}: its records stay")
    field = next((one for one in fields_of(ticket) if one.field == entry.field), None)
    if field is None:
        raise NotFound(f"the service of ticket {ticket.number} has no record {entry.field}")
    before = held_values(ticket).get(field.field, "")
    if before != entry.seen:
        raise StaleEdit(f"record {field.field} of ticket {ticket.number} was changed")
    about = Context(catalogue, ticket.product_id, today, ticket.language)
    value = read_value(field, entry.words.strip(), about)
    if value == before:
        return
    _put(session, ticket, field, value)
    if field.kind == "serial":
        follow_serial(session, ticket, before, by=by, now=now)
    weigh_ticket(session, ticket)
    record(
        session,
        ticket,
        EventKind.RECORD,
        by=by,
        now=now,
        about=field.field,
        before=before or None,
        after=value or None,
    )


def choices_of(field: ServiceRecord, product_id: str | None) -> list[tuple[str, dict[str, str]]]:
    """Value and names of what can be chosen; of parts those of the product."""
    prefix = part_id(product_id or "", "")
    return [
        (choice["id"], choice["name"])
        for choice in field.choices
        if field.kind != "part" or choice["id"].startswith(prefix)
    ]


def _put(session: Session, ticket: Ticket, field: ServiceRecord, value: str) -> None:
    kept = next((one for one in ticket.records if one.field == field.field), None)
    if not value:
        if kept is not None:
            ticket.records.remove(kept)
            session.delete(kept)
        if field.kind == "description":
            ticket.description = ""
        session.flush()
        return
    if kept is not None:
        kept.value = value
    else:
        ticket.records.append(TicketRecord(field=field.field, value=value))
    if field.kind == "product":
        ticket.product_id = value
        session.flush()
        session.expire(ticket, ["product"])
    elif field.kind == "description":
        ticket.description = value
    session.flush()


def read_value(field: ServiceRecord, words: str, about: Context) -> str:
    """The words as they are kept on file. Raises WrongValue where they cannot be such a record."""
    if not words:
        if field.required:
            raise WrongValue(field.field, "needed")
        return ""
    if len(words) > _LONGEST:
        raise WrongValue(field.field, "too_long")
    if field.kind in CHOSEN:
        if words not in {value for value, _ in choices_of(field, about.product)}:
            raise WrongValue(field.field, "utter_refused_choice")
        return words
    if field.kind == "amount":
        return _amount(field.field, words)
    reading = read(_record_of(field), _said(field, words), about)
    if isinstance(reading, Refused):
        raise WrongValue(field.field, reading.response)
    return reading.value


def _said(field: ServiceRecord, words: str) -> Understood:
    """The words as the bot would have understood them."""
    if field.kind in _DATES:
        try:
            day = date.fromisoformat(words)
        except ValueError as error:
            raise WrongValue(field.field, "utter_refused_date") from error
        return Understood(words, "", entities=(Entity("date", day.isoformat(), future=day),))
    if field.kind == "product":
        return Understood(words, "", entities=(Entity("product", words),))
    return Understood(words, "")


def _amount(field: str, words: str) -> str:
    """Written as the bot writes it: 1299.00 BRL."""
    number, _, currency = words.replace(",", ".").partition(" ")
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise WrongValue(field, "utter_refused_amount") from error
    currency = currency.strip().upper()
    if not value.is_finite() or value < 0 or (currency and not _is_currency(currency)):
        raise WrongValue(field, "utter_refused_amount")
    return f"{value:.2f} {currency}".strip()


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha()


def _record_of(row: ServiceRecord) -> Record:
    return Record(
        row.field,
        row.kind,
        row.required,
        row.label,
        row.ask,
        tuple(Choice(one["id"], one["name"], one["words"]) for one in row.choices),
    )
