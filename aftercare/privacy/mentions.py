"""Finds a person's contacts in what was written, in whatever form they stand there; blots them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from aftercare.tables.attachments import Attachment, TicketFile
from aftercare.tables.conversations import Message
from aftercare.tables.satisfaction import Survey
from aftercare.tables.tickets import Ticket, TicketEvent, TicketRecord

ERASED = "[…]"
_Text = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
#: By so many last digits a phone number is recognised, with or without its country and area.
_TELLING_DIGITS = 8
#: What may stand between two digits of a phone number.
_SIGNS = r"[\s().-]{0,3}"


def mentions(contacts: Sequence[str]) -> re.Pattern[str] | None:
    """What the contacts look like in a text; None where there are none."""
    forms = [_form(contact) for contact in contacts]
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None


def find_messages(session: Session, contacts: Sequence[str]) -> list[tuple[int, str]]:
    """Id and conversation of each message in which one of the contacts stands."""
    looks = mentions(contacts)
    if looks is None:
        return []
    said = select(Message.id, Message.conversation_id, Message.text).where(
        _likely(Message.text, contacts)
    )
    # What staff wrote of an image that they sent.
    shown = select(Attachment.message_id, Attachment.conversation_id, Attachment.description).where(
        _likely(Attachment.description, contacts)
    )
    likely = (*session.execute(said), *session.execute(shown))
    return sorted({(id_, conversation) for id_, conversation, text in likely if looks.search(text)})


def find_tickets(session: Session, contacts: Sequence[str]) -> list[int]:
    """Each ticket in whose words, records, history, files or rating one of the contacts stands."""
    looks = mentions(contacts)
    if looks is None:
        return []
    places: tuple[tuple[InstrumentedAttribute[int], _Text], ...] = (
        (Ticket.id, Ticket.description),
        (TicketRecord.ticket_id, TicketRecord.value),
        (TicketEvent.ticket_id, TicketEvent.note),
        (TicketEvent.ticket_id, TicketEvent.before),
        (TicketEvent.ticket_id, TicketEvent.after),
        (Survey.ticket_id, Survey.reason),
        (TicketFile.ticket_id, TicketFile.description),
    )
    found = {
        ticket
        for ticket_id, text in places
        for ticket, words in session.execute(select(ticket_id, text).where(_likely(text, contacts)))
        if words and looks.search(words)
    }
    return sorted(found)


def blot_message(message: Message, looks: re.Pattern[str]) -> None:
    """Take the contacts out of everything that the message holds."""
    message.text = looks.sub(ERASED, message.text)
    if message.payload:
        message.payload = looks.sub(ERASED, message.payload)
    message.buttons = blotted(message.buttons, looks)
    message.entities = blotted(message.entities, looks)


def blot_ticket(ticket: Ticket, looks: re.Pattern[str]) -> None:
    """Take the contacts out of the ticket's words, records and history."""
    ticket.description = looks.sub(ERASED, ticket.description)
    for record in ticket.records:
        record.value = looks.sub(ERASED, record.value)
    for event in ticket.events:
        event.note = looks.sub(ERASED, event.note)
        event.before = looks.sub(ERASED, event.before) if event.before else event.before
        event.after = looks.sub(ERASED, event.after) if event.after else event.after


def blotted(value: Any, looks: re.Pattern[str]) -> Any:
    """A copy of what JSON can hold, with the contacts taken out of every text in it."""
    if isinstance(value, str):
        return looks.sub(ERASED, value)
    if isinstance(value, list):
        return [blotted(one, looks) for one in value]
    if isinstance(value, dict):
        return {name: blotted(one, looks) for name, one in value.items()}
    return value


def _form(contact: str) -> str:
    if "@" in contact:
        return rf"(?<![\w.+-]){re.escape(contact)}(?![\w-]|\.\w)"
    # The last digits, and before them none or those of the area and country: with other ones it is
    # somebody else's number.
    before, last = contact[1:-_TELLING_DIGITS], contact[-_TELLING_DIGITS:]
    area = ""
    for digit in before:
        area = f"(?:{area}{digit}{_SIGNS})?"
    strange = "".join(rf"(?<!\d[\s().-]{{{signs}}})" for signs in range(4))
    return rf"{strange}(?:\+|\(?0{{1,2}}{_SIGNS})?\(?{area}{_SIGNS.join(last)}(?!\d)"


def _likely(text: _Text, contacts: Sequence[str]) -> ColumnElement[bool]:
    """A condition that the database can tell; it lets through more than it should."""
    return or_(false(), *(_may_hold(text, contact) for contact in contacts))


def _may_hold(text: _Text, contact: str) -> ColumnElement[bool]:
    if "@" in contact:
        return func.lower(text).contains(contact, autoescape=True)
    return text.like(f"%{'%'.join(contact[-_TELLING_DIGITS:])}%")
