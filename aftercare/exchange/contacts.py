"""One customer as another system tells of them while the desk runs; files are customers.py's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.exchange.customers import Contact, Known, change_of
from aftercare.tables.conversations import Customer

#: What one customer alone may have.
_OF_ONE = ("external_id", "email")
_WAYS = (*_OF_ONE, "phone")


class ContactTaken(NotAllowed):
    """The id or the e-mail address is another customer's."""


class Nameless(NotAllowed):
    """A customer who is not on file yet needs a name, and a way to be known again."""


def take_contact(
    session: Session, told: Contact, *, language: str, now: datetime
) -> tuple[Customer, bool]:
    """The customer with what is told, and whether they are new.

    Known by the id, else by e-mail address, else by phone; what is not told stays as it is. Raises
    ContactTaken, Nameless.
    """
    found = _find(session, told)
    if found is None:
        if not told.name or not any(getattr(told, way) for way in _WAYS):
            raise Nameless("a new customer needs a name, and an id, address or phone number")
        added = Customer(
            external_id=told.external_id,
            name=told.name,
            email=told.email,
            phone=told.phone,
            language=told.language or language,
            created_at=now,
        )
        try:
            with session.begin_nested():
                session.add(added)
            return added, True
        except IntegrityError:
            # Another request was a moment quicker.
            found = _find(session, told)
            if found is None:
                raise ContactTaken("the id or the address was given away just now") from None
    change_contact(session, found, change_of(told, found))
    return found, False


def change_contact(session: Session, customer: Customer, changes: Mapping[str, Any]) -> None:
    """Put these columns in place of what is on file. Raises ContactTaken, Nameless."""
    after = {name: changes.get(name, getattr(customer, name)) for name in _WAYS}
    if not any(after.values()):
        raise Nameless("without an id, address and phone number nobody could be known again")
    try:
        with session.begin_nested():
            for name, value in changes.items():
                setattr(customer, name, value)
    except IntegrityError as error:
        raise ContactTaken("the id or the address is another customer's") from error


def _find(session: Session, told: Contact) -> Customer | None:
    """The customer, held against others. Raises ContactTaken."""
    known = Known(session, [told])
    found = known.find(told)
    if found is None:
        return None
    if known.is_taken(told, found):
        raise ContactTaken("the address belongs to a customer with another id")
    return session.get(Customer, found.id, with_for_update=True)
