"""Hands a person everything that the desk holds of them: one archive of readable JSON files.

Words of colleagues are the person's data too, colleagues' names are not: they stand as "staff".
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from aftercare.attachments.on_tickets import put_by_staff
from aftercare.complaints.personal import complaint_told
from aftercare.database import writing
from aftercare.evaluation.personal import evaluation_told
from aftercare.maintenance.personal import count_maintenance, maintenance_told
from aftercare.privacy.export_words import EXPLANATION, KEPT_BACK
from aftercare.privacy.files import files_of, name_in_archive
from aftercare.privacy.holdings import Holdings, holdings_of
from aftercare.privacy.owned import owned_products
from aftercare.privacy.people import Person
from aftercare.privacy.receipts import Receipt, StoreLine, Why, hash_of, write_receipt
from aftercare.privacy.stores import Author, Stores
from aftercare.returns.personal import return_told
from aftercare.satisfaction.privacy import answers_of
from aftercare.tables.conversations import Conversation, Customer, Message, Sender
from aftercare.tables.guidance import GapQuestion, QuotedAnswer
from aftercare.tables.privacy import ReceiptKind
from aftercare.tables.tickets import Ticket, TicketEvent
from aftercare.tables.training import Training
from aftercare.tickets.history import EventKind
from aftercare.visits.personal import visits_told

_STAFF = "staff"


def export_person(
    stores: Stores, person: Person, author: Author, clock: Callable[[], datetime]
) -> tuple[bytes, Receipt]:
    """A ZIP archive, and the receipt of handing it out. Raises StorageUnavailable."""
    with writing(stores.sessions) as session:
        held = holdings_of(session, person)
        memory = stores.trackers.read(held.conversations)
        files = files_of(session, stores.files.store, held)
        conversations = _conversations(session, held)
        tickets = _tickets(session, held)
        answers = _answers(session, held)
        trainings = _trainings(session, held)
        products = owned_products(session, person)
        maintenance = count_maintenance(session, person.customer_id)
        rated = answers_of(session, held.tickets)
        receipt = write_receipt(
            session,
            ReceiptKind.EXPORT,
            hash_of(person, stores.settings.private_secret),
            [
                *_lines(stores, person, held, conversations, tickets, memory, len(files)),
                StoreLine("manual_questions", len(answers), handed_out=len(answers)),
                StoreLine("owned_products", len(products), handed_out=len(products)),
                StoreLine("maintenance", maintenance, handed_out=maintenance),
                StoreLine("satisfaction", len(rated), handed_out=len(rated)),
            ],
            staff_id=author.staff_id,
            now=clock(),
        )
        archive = _archive(
            {
                "person.json": _person(session, person),
                "conversations.json": conversations,
                "answers.json": answers,
                "tickets.json": tickets,
                "products.json": products,
                "maintenance.json": maintenance_told(session, person.customer_id),
                "trainings.json": trainings,
                "satisfaction.json": rated,
                "memory.json": memory,
                "receipt.json": _told(receipt),
            },
            files,
            receipt.at,
        )
    return archive, receipt


def write_export(file: Path, archive: bytes) -> None:
    """Write the archive where only its owner can read it. Raises FileExistsError, OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(archive)


def _person(session: Session, person: Person) -> dict[str, Any]:
    customer = session.get(Customer, person.customer_id) if person.customer_id else None
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "id_at_the_website": person.external_id,
        "language": person.language,
        "known_since": _time(customer.created_at) if customer else None,
    }


def _conversations(session: Session, held: Holdings) -> list[dict[str, Any]]:
    found = session.scalars(
        select(Conversation)
        .where(Conversation.id.in_(held.conversations))
        .order_by(Conversation.started_at, Conversation.id)
        .options(selectinload(Conversation.messages).selectinload(Message.attachments))
    )
    return [
        {
            "id": conversation.id,
            "channel": conversation.channel,
            "language": conversation.language,
            "signed_in_on_the_website": conversation.identified,
            "started_at": _time(conversation.started_at),
            "messages": [
                _message(message)
                for message in conversation.messages
                if message.sender != Sender.SYSTEM
            ],
        }
        for conversation in found
    ]


def _message(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": _time(message.at),
        "from": message.sender,
        "name": message.author,
        "text": message.text,
        "buttons": [button.get("title", "") for button in message.buttons],
        "sources": [source.get("path", "") for source in message.sources],
        "files": [name_in_archive(file) for file in message.attachments],
        "understood_as": message.intent,
        "found_in_it": [
            {"what": entity.get("entity"), "value": entity.get("value")}
            for entity in message.entities
        ],
    }
    return {name: value for name, value in told.items() if value}


def _answers(session: Session, held: Holdings) -> list[dict[str, Any]]:
    """What was asked of the manuals in the person's conversations, answered or not."""
    quoted = session.scalars(
        select(QuotedAnswer)
        .where(QuotedAnswer.conversation_id.in_(held.conversations))
        .order_by(QuotedAnswer.id)
    )
    unanswered = session.scalars(
        select(GapQuestion)
        .where(GapQuestion.conversation_id.in_(held.conversations))
        .order_by(GapQuestion.id)
        .options(joinedload(GapQuestion.gap))
    )
    return [
        {
            "at": _time(one.quoted_at),
            "conversation": one.conversation_id,
            "product": one.product_id,
            "question": one.question,
            "shown": one.heading,
            "outcome": one.outcome,
        }
        for one in quoted
    ] + [
        {
            "at": _time(one.asked_at),
            "conversation": one.conversation_id,
            "product": one.gap.product_id,
            "question": one.question,
            "shown": None,
            "outcome": None,
        }
        for one in unanswered
    ]


