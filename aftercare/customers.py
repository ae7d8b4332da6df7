"""Finds or adds the customer that a ticket belongs to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.tables.conversations import Customer


def find_or_add_customer(
    session: Session,
    *,
    name: str,
    email: str | None,
    phone: str | None,
    language: str,
    now: datetime,
) -> Customer:
    """The customer with this e-mail address (or else this phone), added where there is none.

    What is on file stays: who knows an address must not be able to rename its owner, nor to add a
    phone number that would then prove the owner's tickets to be theirs.
    """
    email = email.lower() if email else None
    if email:
        found = session.scalar(select(Customer).where(Customer.email == email))
    elif phone:
        found = session.scalar(
            select(Customer).where(Customer.phone == phone, Customer.email.is_(None))
        )
    else:
        raise ValueError("a customer needs an e-mail address or a phone number")
    if found:
        return found
    customer = Customer(name=name, email=email, phone=phone, language=language, created_at=now)
    session.add(customer)
    session.flush()
    return customer
