"""Finds conversations by filters and words, a page at a time, with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from aftercare.tables.conversations import Conversation, Customer, Message, MessageState, Sender
from aftercare.tables.tickets import Ticket
from aftercare.ticket_numbers import read_number
from console.access import Visit, seen_conversations
from console.filters import WORDS, Filters
from console.paging import Page, Place, fetch_page
from console.text_search import holds, mentions

#: The filters of the list, besides words and days.
NAMES = ("channel", "language", "intent", "ticket", "error")


@dataclass(frozen=True)
class ConversationRow:
    id: str
    last_message_at: datetime
    customer: str | None
    language: str
    channel: str
    messages: int
    errors: int
    last_words: str
    tickets: tuple[str, ...]


@dataclass(frozen=True)
class _Counts:
    messages: int = 0
    errors: int = 0


def fetch_conversations(visit: Visit, filters: Filters, place: Place) -> Page[ConversationRow]:
    """Conversations with the latest activity first."""
    words = filters.get(WORDS)
    page = fetch_page(
        visit.session,
        _filtered(visit, filters),
        place,
        Conversation.last_message_at,
        Conversation.id,
        # Each is found by an index of its own, which one condition for all could not use.
        parts=_mentions(visit.session, words) if words else None,
        looks=partial(_is_about, visit.session, words) if words else None,
    )
    ids = [conversation.id for conversation in page.rows]
    counts, last = _counts(visit.session, ids), last_words(visit.session, ids)
    tickets = _ticket_numbers(visit.session, ids)
    rows = [
        ConversationRow(
            id=conversation.id,
            last_message_at=conversation.last_message_at,
            customer=conversation.customer.name if conversation.customer else None,
            language=conversation.language,
            channel=conversation.channel,
            messages=counts.get(conversation.id, _Counts()).messages,
            errors=counts.get(conversation.id, _Counts()).errors,
            last_words=last.get(conversation.id, ""),
            tickets=tuple(tickets[conversation.id]),
        )
        for conversation in page.rows
    ]
    return Page(rows, page.older, page.newer)


def went_wrong() -> ColumnElement[bool]:
    """Whether a message ended in an error."""
    return or_(Message.error_id.is_not(None), Message.state == MessageState.FAILED)


def _filtered(visit: Visit, filters: Filters) -> Select[Conversation]:
    statement = seen_conversations(visit).options(joinedload(Conversation.customer))
    if channel := filters.get("channel"):
        statement = statement.where(Conversation.channel == channel)
    if language := filters.get("language"):
        statement = statement.where(Conversation.language == language)
    if intent := filters.get("intent"):
        statement = statement.where(_has_message(Message.intent == intent))
    if filters.get("error"):
        statement = statement.where(_has_message(went_wrong()))
    if filters.get("ticket"):
        statement = statement.where(_has_ticket())
    # A conversation belongs to every day between its first and its last message.
    if begin := filters.begin(visit.desk.zone):
        statement = statement.where(Conversation.last_message_at >= begin)
    if end := filters.end(visit.desk.zone):
        statement = statement.where(Conversation.started_at < end)
    return statement


def _mentions(session: Session, words: str) -> list[ColumnElement[bool]]:
    """The conditions of which one holds for a conversation that the words are about."""
    said = select(Message.conversation_id).where(
        Message.sender != Sender.SYSTEM, mentions(session, Message, words)
    )
    of_customer = select(Customer.id).where(mentions(session, Customer, words))
    number = read_number(words)
    fits = Ticket.number == number if number else mentions(session, Ticket, words)
    of_ticket = select(Ticket.conversation_id).where(Ticket.conversation_id.is_not(None), fits)
    return [
        Conversation.id.in_(said),
        Conversation.customer_id.in_(of_customer),
        Conversation.id.in_(of_ticket),
    ]


def _is_about(session: Session, words: str, row: type[Conversation]) -> ColumnElement[bool]:
    """Whether the words are about one conversation, looked up from there."""
    said = select(Message.id).where(
        Message.conversation_id == row.id,
        Message.sender != Sender.SYSTEM,
        holds(session, Message, words),
    )
    of_customer = select(Customer.id).where(
        Customer.id == row.customer_id, holds(session, Customer, words)
    )
    number = read_number(words)
    fits = Ticket.number == number if number else holds(session, Ticket, words)
    of_ticket = select(Ticket.id).where(Ticket.conversation_id == row.id, fits)
    # The offset keeps PostgreSQL from turning the question around.
    return or_(*(one.offset(0).exists() for one in (said, of_customer, of_ticket)))


def _has_message(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(Message.id)
        .where(Message.conversation_id == Conversation.id, *conditions)
        .correlate(Conversation)
        .exists()
    )


def _has_ticket() -> ColumnElement[bool]:
    return (
        select(Ticket.id)
        .where(Ticket.conversation_id == Conversation.id)
        .correlate(Conversation)
        .exists()
    )


def _counts(session: Session, ids: list[str]) -> dict[str, _Counts]:
    rows = session.execute(
        select(
            Message.conversation_id,
            func.count().filter(Message.sender != Sender.SYSTEM),
            func.count().filter(went_wrong()),
        )
        .where(Message.conversation_id.in_(ids))
        .group_by(Message.conversation_id)
    )
    return {conversation: _Counts(messages, errors) for conversation, messages, errors in rows}


def last_words(session: Session, ids: list[str]) -> dict[str, str]:
    """What the customer said last in each of the conversations."""
    newest = (
        select(Message.conversation_id, func.max(Message.seq).label("seq"))
        .where(
            Message.conversation_id.in_(ids),
            Message.sender == Sender.CUSTOMER,
            # A message may be nothing but files.
            Message.text != "",
        )
        .group_by(Message.conversation_id)
        .subquery()
    )
    rows = session.execute(
        select(Message.conversation_id, Message.text).join(
            newest,
            (Message.conversation_id == newest.c.conversation_id) & (Message.seq == newest.c.seq),
        )
    )
    return {conversation: text for conversation, text in rows}


def _ticket_numbers(session: Session, ids: list[str]) -> dict[str, list[str]]:
    numbers: dict[str, list[str]] = defaultdict(list)
    for conversation, number in session.execute(
        select(Ticket.conversation_id, Ticket.number)
        .where(Ticket.conversation_id.in_(ids))
        .order_by(Ticket.id)
    ):
        if conversation:
            numbers[conversation].append(number)
    return numbers
