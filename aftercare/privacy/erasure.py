"""Erases one person while the desk serves others, and writes down what became of each store.

Their chats are closed first, so that nothing new comes in; then the bot finishes the messages that
it has in work, because an answer that comes after the erasure would bring data back. Only then the
bot's memory and the files go, and last everything in the database in one transaction with the
receipt: whatever stops in between, the person is still found and the same erasure ends the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.complaints.personal import blot_complaints
from aftercare.database import SessionFactory, reading, writing
from aftercare.errors import AftercareError
from aftercare.maintenance.personal import (
    count_maintenance,
    let_go_of_conversations,
    remove_consents,
)
from aftercare.privacy.anonymise import Anonymised, anonymise_tickets
from aftercare.privacy.files import blot_descriptions, remove_files, remove_ticket_files
from aftercare.privacy.holdings import Holdings, count_waiting, holdings_of
from aftercare.privacy.mentions import ERASED, blot_message, blot_ticket, blotted, mentions
from aftercare.privacy.owned import forget_proofs, remove_owned
from aftercare.privacy.people import Person
from aftercare.privacy.receipts import Receipt, StoreLine, Why, hash_of, write_receipt
from aftercare.privacy.stores import Author, Stores
from aftercare.privacy.traces import empty_log, overwrite_removed
from aftercare.returns.personal import blot_words
from aftercare.satisfaction.privacy import blot_reasons, count_answers, let_go_of
from aftercare.tables.attachments import Attachment
from aftercare.tables.conversations import ChatSession, Conversation, Customer, Message
from aftercare.tables.guidance import GapQuestion, ManualGap, QuotedAnswer
from aftercare.tables.handover import Handover, HandoverEvent
from aftercare.tables.privacy import ReceiptKind
from aftercare.tables.tickets import Ticket
from aftercare.tables.training import Training
from aftercare.training.records import forget_person

_POLL_SECONDS = 0.2
#: A website that knows the customer may open a new conversation at any moment.
_ROUNDS = 5


class ConversationInWork(AftercareError):
    """The bot still works on the person's messages; nothing but their chat sessions was removed."""


def erase_person(
    stores: Stores,
    person: Person,
    author: Author,
    clock: Callable[[], datetime],
    *,
    patience: float,
    pause: Callable[[float], None] = time.sleep,
) -> Receipt:
    """Remove what can be removed, take the person out of the rest, and give the receipt.

    `patience`: seconds that the bot gets to finish messages in work. Raises ConversationInWork
    where that is not enough, StorageUnavailable.
    """
    sessions, looks = stores.sessions, mentions(person.contacts)
    closed = forgotten = changed = files = 0
    for _ in range(_ROUNDS):
        with writing(sessions) as session:
            before = holdings_of(session, person)
            closed += _close(session, before)
        _wait_for_bot(sessions, before, patience, pause)
        forgotten += stores.trackers.remove(_erased(before))
        with reading(sessions) as session:
            files += remove_files(session, stores.files.store, _erased(before))
            files += remove_ticket_files(
                session, stores.files.store, before.tickets + before.unclaimed_tickets
            )
        if looks and before.elsewhere_in:
            changed += stores.trackers.rewrite(
                before.elsewhere_in, lambda known: blotted(known, looks)
            )
        try:
            with writing(sessions) as session:
                if not _hold(session, person, before):
                    continue
                lines = [
                    StoreLine("chat_sessions", closed, removed=closed),
                    *_erase(session, person, before, clock(), author),
                    *_other_stores(stores, forgotten, changed, files),
                ]
                receipt = write_receipt(
                    session,
                    ReceiptKind.ERASURE,
                    hash_of(person, stores.settings.private_secret),
                    lines,
                    staff_id=author.staff_id,
                    now=clock(),
                )
        except IntegrityError:
            # A conversation or ticket of the person was added in the same moment.
            continue
        empty_log(sessions.kw["bind"])
        return receipt
    raise ConversationInWork("the person keeps opening conversations")


