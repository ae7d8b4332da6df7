"""Finds or adds the customer that a ticket belongs to or that a website vouches for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.tables.conversations import Conversation, Customer


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
        known = select(Customer).where(Customer.email == email)
    elif phone:
        known = select(Customer).where(Customer.phone == phone, Customer.email.is_(None))
    else:
        raise ValueError("a customer needs an e-mail address or a phone number")
    found = session.scalar(known)
    if found:
        return found
    customer = Customer(name=name, email=email, phone=phone, language=language, created_at=now)
    try:
        with session.begin_nested():
            session.add(customer)
    except IntegrityError:
        # Another ticket of the same customer was a moment quicker.
        return session.scalars(known).one()
    return customer


def identify_customer(
    session: Session,
    *,
    external_id: str,
    name: str,
    email: str | None,
    language: str,
    now: datetime,
) -> Customer:
    """The customer whom the website knows by this id, with the name and address it gives.

    Who was known by the address alone becomes that customer. An address that belongs to another id
    stays there.
    """
    email = email.lower() if email else None
    found = _known_to_website(session, external_id, email)
    if found is None:
        try:
            with session.begin_nested():
                found = Customer(
                    name=name, language=language, external_id=external_id, created_at=now
                )
                session.add(found)
        except IntegrityError:
            # Another page of the same customer was a moment quicker.
            found = session.scalars(
                select(Customer).where(Customer.external_id == external_id)
            ).one()
    found.external_id = external_id
    found.name = name or found.name
    if email and email != found.email and not _has_owner(session, email):
        try:
            with session.begin_nested():
                found.email = email
        except IntegrityError:
            # Somebody else was given this address a moment ago, and keeps it.
            session.refresh(found, ["email"])
    return found


def vouched_for(session: Session, conversation_id: str) -> dict[str, str]:
    """What may be used of the customer without asking, by kind of record; empty for strangers.

    A phone number on file is not among it: no website has vouched for that.
    """
    customer = session.scalar(
        select(Customer)
        .join(Conversation, Conversation.customer_id == Customer.id)
        .where(Conversation.id == conversation_id, Conversation.identified)
    )
    if customer is None:
        return {}
    known = {"name": customer.name, "email": customer.email}
    return {kind: value for kind, value in known.items() if value}


def _known_to_website(session: Session, external_id: str, email: str | None) -> Customer | None:
    found = session.scalar(select(Customer).where(Customer.external_id == external_id))
    if found is None and email:
        # Held, so that of two ids with this address only one becomes that customer.
        found = session.scalar(
            select(Customer)
            .where(Customer.email == email, Customer.external_id.is_(None))
            .with_for_update()
        )
    return found


def _has_owner(session: Session, email: str) -> bool:
    return session.scalar(select(Customer.id).where(Customer.email == email)) is not None
