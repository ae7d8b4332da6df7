"""Lets the bot begin to speak: of a ticket that is solved, a visit, a maintenance that is due.

An announcement is a turn that nobody typed. It waits in the conversation's line like every message,
so the bot says it once, in order, in the customer's language, and knows of it afterwards. What it
says comes from the postback's handler (aftercare/postbacks.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from aftercare.conversations import lock_conversation, next_seq
from aftercare.handover.queue import open_handover
from aftercare.postbacks import payload
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from aftercare.tables.handover import HandoverState


class Carrier(Protocol):
    """What brings stored messages to the bot (gateway/engine/interface.py)."""

    def defer(self, connection: Connection, conversation_id: str) -> None: ...

    def wake(self, conversation_id: str, seq: int) -> None: ...


class Announcements:
    """Those of one transaction: `announce` within it, `send` after it."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._stored: list[tuple[str, int]] = []

    def announce(
        self, session: Session, conversation_id: str, do: str, of: str, now: datetime
    ) -> bool:
        """Store the announcement; False where a person has the conversation and tells it instead.

        Raises NotFound for a conversation that is gone, StorageUnavailable.
        """
        conversation = lock_conversation(session, conversation_id)
        handover = open_handover(session, conversation_id)
        if handover and handover.state == HandoverState.WITH_PERSON:
            return False
        seq = bot_turn(session, conversation, payload(do, of), now)
        self._carrier.defer(session.connection(), conversation_id)
        self._stored.append((conversation_id, seq))
        return True

    def send(self) -> None:
        """Call it after the transaction, so that the bot speaks at once. Never waits."""
        for conversation_id, seq in self._stored:
            self._carrier.wake(conversation_id, seq)
        self._stored.clear()


def bot_turn(session: Session, conversation: Conversation, payload: str, now: datetime) -> int:
    """Store a turn that nobody typed; its number."""
    seq = next_seq(conversation, now)
    session.add(
        Message(
            conversation_id=conversation.id,
            seq=seq,
            sender=Sender.SYSTEM,
            text="",
            payload=payload,
            at=now,
            state=MessageState.RECEIVED,
        )
    )
    return seq
