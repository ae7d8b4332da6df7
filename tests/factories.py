"""Makes rows for tests: each function needs only what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.orm import Session

from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import Conversation, Customer, Message, MessageState, Sender
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket, TicketStatus
from aftercare.tickets.opening import NewTicket, open_ticket

PASSWORD = "correct horse battery"
AT = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@cache
def password_hash() -> str:
    """A hash of PASSWORD that is quick to check; real ones are slow on purpose."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)


def make_staff(session: Session, **changes: Any) -> Staff:
    values = {
        "email": "rita@marulho.example",
        "name": "Rita Prado",
        "role": "agent",
        "password_hash": password_hash(),
        "active": True,
        "created_at": AT,
    }
    staff = Staff(**{**values, **changes})
    session.add(staff)
    session.flush()
    return staff


def make_customer(session: Session, **changes: Any) -> Customer:
    values = {
        "name": "Joana Lima",
        "email": f"{uuid4().hex[:10]}@mail.example",
        "phone": None,
        "language": "pt",
        "created_at": AT,
    }
    customer = Customer(**{**values, **changes})
    session.add(customer)
    session.flush()
    return customer


def make_conversation(session: Session, **changes: Any) -> Conversation:
    at = changes.pop("at", AT)
    values = {
        "id": str(uuid4()),
        "channel": "website",
        "language": "en",
        "started_at": at,
        "last_message_at": at,
        "last_seq": 0,
    }
    conversation = Conversation(**{**values, **changes})
    session.add(conversation)
    session.flush()
    return conversation


def make_message(
    session: Session, conversation: Conversation, text: str = "Hello", **changes: Any
) -> Message:
    """The next message of the conversation, from the customer unless told otherwise."""
    conversation.last_seq += 1
    values = {
        "conversation_id": conversation.id,
        "seq": conversation.last_seq,
        "sender": Sender.CUSTOMER,
        "text": text,
        "at": conversation.last_message_at,
        "state": MessageState.DONE,
    }
    message = Message(**{**values, **changes})
    conversation.last_message_at = max(conversation.last_message_at, message.at)
    session.add(message)
    session.flush()
    return message


def make_attachment(session: Session, message: Message, **changes: Any) -> Attachment:
    """A PDF of the message; its content is not in any store."""
    values = {
        "id": uuid4().hex,
        "conversation_id": message.conversation_id,
        "message_id": message.id,
        "position": 0,
        "name": "bill.pdf",
        "media_type": "application/pdf",
        "size": 4,
        "digest": "0" * 64,
        "created_at": message.at,
    }
    attachment = Attachment(**{**values, **changes})
    session.add(attachment)
    session.flush()
    return attachment


def new_ticket(**changes: Any) -> NewTicket:
    """What an intake of a repair gathers."""
    values = {
        "intake_key": "a1b2c3",
        "service_id": "repair",
        "conversation_id": None,
        "channel": "website",
        "language": "pt",
        "description": "Não centrifuga mais.",
        "product_id": "mare-w900",
        "name": "Joana Lima",
        "email": "joana@mail.example",
        "records": {"product": "mare-w900", "description": "Não centrifuga mais."},
    }
    return NewTicket(**{**values, **changes})


def make_ticket(
    session: Session, *, at: datetime = AT, status: TicketStatus = TicketStatus.NEW, **changes: Any
) -> Ticket:
    """A ticket as an intake opens it; another status is put there without a line of history."""
    values = {
        "intake_key": uuid4().hex,
        "service_id": "repair",
        "conversation_id": None,
        "channel": "website",
        "language": "en",
        "description": "It does not spin.",
        "product_id": "mare-w900",
        "name": "Joana Lima",
        "email": f"{uuid4().hex[:10]}@mail.example",
    }
    ticket = open_ticket(session, NewTicket(**{**values, **changes}), at)
    ticket.status = status
    session.flush()
    return ticket
