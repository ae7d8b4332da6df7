"""A conversation as staff read it: every message in order, with what the bot made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from aftercare.attachments.headers import is_shown
from aftercare.attachments.tying import ONLY_FILES
from aftercare.handover.notices import COME_BACK
from aftercare.tables.attachments import StoredFile
from aftercare.tables.conversations import Conversation, Message, MessageState, Sender
from aftercare.tables.handover import Handover, HandoverEvent, HandoverStep
from aftercare.tables.staff import Staff
from aftercare.tables.tickets import Ticket


@dataclass(frozen=True)
class Button:
    title: str
    payload: str
    pressed: bool = False


@dataclass(frozen=True)
class Source:
    """A place in a manual that an answer rests on."""

    name: str
    address: str


@dataclass(frozen=True)
class Entity:
    kind: str
    value: str


@dataclass(frozen=True)
class FileLine:
    """A file that somebody sent; width and height in pixels, of images only."""

    id: str
    name: str
    media_type: str
    size: int
    is_image: bool
    width: int | None
    height: int | None
    shows: str
    """What an image shows; empty where nobody has said so."""


@dataclass(frozen=True)
class Line:
    seq: int
    sender: Sender
    text: str
    at: datetime
    state: MessageState
    pressed_button: bool = False
    author: str | None = None
    taken_up: bool = False
    """The turn by which the bot goes on after a person."""
    intent: str | None = None
    confidence: float | None = None
    entities: tuple[Entity, ...] = ()
    response: str | None = None
    error_id: str | None = None
    buttons: tuple[Button, ...] = ()
    sources: tuple[Source, ...] = ()
    files: tuple[FileLine, ...] = ()


@dataclass(frozen=True)
class Step:
    """Something about who has the conversation; `name` of the staff member who did it."""

    id: int
    step: HandoverStep
    at: datetime
    name: str | None
    waited: timedelta | None


@dataclass(frozen=True)
class TicketLink:
    number: str
    status: str


@dataclass(frozen=True)
class Person:
    name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Transcript:
    id: str
    channel: str
    language: str
    started_at: datetime
    last_message_at: datetime
    customer: Person | None
    lines: list[Line] = field(default_factory=list)
    steps: dict[int, list[Step]] = field(default_factory=dict)
    """By the number of the line that each comes after."""
    tickets: list[TicketLink] = field(default_factory=list)


def read_transcript(session: Session, conversation: Conversation, after: int = 0) -> Transcript:
    """The conversation with its lines, all of them or those after a number."""
    messages = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.seq > after)
        .order_by(Message.seq)
        .options(selectinload(Message.attachments))
    ).all()
    tickets = session.execute(
        select(Ticket.number, Ticket.status)
        .where(Ticket.conversation_id == conversation.id)
        .order_by(Ticket.id)
    )
    customer = conversation.customer
    return Transcript(
        id=conversation.id,
        channel=conversation.channel,
        language=conversation.language,
        started_at=conversation.started_at,
        last_message_at=conversation.last_message_at,
        customer=Person(customer.name, customer.email, customer.phone) if customer else None,
        lines=_mark_pressed([_line(message) for message in messages], messages),
        steps=_steps(session, conversation.id, after),
        tickets=[TicketLink(number, status) for number, status in tickets],
    )


def _steps(session: Session, conversation_id: str, after: int) -> dict[int, list[Step]]:
    rows = session.execute(
        select(HandoverEvent, Staff.name)
        .join(Handover, Handover.id == HandoverEvent.handover_id)
        .outerjoin(Staff, Staff.id == HandoverEvent.staff_id)
        .where(Handover.conversation_id == conversation_id, HandoverEvent.after_seq >= after)
        .order_by(HandoverEvent.id)
    )
    steps: dict[int, list[Step]] = defaultdict(list)
    for event, name in rows:
        waited = None if event.waited_seconds is None else timedelta(seconds=event.waited_seconds)
        steps[event.after_seq].append(
            Step(event.id, HandoverStep(event.step), event.at, name, waited)
        )
    return dict(steps)


def _line(message: Message) -> Line:
    return Line(
        seq=message.seq,
        sender=Sender(message.sender),
        text=message.text,
        at=message.at,
        state=MessageState(message.state),
        pressed_button=message.sender == Sender.CUSTOMER
        and message.payload not in (None, ONLY_FILES),
        author=message.author,
        taken_up=message.sender == Sender.SYSTEM and message.payload == COME_BACK,
        intent=message.intent,
        confidence=message.confidence,
        entities=tuple(_entity(entity) for entity in message.entities),
        response=message.response,
        error_id=message.error_id,
        buttons=tuple(
            Button(str(button.get("title", "")), str(button.get("payload", "")))
            for button in message.buttons
        ),
        sources=tuple(_source(source) for source in message.sources),
        files=tuple(file_line(file) for file in message.attachments),
    )


def file_line(file: StoredFile) -> FileLine:
    """A file as pages show it."""
    return FileLine(
        file.id,
        file.name,
        file.media_type,
        file.size,
        is_shown(file),
        file.width,
        file.height,
        file.description,
    )


def _entity(entity: dict[str, Any]) -> Entity:
    return Entity(str(entity.get("entity", "")), str(entity.get("value", "")))


def _source(source: dict[str, Any]) -> Source:
    parts = [source.get("title"), source.get("section")]
    address = str(source.get("path") or "")
    return Source(", ".join(str(part) for part in parts if part) or address, address)


def _mark_pressed(lines: list[Line], messages: Any) -> list[Line]:
    """Mark each pressed button where it was offered last before it was pressed."""
    for place, message in enumerate(messages):
        if not lines[place].pressed_button:
            continue
        for earlier in range(place - 1, -1, -1):
            offered = lines[earlier].buttons
            if any(button.payload == message.payload for button in offered):
                lines[earlier] = replace(
                    lines[earlier],
                    buttons=tuple(
                        replace(button, pressed=button.pressed or button.payload == message.payload)
                        for button in offered
                    ),
                )
                break
    return lines