def _tickets(session: Session, held: Holdings) -> list[dict[str, Any]]:
    found = session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(held.tickets))
        .order_by(Ticket.id)
        .options(
            selectinload(Ticket.records),
            selectinload(Ticket.steps),
            selectinload(Ticket.events),
            selectinload(Ticket.clocks),
        )
    )
    return [
        {
            "number": ticket.number,
            "service": ticket.service_id,
            "product": ticket.product_id,
            "conversation": ticket.conversation_id,
            "language": ticket.language,
            "status": ticket.status,
            "opened_at": _time(ticket.created_at),
            "changed_at": _time(ticket.updated_at),
            "region": ticket.region,
            "due_at": {clock.kind: _time(clock.due_at) for clock in ticket.clocks if clock.due_at},
            "description": ticket.description,
            "records": {record.field: record.value for record in ticket.records},
            "checklist": [
                {
                    "step": step.text,
                    "done_at": _time(step.done_at) if step.done_at else None,
                }
                for step in ticket.steps
            ],
            "evaluation": evaluation_told(ticket),
            "visits": visits_told(session, ticket),
            "return": return_told(session, ticket),
            "complaint": complaint_told(session, ticket),
            "files": [
                {"file": name_in_archive(file), "shows": file.description, "for": file.used_for}
                for file in put_by_staff(session, ticket)
            ],
            "history": [
                {
                    "at": _time(event.at),
                    "what": event.kind,
                    "by": _STAFF if event.staff_id is not None else event.actor,
                    "from": event.from_status,
                    "to": event.to_status,
                    "about": event.about,
                    "before": _without_colleagues(event, event.before),
                    "after": _without_colleagues(event, event.after),
                    "note": event.note,
                }
                for event in ticket.events
            ],
        }
        for ticket in found
    ]


def _without_colleagues(event: TicketEvent, value: str | None) -> str | None:
    return _STAFF if value and event.kind == EventKind.ASSIGNED else value


def _trainings(session: Session, held: Holdings) -> list[dict[str, Any]]:
    found = session.scalars(
        select(Training).where(Training.id.in_(held.trainings)).order_by(Training.id)
    )
    return [
        {
            "product": training.product_id,
            "lesson": training.title,
            "conversation": training.conversation_id,
            "email_for_going_on": training.email,
            "language": training.language,
            "manual": training.manual_title,
            "manual_version": training.manual_version,
            "manual_language": training.manual_language,
            "status": training.status,
            "steps_shown": training.step,
            "steps": training.steps,
            "stuck_at": training.stuck_at,
            "questions_answered": training.questions,
            "answered_right": training.right_answers,
            "started_at": _time(training.started_at),
            "changed_at": _time(training.updated_at),
            "finished_at": _time(training.finished_at) if training.finished_at else None,
        }
        for training in found
    ]


def _lines(
    stores: Stores,
    person: Person,
    held: Holdings,
    conversations: list[dict[str, Any]],
    tickets: list[dict[str, Any]],
    memory: dict[str, Any],
    files: int,
) -> list[StoreLine]:
    known = int(person.customer_id is not None)
    backups = stores.backups()

    def given(store: str, number: int) -> StoreLine:
        return StoreLine(store, number, handed_out=number)

    def held_back(store: str, number: int, why: Why) -> StoreLine:
        return StoreLine(store, number, kept=number, why=why if number else None)

    return [
        given("customers", known),
        given("conversations", len(conversations)),
        given("messages", sum(len(one["messages"]) for one in conversations)),
        held_back("unclaimed_conversations", len(held.unclaimed), Why.NOT_PROVED),
        held_back("messages_elsewhere", len(held.elsewhere), Why.NOT_PROVED),
        given("tickets", len(tickets)),
        given("ticket_records", sum(len(one["records"]) for one in tickets)),
        given("ticket_history", sum(len(one["history"]) for one in tickets)),
        held_back("tickets_elsewhere", len(held.tickets_elsewhere), Why.NOT_PROVED),
        StoreLine(
            "trainings",
            len(held.trainings) + len(held.trainings_elsewhere),
            handed_out=len(held.trainings),
            kept=len(held.trainings_elsewhere),
            why=Why.NOT_PROVED if held.trainings_elsewhere else None,
        ),
        given("trackers", len(memory)),
        given("attachments", files),
        StoreLine("index", 0, why=Why.NO_PERSONAL_DATA),
        held_back("backups", backups, Why.CANNOT_CHANGE),
    ]


def _told(receipt: Receipt) -> list[dict[str, Any]]:
    return [
        {
            "store": line.store,
            "found": line.found,
            "handed_out": line.handed_out,
            "kept_back": line.kept,
            "why": KEPT_BACK.get(line.why) if line.why else None,
        }
        for line in receipt.lines
    ]


def _archive(files: dict[str, Any], sent: dict[str, Iterator[bytes]], at: datetime) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, value in (("README.txt", EXPLANATION), *files.items()):
            text = (
                value if name.endswith(".txt") else json.dumps(value, ensure_ascii=False, indent=2)
            )
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
        for name, pieces in sent.items():
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            # Photos and videos are packed already.
            with archive.open(entry, "w") as written:
                for piece in pieces:
                    written.write(piece)
    return content.getvalue()


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
