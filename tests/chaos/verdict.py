"""Compares what the customers remember with the database and with Rasa's own record."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.database import SessionFactory, reading
from aftercare.tables.conversations import Message, MessageState, Sender
from aftercare.tables.tickets import Ticket
from gateway.bot import turn_id
from gateway.notices import DELAY_NOTICE
from tests.chaos.customers import Talked


@dataclass
class Verdict:
    """Each list names what went wrong, by conversation and number; all should be empty."""

    messages: int = 0
    answers: int = 0
    tickets: int = 0
    #: Acknowledged and not there, not answered, or never shown to the customer.
    lost: list[str] = field(default_factory=list)
    #: There twice, answered twice, done twice by the bot, or shown twice.
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    wrong_tickets: list[str] = field(default_factory=list)
    #: Conversations that their customer gave up.
    trouble: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        return not (
            self.lost or self.doubled or self.out_of_order or self.wrong_tickets or self.trouble
        )


def judge(sessions: SessionFactory, tracker_db: Path, talks: Sequence[Talked]) -> Verdict:
    """Everything must be at rest. Raises StorageUnavailable."""
    verdict = Verdict()
    trackers = _done_by_bot(tracker_db)
    with reading(sessions) as session:
        for talked in talks:
            stored = _stored(session, talked.conversation_id)
            _judge_messages(verdict, talked, stored)
            _judge_answers(verdict, talked, stored)
            _judge_shown(verdict, talked, stored)
            _judge_bot(verdict, stored, trackers.get(talked.conversation_id, []))
            _judge_tickets(verdict, session, talked)
            if talked.trouble:
                verdict.trouble.append(f"{talked.conversation_id}: {talked.trouble}")
        known = [talked.conversation_id for talked in talks]
        of_nobody = select(Ticket.number).where(
            Ticket.conversation_id.is_(None) | Ticket.conversation_id.not_in(known)
        )
        verdict.wrong_tickets += [f"of nobody: {number}" for number in session.scalars(of_nobody)]
    return verdict


def unanswered(sessions: SessionFactory) -> int:
    """How many messages still wait. Raises StorageUnavailable."""
    with reading(sessions) as session:
        return len(
            session.scalars(select(Message.id).where(Message.state == MessageState.RECEIVED)).all()
        )


def _stored(session: Session, conversation_id: str) -> list[Message]:
    """By number."""
    return list(
        session.scalars(
            select(Message).where(Message.conversation_id == conversation_id).order_by(Message.seq)
        )
    )


def _judge_messages(verdict: Verdict, talked: Talked, stored: list[Message]) -> None:
    """The customer's own: all there, once, under their numbers and in their order."""
    own = [message for message in stored if message.sender == Sender.CUSTOMER]
    verdict.messages += len(own)
    there = [(message.client_id or "", message.seq) for message in own]
    sent = {(client_id, seq) for client_id, seq in talked.sent}
    verdict.lost += [f"{talked.conversation_id}:{seq}" for _, seq in sent - set(there)]
    verdict.doubled += [f"{talked.conversation_id}:{seq}" for _, seq in set(there) - sent]
    both = [entry for entry in talked.sent if entry in set(there)]
    if both != [entry for entry in there if entry in sent]:
        verdict.out_of_order.append(f"{talked.conversation_id}: messages")
    verdict.lost += [
        f"{talked.conversation_id}:{message.seq} is {message.state}"
        for message in own
        if message.state != MessageState.DONE
    ]


def _judge_answers(verdict: Verdict, talked: Talked, stored: list[Message]) -> None:
    """One set of answers a message, and the sets in the order of the messages."""
    answers = [
        message
        for message in stored
        if message.sender == Sender.BOT and message.response != DELAY_NOTICE
    ]
    verdict.answers += len(answers)
    answered = [message.answers_seq or 0 for message in answers]
    verdict.lost += [
        f"{talked.conversation_id}:{seq} has no answer"
        for _, seq in talked.sent
        if seq not in answered
    ]
    said = Counter((message.answers_seq, message.response, message.text) for message in answers)
    verdict.doubled += [
        f"{talked.conversation_id}:{seq} answered {times} times by {response}"
        for (seq, response, _), times in said.items()
        if times > 1
    ]
    if answered != sorted(answered):
        verdict.out_of_order.append(f"{talked.conversation_id}: answers")


def _judge_shown(verdict: Verdict, talked: Talked, stored: list[Message]) -> None:
    """Live events and asking showed every message once, in order, up to the last one shown."""
    last = max(talked.seen, default=0)
    wanted = [m.seq for m in stored if m.sender != Sender.SYSTEM and m.seq <= last]
    if talked.seen == wanted:
        return
    where = f"{talked.conversation_id} as shown"
    if set(wanted) - set(talked.seen):
        verdict.lost.append(where)
    if len(set(talked.seen)) < len(talked.seen):
        verdict.doubled.append(where)
    if talked.seen != sorted(talked.seen):
        verdict.out_of_order.append(where)


def _judge_bot(verdict: Verdict, stored: list[Message], done: list[str]) -> None:
    """Rasa took each turn once and in order, the greeting included."""
    wanted = [
        turn_id(message.conversation_id, message.seq)
        for message in stored
        if message.sender in (Sender.CUSTOMER, Sender.SYSTEM)
    ]
    if done == wanted:
        return
    verdict.lost += [f"{turn} not done by the bot" for turn in wanted if turn not in done]
    times = Counter(done)
    verdict.doubled += [f"{turn} done {times[turn]} times" for turn in times if times[turn] > 1]
    if list(dict.fromkeys(done)) != [turn for turn in wanted if turn in done]:
        verdict.out_of_order.append(f"{wanted[0] if wanted else '?'}: turns of the bot")


def _judge_tickets(verdict: Verdict, session: Session, talked: Talked) -> None:
    numbers = session.scalars(
        select(Ticket.number).where(Ticket.conversation_id == talked.conversation_id)
    ).all()
    verdict.tickets += len(numbers)
    if list(numbers) != ([talked.ticket] if talked.ticket else []):
        verdict.wrong_tickets.append(
            f"{talked.conversation_id}: told {talked.ticket or 'none'}, written {list(numbers)}"
        )


def _done_by_bot(tracker_db: Path) -> dict[str, list[str]]:
    """The turns in Rasa's record by conversation, in its order."""
    with sqlite3.connect(tracker_db) as connection:
        rows = connection.execute("SELECT sender_id, events FROM trackers").fetchall()
    connection.close()
    return {
        sender: [
            event["metadata"]["turn_id"]
            for event in json.loads(events)
            if event["event"] == "user" and "turn_id" in (event.get("metadata") or {})
        ]
        for sender, events in rows
    }
