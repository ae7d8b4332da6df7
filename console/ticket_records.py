"""The records of a ticket as staff read and fill them in, and the form for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.tables.catalogue import Product, ServiceRecord
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket
from aftercare.tickets.completeness import held_values
from aftercare.tickets.plan import fields_of
from aftercare.tickets.records import CHOSEN, FREE_TEXT, choices_of
from console.formats import english, plain_name

#: Instead of a value that is not for the person's role.
HIDDEN = "not shown to your role"
_DATES = frozenset({"past_date", "future_date"})

#: Why what was filled in is no such record, by the reader's reason.
WRONG_VALUES = {
    "needed": "This record is needed, so it cannot be taken off.",
    "too_long": "That is too long. Put the rest into a note.",
    "utter_refused_choice": "Choose one of the list.",
    "utter_refused_product": "Choose a product of the catalogue.",
    "utter_refused_description": "Write a few words.",
    "utter_refused_amount": "Write an amount like 1299.00 BRL.",
    "utter_refused_date": "Choose a day.",
    "utter_refused_date_in_future": "The day is to come; choose one that is past.",
    "utter_refused_date_too_old": "The day is too long ago.",
    "utter_refused_date_in_past": "The day is past; choose one to come.",
    "utter_refused_date_too_far": "The day is too far away.",
    "utter_refused_serial": "This is no serial number of the product. Compare it with the label.",
    "utter_refused_order_number": "An order number has a digit and at least three characters.",
    "utter_refused_ticket_number": "A ticket number looks like K4F-7M2C.",
    "utter_refused_name": "Write the name alone, without digits.",
    "utter_refused_email": "Write an e-mail address like ann@example.org.",
    "utter_refused_phone": "Write a phone number with its area code.",
    "utter_refused_contact": "Write an e-mail address or a phone number with its area code.",
    "utter_refused_address": "Write street, number and town.",
}
OTHERWISE_WRONG = "This cannot be such a record."


@dataclass(frozen=True)
class RecordLine:
    """One record, on file or missing. `as_given` where the words are the customer's own."""

    field: str
    label: str
    value: str
    """As it is shown; empty: not on file."""
    as_given: bool
    required: bool
    raw: str
    """As it is on file."""
    input: str
    """How it is filled in: select, date, text, long, or none where it cannot be."""
    choices: tuple[tuple[str, str], ...] = ()


def read_records(session: Session, ticket: Ticket, staff: Staff) -> tuple[RecordLine, ...]:
    """The service's records in its order, then those on file that it does not know any more.

    Records that are not for the person's role are left out.
    """
    held = held_values(ticket)
    fields = fields_of(ticket)
    known = [
        RecordLine(
            field=field.field,
            label=english(field.label),
            value=_value(session, field, held.get(field.field, "")),
            as_given=field.kind in FREE_TEXT,
            required=field.required,
            raw=held.get(field.field, ""),
            input=_input(field),
            choices=_choices(session, ticket, field),
        )
        for field in fields
        if may_see(field, staff)
    ]
    names = {field.field for field in fields}
    left = [
        RecordLine(one.field, plain_name(one.field), one.value, True, False, one.value, "none")
        for one in ticket.records
        if one.field not in names
    ]
    return (*known, *left)


def may_see(field: ServiceRecord, staff: Staff) -> bool:
    """Whether the record is for the role of this person."""
    return not field.seen_by or staff.role in field.seen_by


def label_of(ticket: Ticket, name: str) -> str:
    """The catalogue's words for a field; one that left the catalogue keeps its own name."""
    field = _field(ticket, name)
    return english(field.label) if field else plain_name(name)


def shown_value(session: Session, ticket: Ticket, name: str, value: str, staff: Staff) -> str:
    """The value with the catalogue's words, if it is for this person."""
    field = _field(ticket, name)
    if field is None:
        return value
    return _value(session, field, value) if may_see(field, staff) else HIDDEN


def _field(ticket: Ticket, name: str) -> ServiceRecord | None:
    return next((one for one in fields_of(ticket) if one.field == name), None)


def _value(session: Session, field: ServiceRecord, value: str) -> str:
    if field.kind in CHOSEN:
        names = {choice["id"]: english(choice["name"]) for choice in field.choices}
        return names.get(value, value)
    if field.kind == "product":
        product = session.get(Product, value)
        return _product(product) if product else value
    return _day(value) if field.kind in _DATES else value


def _input(field: ServiceRecord) -> str:
    if field.kind in CHOSEN or field.kind == "product":
        return "select"
    if field.kind in _DATES:
        return "date"
    return "long" if field.kind in FREE_TEXT else "text"


def _choices(session: Session, ticket: Ticket, field: ServiceRecord) -> tuple[tuple[str, str], ...]:
    if field.kind == "product":
        products = session.scalars(
            select(Product).where(Product.active).order_by(Product.category_id, Product.id)
        )
        return tuple((product.id, _product(product)) for product in products)
    if field.kind in CHOSEN:
        return tuple((value, english(name)) for value, name in choices_of(field, ticket.product_id))
    return ()


def _product(product: Product) -> str:
    return f"{english(product.name)} ({product.model})"


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%b %Y}"