def _close(session: Session, held: Holdings) -> int:
    """End the chats: their tokens open nothing any more. The number of tokens."""
    tokens = ChatSession.conversation_id.in_(_erased(held))
    count = session.scalar(select(func.count()).select_from(ChatSession).where(tokens)) or 0
    session.execute(delete(ChatSession).where(tokens))
    return count


def _wait_for_bot(
    sessions: SessionFactory, held: Holdings, patience: float, pause: Callable[[float], None]
) -> None:
    waited = 0.0
    while True:
        with reading(sessions) as session:
            waiting = count_waiting(session, _erased(held))
        if not waiting:
            return
        if waited >= patience:
            raise ConversationInWork(f"{waiting} messages still wait for the bot's answer")
        pause(_POLL_SECONDS)
        waited += _POLL_SECONDS


def _hold(session: Session, person: Person, before: Holdings) -> bool:
    """Keep others from the conversations; False where something has come in since."""
    ids = sorted(_erased(before))
    session.execute(select(Conversation.id).where(Conversation.id.in_(ids)).with_for_update())
    now = holdings_of(session, person)
    return now == before and not count_waiting(session, _erased(now))


def _erase(
    session: Session, person: Person, held: Holdings, now: datetime, author: Author
) -> list[StoreLine]:
    overwrite_removed(session)
    tickets = anonymise_tickets(
        session,
        held.tickets + held.unclaimed_tickets,
        now,
        staff_id=author.staff_id,
        actor=author.name,
    )
    rated = count_answers(session, held.tickets + held.unclaimed_tickets)
    quoted, unanswered = _count_questions(session, _erased(held))
    trainings = held.trainings + held.trainings_elsewhere
    forget_person(session, trainings)
    said, unclaimed = (
        remove_conversations(session, ids) for ids in (held.conversations, held.unclaimed)
    )
    _blot(session, person, held)
    customers = [person.customer_id] if person.customer_id is not None else []
    maintenance = count_maintenance(session, person.customer_id)
    owned = remove_owned(session, customers)
    remove_consents(session, customers)
    known = len(customers)
    if known:
        session.execute(delete(Customer).where(Customer.id == person.customer_id))
    return [
        StoreLine("customers", known, removed=known),
        StoreLine("owned_products", owned, removed=owned),
        StoreLine("maintenance", maintenance, removed=maintenance),
        StoreLine("conversations", len(held.conversations), removed=len(held.conversations)),
        StoreLine("messages", said, removed=said),
        StoreLine("unclaimed_conversations", len(held.unclaimed), removed=len(held.unclaimed)),
        StoreLine("unclaimed_messages", unclaimed, removed=unclaimed),
        _elsewhere("messages_elsewhere", len(held.elsewhere)),
        *_ticket_lines(tickets),
        _elsewhere("tickets_elsewhere", len(held.tickets_elsewhere)),
        StoreLine(
            "manual_questions",
            quoted + unanswered,
            removed=unanswered,
            anonymised=quoted,
            why=Why.STATISTICS if quoted else None,
        ),
        StoreLine(
            "trainings",
            len(trainings),
            anonymised=len(trainings),
            why=Why.STATISTICS if trainings else None,
        ),
        StoreLine("satisfaction", rated, anonymised=rated, why=Why.STATISTICS if rated else None),
    ]


def _elsewhere(store: str, blotted_out: int) -> StoreLine:
    why = Why.OTHERS_CASE if blotted_out else None
    return StoreLine(store, blotted_out, anonymised=blotted_out, why=why)


def _ticket_lines(done: Anonymised) -> list[StoreLine]:
    why = Why.STATISTICS if done.tickets else None
    return [
        StoreLine("tickets", done.tickets, anonymised=done.tickets, why=why),
        StoreLine(
            "ticket_records",
            done.records_removed + done.records_kept,
            removed=done.records_removed,
            kept=done.records_kept,
            why=why,
        ),
        StoreLine(
            "ticket_history",
            done.events_changed + done.events_kept,
            anonymised=done.events_changed,
            kept=done.events_kept,
            why=why,
        ),
    ]


