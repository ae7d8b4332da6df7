"""Whether the desk may begin to speak to a customer now, by the rules of each kind of channel.

A platform that asks for more (a window of 24 hours, an approved template, an address for mail) gets
a rule of its own here; a channel without a rule is never spoken in first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.handover.queue import open_handover
from aftercare.maintenance.consent import present_consents
from aftercare.tables.conversations import ChatSession, Conversation
from aftercare.tables.maintenance import MaintenanceConsent
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.tickets import Ticket

WEBSITE = "website"
#: So long nobody must have said anything: nobody is spoken to in the middle of something else.
QUIET = timedelta(minutes=2)
#: So many of a customer's conversations are looked at, the newest first.
_NEWEST = 5


class Reach(IntEnum):
    """The better one is the greater."""

    NO = 0  # not in this conversation: staff tell it
    LATER = 1  # somebody is speaking, a person has the conversation, or is waited for
    NOW = 2


#: Tells whether the desk may begin to speak in a conversation of its kind.
Rule = Callable[[Session, Conversation, datetime], Reach]


@dataclass(frozen=True)
class Place:
    """Where a customer is told; `conversation_id` is None where nowhere."""

    reach: Reach
    conversation_id: str | None = None


def on_website(session: Session, conversation: Conversation, now: datetime) -> Reach:
    """As long as a browser can open the chat; not while anybody speaks in it."""
    living = select(ChatSession.token_hash).where(
        ChatSession.conversation_id == conversation.id, ChatSession.expires_at > now
    )
    if session.scalar(living.limit(1)) is None:
        return Reach.NO
    speaking = conversation.last_message_at > now - QUIET
    return Reach.LATER if speaking or open_handover(session, conversation.id) else Reach.NOW


RULES: Mapping[str, Rule] = {WEBSITE: on_website}


def reach_of(session: Session, conversation: Conversation, now: datetime) -> Reach:
    rule = RULES.get(conversation.channel)
    return rule(session, conversation, now) if rule else Reach.NO


def place_for(session: Session, owned: OwnedProduct, now: datetime) -> Place:
    """The conversation in which to tell of a piece, of those that may hear of it."""
    best = Place(Reach.NO)
    for consent in present_consents(session, owned.customer_id):
        if not consent.given:
            continue
        for conversation in _conversations(session, owned, consent):
            reach = reach_of(session, conversation, now)
            if reach is Reach.NOW:
                return Place(reach, conversation.id)
            if reach > best.reach:
                best = Place(reach, conversation.id)
    return best


def may_hear(session: Session, conversation_id: str, owned: OwnedProduct) -> bool:
    """Whether a piece may be spoken of in a conversation.

    The website vouches for its customer, or a ticket about this piece was opened in it: whoever
    only types somebody's address learns nothing of what else that person owns.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        return False
    if vouches_for(conversation, owned.customer_id):
        return True
    opened = select(Ticket.id).where(
        Ticket.conversation_id == conversation_id,
        Ticket.owned_product_id == owned.id,
        Ticket.customer_id == owned.customer_id,
    )
    return session.scalar(opened.limit(1)) is not None


def vouches_for(conversation: Conversation, customer_id: int) -> bool:
    """Whether the website said that it is this customer who writes in the conversation."""
    return conversation.identified and conversation.customer_id == customer_id


def _conversations(
    session: Session, owned: OwnedProduct, consent: MaintenanceConsent
) -> list[Conversation]:
    """Where the consent was given first; a stranger's counts for that conversation alone."""
    given_in = (
        session.get(Conversation, consent.conversation_id) if consent.conversation_id else None
    )
    found = [given_in] if given_in else []
    if given_in is None or given_in.identified:
        others = select(Conversation).where(
            Conversation.customer_id == owned.customer_id,
            Conversation.channel == consent.channel,
            Conversation.id != (given_in.id if given_in else ""),
        )
        newest = others.order_by(Conversation.last_message_at.desc(), Conversation.id)
        found += session.scalars(newest.limit(_NEWEST))
    return [one for one in found if may_hear(session, one.id, owned)]
