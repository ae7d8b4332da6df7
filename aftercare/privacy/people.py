"""Finds the person that a request is about, by a contact on file or by one of their tickets."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from aftercare.intake.fields import PHONE_REGIONS
from aftercare.tables.conversations import Customer
from aftercare.tables.tickets import Ticket
from aftercare.ticket_numbers import read_number

#: Shorter ones are numbers of customers.
_FEWEST_PHONE_DIGITS = 8
#: What a database keeps in a number: less than 2 to the power of 31.
_LONGEST_NUMBER = 10


@dataclass(frozen=True)
class Person:
    """Somebody who asks about their data.

    Without a customer id it is somebody who only ever typed the contact into a chat.
    """

    customer_id: int | None
    name: str = ""
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None
    language: str = "en"

    @property
    def known_as(self) -> str:
        """The contact that stands for the person."""
        return self.email or self.phone or self.external_id or f"{self.customer_id}"

    @property
    def contacts(self) -> tuple[str, ...]:
        """What they may be named by in a text."""
        return tuple(contact for contact in (self.email, self.phone) if contact)


def find_people(session: Session, who: str) -> list[Person]:
    """Everybody whom an e-mail address, phone, ticket, website's id or customer number stands for.

    More than one where people share a phone number, or one's id is another's number.
    """
    who = who.strip()
    named: list[ColumnElement[bool]] = [Customer.external_id == who]
    contact = read_contact(who)
    if contact and "@" in contact:
        named.append(Customer.email == contact)
    elif contact:
        named.append(Customer.phone == contact)
    elif _is_number(who):
        named.append(Customer.id == int(who))
    if ticket := read_number(who):
        named.append(Customer.id.in_(select(Ticket.customer_id).where(Ticket.number == ticket)))
    found = session.scalars(select(Customer).where(or_(*named)).order_by(Customer.id))
    return [person_of(customer) for customer in found]


def find_customer(session: Session, number: str) -> Person | None:
    """The person with this customer number."""
    number = number.strip()
    if not (number.isascii() and number.isdigit() and len(number) < _LONGEST_NUMBER):
        return None
    customer = session.get(Customer, int(number))
    return person_of(customer) if customer else None


def stranger(who: str) -> Person | None:
    """The person behind a contact that no customer is on file with; None for anything else."""
    contact = read_contact(who)
    if contact is None:
        return None
    return Person(None, email=contact) if "@" in contact else Person(None, phone=contact)


def person_of(customer: Customer) -> Person:
    return Person(
        customer_id=customer.id,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        external_id=customer.external_id,
        language=customer.language,
    )


def read_contact(who: str) -> str | None:
    """An e-mail address or phone number in the form in which it is on file."""
    who = who.strip()
    if "@" in who:
        return who.lower() if not any(map(str.isspace, who)) else None
    if sum(map(str.isdigit, who)) < _FEWEST_PHONE_DIGITS:
        return None
    for region in PHONE_REGIONS:
        try:
            number = phonenumbers.parse(who, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _is_number(who: str) -> bool:
    return who.isascii() and who.isdigit() and len(who) < _FEWEST_PHONE_DIGITS
