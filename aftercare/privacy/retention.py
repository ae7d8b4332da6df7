"""Keeps the periods: what is older than its setting goes, in small transactions, while all runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from aftercare.database import reading, writing
from aftercare.maintenance.personal import remove_consents
from aftercare.privacy.anonymise import ANONYMISED, anonymise_tickets
from aftercare.privacy.erasure import remove_conversations
from aftercare.privacy.files import remove_files, remove_ticket_files
from aftercare.privacy.holdings import DONE
from aftercare.privacy.owned import remove_pieces
from aftercare.privacy.stores import COMMAND, Stores
from aftercare.privacy.traces import empty_log, overwrite_removed
from aftercare.tables.base import Base
from aftercare.tables.conversations import Conversation, Customer, Message, MessageState
from aftercare.tables.ownership import OwnedProduct
from aftercare.tables.privacy import PrivacyReceipt
from aftercare.tables.staff import SignInFailure
from aftercare.tables.tickets import FailedProof, Ticket, TicketEvent
from aftercare.tables.training import Training
from aftercare.training.records import forget_person

#: So many conversations, tickets or rows at once: nobody who writes waits long.
_BATCH = 200
#: Wrong proofs count for an hour; so long somebody may look at them.
_PROOFS_KEPT_DAYS = 1
#: Any number that nothing else of a PostgreSQL database uses: one process at a time keeps periods.
_ADVISORY_LOCK = 7_202_611_214


@dataclass(frozen=True)
class Period:
    """What became of one kind of record; `days` 0 keeps it for ever."""

    kind: str
    days: int
    due: int


def apply_periods(stores: Stores, now: datetime, *, dry_run: bool = False) -> list[Period]:
    """Remove, or only count, what is older than its period. Raises StorageUnavailable."""
    settings = stores.settings
    # Tickets before conversations before customers: each lets go of the next.
    done = [
        _Job(stores, "tickets", settings.keep_tickets_days, _old_tickets, _anonymise),
        _Job(stores, "trainings", settings.keep_tickets_days, _old_trainings, _forget_trained),
        _Job(
            stores,
            "conversations",
            settings.keep_conversations_days,
            _old_conversations,
            _remove_conversations,
        ),
        _Job(
            stores,
            "owned_products",
            settings.keep_owned_products_days,
            lambda before: select(OwnedProduct.id).where(OwnedProduct.updated_at < before),
            _remove_owned,
        ),
        _Job(
            stores,
            "customers",
            settings.keep_conversations_days,
            _customers_without_anything,
            _remove_customers,
        ),
        _Job(
            stores,
            "sign_in_failures",
            settings.keep_sign_in_failures_days,
            lambda before: select(SignInFailure.id).where(SignInFailure.at < before),
            _remove(SignInFailure),
        ),
        _Job(
            stores,
            "failed_proofs",
            _PROOFS_KEPT_DAYS,
            lambda before: select(FailedProof.id).where(FailedProof.at < before),
            _remove(FailedProof),
        ),
        _Job(
            stores,
            "receipts",
            settings.keep_receipts_days,
            lambda before: select(PrivacyReceipt.id).where(PrivacyReceipt.at < before),
            _remove(PrivacyReceipt),
        ),
    ]
    periods = [job.run(now, dry_run) for job in done]
    periods.append(_trackers(stores, settings.keep_trackers_days, now, dry_run))
    periods.append(_exports(stores, settings.keep_exports_days, now, dry_run))
    if not dry_run and any(period.due for period in periods):
        empty_log(stores.sessions.kw["bind"])
    return periods


@dataclass(frozen=True)
class _Job:
    """`due` selects the ids of what was last needed before a moment; `settle` deals with some."""

    stores: Stores
    kind: str
    days: int
    due: Callable[[datetime], Select[int] | Select[str]]
    settle: Callable[[Stores, Session, list[int | str], datetime], None]

    def run(self, now: datetime, dry_run: bool) -> Period:
        if not self.days:
            return Period(self.kind, 0, 0)
        ids = self.due(now - timedelta(days=self.days))
        if dry_run:
            with reading(self.stores.sessions) as session:
                counted = select(func.count()).select_from(ids.subquery())
                return Period(self.kind, self.days, session.scalar(counted) or 0)
        settled = 0
        while True:
            with writing(self.stores.sessions) as session:
                batch: list[int | str] = []
                if _alone(session):
                    batch.extend(session.scalars(ids.limit(_BATCH)))
                if batch:
                    overwrite_removed(session)
                    self.settle(self.stores, session, batch, now)
            settled += len(batch)
            if len(batch) < _BATCH:
                return Period(self.kind, self.days, settled)


def _alone(session: Session) -> bool:
    """Whether no other process does the same just now; on SQLite only one can write anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))))


