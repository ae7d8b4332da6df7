"""Customers out of a file: known by the website's id, else by e-mail address, else by phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Row as FoundRow
from sqlalchemy.orm import Session

from aftercare.catalogue.entries import LANGUAGES
from aftercare.exchange.cells import read_phone
from aftercare.exchange.plans import Kind, Plan, Setting, in_pieces
from aftercare.exchange.sheets import Column, Mistake, Row
from aftercare.tables.conversations import Customer

COLUMNS = (
    Column("external_id", "What your website or shop calls the customer", ("id", "codigo")),
    Column("name", "Name of the customer", ("nome", "customer_name"), required=True),
    Column("email", "E-mail address", ("e_mail", "mail")),
    Column("phone", "Phone number; without a country code Brazilian or Portuguese",
           ("telefone", "celular", "mobile")),
    Column("language", "en or pt; empty: the company's", ("idioma", "lingua")),
)  # fmt: skip
_LONGEST_NAME = 200
_LONGEST_ID = 100


@dataclass(frozen=True)
class Contact:
    """A customer as a line tells of one; empty cells are None."""

    line: int
    external_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    language: str | None


def plan_customers(session: Session, rows: Sequence[Row], setting: Setting) -> Plan:
    """Who is new and who changes. Empty cells change nothing of who is known."""
    plan = Plan()
    contacts = [one for row in setting.each(rows) if (one := read_contact(row, plan.mistakes))]
    known = Known(session, contacts)
    new: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    told = _Told()
    for contact in contacts:
        if not told.first_time(contact, plan.mistakes):
            continue
        found = known.find(contact)
        if found is None:
            new.append(new_customer(contact, setting))
            continue
        if known.is_taken(contact, found):
            plan.mistakes.append(
                Mistake(contact.line, "email", "belongs to a customer with another id")
            )
            continue
        change = change_of(contact, found)
        if change:
            changes.append({"id": found.id, **change})
        else:
            plan.unchanged += 1
    plan.adding, plan.changing = [(Customer, new)], [(Customer, changes)]
    plan.added, plan.changed = len(new), len(changes)
    plan.stands = lambda again: Known(again, contacts).rows == known.rows
    return plan


def read_contact(row: Row, mistakes: list[Mistake], prefix: str = "") -> Contact | None:
    """The customer of a line, whose columns begin with `prefix`; None with a mistake."""
    cells = {name: row.cells.get(prefix + name, "") for name in _NAMES}
    wrong = len(mistakes)

    def note(column: str, reason: str) -> None:
        mistakes.append(Mistake(row.line, prefix + column, reason))

    email = phone = None
    if cells["email"]:
        email = _email(cells["email"])
        if email is None:
            note("email", "is no e-mail address")
    if cells["phone"]:
        phone = read_phone(cells["phone"])
        if phone is None:
            note("phone", "is no phone number; write it with its country, as +5511912345678")
    language = cells["language"].lower()[:2]
    if language and language not in LANGUAGES:
        note("language", f"must be one of {', '.join(LANGUAGES)}")
    if len(cells["name"]) > _LONGEST_NAME:
        note("name", f"has more than {_LONGEST_NAME} letters")
    if len(cells["external_id"]) > _LONGEST_ID:
        note("external_id", f"has more than {_LONGEST_ID} letters")
    if not (cells["external_id"] or cells["email"] or cells["phone"]):
        note("email", "is empty, and so are external_id and phone: one of them is needed")
    if len(mistakes) > wrong:
        return None
    return Contact(
        line=row.line,
        external_id=cells["external_id"] or None,
        name=cells["name"] or None,
        email=email,
        phone=phone,
        language=language or None,
    )


#: A customer as a row, which is no object to keep and is compared as a whole.
Found = FoundRow[Any]


class Known:
    """The customers on file whom the contacts may be; equal `rows` mean the same answers."""

    def __init__(
        self, session: Session, contacts: Sequence[Contact], newer_than: int | None = None
    ) -> None:
        """With `newer_than` they are all among the customers whose numbers are higher."""
        self.rows: dict[int, Found] = {}
        self._by_id: dict[str, Found] = {}
        self._by_email: dict[str, Found] = {}
        self._by_phone: dict[str, Found] = {}
        if newer_than is not None:
            self._add(session, Customer.id > newer_than)
            return
        for ids in in_pieces(one.external_id for one in contacts if one.external_id):
            self._add(session, Customer.external_id.in_(ids))
        for emails in in_pieces(one.email for one in contacts if one.email):
            self._add(session, Customer.email.in_(emails))
        for phones in in_pieces(one.phone for one in contacts if one.phone):
            self._add(session, Customer.phone.in_(phones) & Customer.email.is_(None))

    def find(self, contact: Contact) -> Found | None:
        if contact.external_id and contact.external_id in self._by_id:
            return self._by_id[contact.external_id]
        if contact.email:
            return self._by_email.get(contact.email)
        if contact.external_id:
            return None
        return self._by_phone.get(contact.phone or "")

    def is_taken(self, contact: Contact, found: Found) -> bool:
        """Whether the contact would give one customer what is another one's."""
        other = self._by_email.get(contact.email or "")
        if other is not None and other.id != found.id:
            return True
        ours = contact.external_id
        return bool(ours and found.external_id and found.external_id != ours)

    def _add(self, session: Session, condition: ColumnElement[bool]) -> None:
        for one in session.execute(select(*_COLUMNS).where(condition).order_by(Customer.id)):
            self.rows[one.id] = one
            if one.external_id:
                self._by_id[one.external_id] = one
            if one.email:
                self._by_email[one.email] = one
            elif one.phone:
                self._by_phone.setdefault(one.phone, one)


def new_customer(contact: Contact, setting: Setting) -> dict[str, Any]:
    """The row of a customer who is not known yet."""
    return {
        "name": contact.name or "",
        "email": contact.email,
        "phone": contact.phone,
        "language": contact.language or setting.language,
        "external_id": contact.external_id,
        "created_at": setting.now,
    }


class _Told:
    """Notices what a file tells twice."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], int] = {}

    def first_time(self, contact: Contact, mistakes: list[Mistake]) -> bool:
        phone = None if contact.email or contact.external_id else contact.phone
        keys = {"external_id": contact.external_id, "email": contact.email, "phone": phone}
        for column, value in keys.items():
            if value and (line := self._lines.setdefault((column, value), contact.line)) != (
                contact.line
            ):
                mistakes.append(Mistake(contact.line, column, f"stands in line {line} already"))
                return False
        return True


def change_of(contact: Contact, found: Found | Customer) -> dict[str, Any]:
    """The columns that the contact has otherwise than the customer."""
    told = {name: getattr(contact, name) for name in _NAMES}
    return {
        name: value
        for name, value in told.items()
        if value is not None and value != getattr(found, name)
    }


def _email(cell: str) -> str | None:
    try:
        found = validate_email(cell, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


_NAMES = tuple(column.name for column in COLUMNS)
_COLUMNS = (Customer.id, *(getattr(Customer, name) for name in _NAMES))
CUSTOMERS = Kind(COLUMNS, plan_customers)