def _other_stores(stores: Stores, forgotten: int, changed: int, files: int) -> list[StoreLine]:
    backups = stores.backups()
    return [
        StoreLine(
            "trackers",
            forgotten + changed,
            removed=forgotten,
            anonymised=changed,
            why=Why.OTHERS_CASE if changed else None,
        ),
        StoreLine("attachments", files, removed=files),
        StoreLine("index", 0, why=Why.NO_PERSONAL_DATA),
        StoreLine("backups", backups, kept=backups, why=Why.CANNOT_CHANGE if backups else None),
    ]


def remove_conversations(session: Session, ids: tuple[str, ...]) -> int:
    """Delete conversations with all that was said; the number of messages. Tickets stay.

    The contents of files are to be removed before (remove_files).
    """
    here = Message.conversation_id.in_(ids)
    messages = session.scalar(select(func.count()).select_from(Message).where(here)) or 0
    forget_proofs(session, ids)
    session.execute(delete(Attachment).where(Attachment.conversation_id.in_(ids)))
    handovers = select(Handover.id).where(Handover.conversation_id.in_(ids))
    session.execute(delete(HandoverEvent).where(HandoverEvent.handover_id.in_(handovers)))
    session.execute(delete(Handover).where(Handover.conversation_id.in_(ids)))
    _forget_questions(session, ids)
    session.execute(delete(Message).where(here))
    session.execute(delete(ChatSession).where(ChatSession.conversation_id.in_(ids)))
    session.execute(
        update(Ticket).where(Ticket.conversation_id.in_(ids)).values(conversation_id=None)
    )
    let_go_of(session, ids)
    let_go_of_conversations(session, ids)
    session.execute(
        update(Training).where(Training.conversation_id.in_(ids)).values(conversation_id=None)
    )
    session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
    return messages


def _count_questions(session: Session, ids: tuple[str, ...]) -> tuple[int, int]:
    """How many questions of these conversations a manual answered, and how many none did."""
    quoted, unanswered = (
        session.scalar(
            select(func.count()).select_from(table).where(table.conversation_id.in_(ids))
        )
        for table in (QuotedAnswer, GapQuestion)
    )
    return quoted or 0, unanswered or 0


def _forget_questions(session: Session, ids: tuple[str, ...]) -> None:
    """Take out what was asked of the manuals. Which section helped is counted on without it."""
    session.execute(
        update(QuotedAnswer)
        .where(QuotedAnswer.conversation_id.in_(ids))
        .values(conversation_id=None, question="")
    )
    asked = GapQuestion.conversation_id.in_(ids)
    gaps = list(session.scalars(select(GapQuestion.gap_id).where(asked).distinct()))
    session.execute(delete(GapQuestion).where(asked))
    left = select(GapQuestion.gap_id)
    session.execute(delete(ManualGap).where(ManualGap.id.in_(gaps), ManualGap.id.not_in(left)))


def _blot(session: Session, person: Person, held: Holdings) -> None:
    """Take the person's contacts out of what belongs to others."""
    looks = mentions(person.contacts)
    if looks is None:
        return
    for message in session.scalars(select(Message).where(Message.id.in_(held.elsewhere))):
        blot_message(message, looks)
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(held.tickets_elsewhere))):
        blot_ticket(ticket, looks)
    blot_reasons(session, held.tickets_elsewhere, looks, ERASED)
    blot_words(session, held.tickets_elsewhere, looks, ERASED)
    blot_complaints(session, held.tickets_elsewhere, looks, ERASED)
    blot_descriptions(session, held, looks, ERASED)


def _erased(held: Holdings) -> tuple[str, ...]:
    """The conversations that go as a whole."""
    return held.conversations + held.unclaimed