def _old_tickets(before: datetime) -> Select[int]:
    anonymised = exists().where(TicketEvent.ticket_id == Ticket.id, TicketEvent.kind == ANONYMISED)
    return (
        select(Ticket.id)
        .where(Ticket.status.in_(DONE), Ticket.updated_at < before, ~anonymised)
        .order_by(Ticket.id)
    )


def _anonymise(stores: Stores, session: Session, ids: list[int | str], now: datetime) -> None:
    tickets = [int(one) for one in ids]
    remove_ticket_files(session, stores.files.store, tickets)
    anonymise_tickets(session, tickets, now, staff_id=None, actor=COMMAND)


def _old_trainings(before: datetime) -> Select[int]:
    somebodys = or_(
        Training.customer_id.is_not(None),
        Training.conversation_id.is_not(None),
        Training.email.is_not(None),
    )
    return select(Training.id).where(Training.updated_at < before, somebodys).order_by(Training.id)


def _forget_trained(
    _stores: Stores, session: Session, ids: list[int | str], _now: datetime
) -> None:
    forget_person(session, [int(one) for one in ids])


def _old_conversations(before: datetime) -> Select[str]:
    """Without those that somebody still works on: the bot, or staff on a ticket out of it."""
    waiting = exists().where(
        Message.conversation_id == Conversation.id, Message.state == MessageState.RECEIVED
    )
    worked_on = exists().where(
        Ticket.conversation_id == Conversation.id, Ticket.status.not_in(DONE)
    )
    return (
        select(Conversation.id)
        .where(Conversation.last_message_at < before, ~waiting, ~worked_on)
        .order_by(Conversation.last_message_at)
    )


def _remove_conversations(
    stores: Stores, session: Session, ids: list[int | str], _now: datetime
) -> None:
    conversations = tuple(str(one) for one in ids)
    stores.trackers.remove(conversations)
    remove_files(session, stores.files.store, conversations)
    remove_conversations(session, conversations)


def _remove_owned(_stores: Stores, session: Session, ids: list[int | str], _now: datetime) -> None:
    remove_pieces(session, [int(one) for one in ids])


def _customers_without_anything(before: datetime) -> Select[int]:
    talked = exists().where(Conversation.customer_id == Customer.id)
    asked = exists().where(Ticket.customer_id == Customer.id)
    trained = exists().where(Training.customer_id == Customer.id)
    owns = exists().where(OwnedProduct.customer_id == Customer.id)
    return select(Customer.id).where(Customer.created_at < before, ~talked, ~asked, ~trained, ~owns)


def _remove_customers(
    _stores: Stores, session: Session, ids: list[int | str], _now: datetime
) -> None:
    customers = [int(one) for one in ids]
    remove_consents(session, customers)
    session.execute(delete(Customer).where(Customer.id.in_(customers)))


def _remove(
    table: type[Base],
) -> Callable[[Stores, Session, list[int | str], datetime], None]:
    key = table.__table__.c.id

    def remove(_stores: Stores, session: Session, ids: list[int | str], _now: datetime) -> None:
        session.execute(delete(table).where(key.in_(ids)))

    return remove


def _trackers(stores: Stores, days: int, now: datetime, dry_run: bool) -> Period:
    before = now - timedelta(days=days)
    if not days:
        return Period("trackers", 0, 0)
    settle = stores.trackers.count_older if dry_run else stores.trackers.remove_older
    return Period("trackers", days, settle(before))


def _exports(stores: Stores, days: int, now: datetime, dry_run: bool) -> Period:
    """The archives that the command wrote into the installation's own folder."""
    if not days:
        return Period("exports", 0, 0)
    before = (now - timedelta(days=days)).timestamp()
    old = [file for file in stores.exports.glob("*.zip") if file.stat().st_mtime < before]
    if not dry_run:
        for file in old:
            file.unlink(missing_ok=True)
    return Period("exports", days, len(old))
