"""Customers of the sample company with products that need maintenance, on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, reading, writing
from aftercare.desk import Desk
from aftercare.maintenance.consent import all_consents, put_consent
from aftercare.maintenance.plans import hold_plan
from aftercare.maintenance.watch import MaintenanceWatch
from aftercare.migrate import migrate
from aftercare.ownership.registering import Particulars, register
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import ChatSession, Conversation, Customer, Message
from aftercare.tables.maintenance import (
    ConsentHow,
    MaintenanceConsent,
    MaintenanceDeed,
    MaintenanceItem,
    MaintenancePlan,
    MaintenanceQuestion,
)
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tables.tickets import Ticket
from aftercare.tickets.history import Actor
from tests.conftest import NOW, settings_in
from tests.customers import Customer as Talker
from tests.customers import ticket_of_chat
from tests.factories import make_conversation, make_customer
from tests.fakes import FakeEngine

RITA = Actor("Rita Prado")
P30, W900 = "fonte-p30", "mare-w900"
#: All that a P30 of this day needs was due by the 20th of February 2026, ten days ago.
BOUGHT = date(2025, 8, 20)
#: What of it, in the order of the product's plan.
ALL = ["filter", "sanitise", "grille"]


@dataclass(frozen=True)
class Owner:
    """A customer, the piece, and the chat in which they can be told."""

    customer: int
    piece: int
    chat: str


def make_owner(
    session: Session,
    product: str = P30,
    *,
    bought: date | None = BOUGHT,
    agreed: bool | None = True,
    vouched: bool = True,
    chat_days: int = 30,
    channel: str = "website",
    customer: int | None = None,
    now: datetime = NOW,
) -> Owner:
    """Somebody who owns a piece; `agreed` is their word on reminders, None where none was said."""
    person = session.get_one(Customer, customer) if customer else make_customer(session)
    chat = make_conversation(
        session,
        customer_id=person.id,
        identified=vouched,
        channel=channel,
        at=now - timedelta(days=1),
    )
    if chat_days:
        session.add(
            ChatSession(
                token_hash=uuid4().hex,
                conversation_id=chat.id,
                created_at=now - timedelta(days=1),
                expires_at=now + timedelta(days=chat_days),
            )
        )
    owned = register(
        session,
        person,
        session.get_one(Product, product),
        Particulars(bought_on=bought),
        source=OwnedSource.CONSOLE,
        by=RITA,
        now=now,
    )
    if agreed is not None:
        put_consent(
            session,
            person.id,
            channel,
            given=agreed,
            how=ConsentHow.CHAT,
            by=RITA,
            now=now,
            conversation_id=chat.id,
        )
    hold_plan(session, owned.id, now)
    session.flush()
    return Owner(person.id, owned.id, chat.id)


def plan(session: Session, owner: Owner) -> MaintenancePlan:
    """The owner's plan, held for a change."""
    found = hold_plan(session, owner.piece, NOW)
    assert found is not None
    return found


def item(session: Session, owner: Owner, key: str) -> MaintenanceItem:
    return next(one for one in plan(session, owner).items if one.task_key == key)


def deeds(session: Session, owner: Owner) -> list[str]:
    """The kinds of all that happened to the owner's plan."""
    return list(
        session.scalars(
            select(MaintenanceDeed.kind)
            .join(MaintenancePlan, MaintenancePlan.id == MaintenanceDeed.plan_id)
            .where(MaintenancePlan.owned_product_id == owner.piece)
            .order_by(MaintenanceDeed.id)
        )
    )


@pytest.fixture(scope="module")
def patient_company(
    tmp_path_factory: pytest.TempPathFactory, database: str
) -> Iterator[SessionFactory]:
    """The sample company on either database; who wants the same waits for a minute if need be."""
    folder = tmp_path_factory.mktemp("company")
    settings = settings_in(folder, database_url=database, database_timeout=60)
    engine = open_engine(settings)
    migrate(engine)
    sessions = open_sessions(engine)
    with writing(sessions) as session:
        load_catalogue(session, settings.catalogue_dir, NOW)
    yield sessions
    engine.dispose()


@pytest.fixture
def session(patient_company: SessionFactory) -> Iterator[Session]:
    """A transaction of which nothing stays."""
    with patient_company() as session:
        yield session
        session.rollback()


@pytest.fixture
def sessions(patient_company: SessionFactory) -> Iterator[SessionFactory]:
    """The company without the plans, chats and tickets of tests before."""
    yield patient_company
    with writing(patient_company) as session:
        for table in (
            MaintenanceDeed,
            MaintenanceItem,
            MaintenancePlan,
            MaintenanceConsent,
            MaintenanceQuestion,
        ):
            session.execute(delete(table))
        # Nothing is due of what stays, and no ticket is asked after.
        for owned in session.scalars(select(OwnedProduct)):
            owned.plan_stale, owned.retired_at = False, NOW
        for ticket in session.scalars(select(Ticket)):
            ticket.created_at = NOW - timedelta(days=9)
        session.execute(delete(ChatSession))


Look = Callable[..., list[str]]


@pytest.fixture
def look(sessions: SessionFactory) -> Look:
    """Does the timed work as at a moment; in which chats the bot is to speak."""

    def at(now: datetime = NOW) -> list[str]:
        engine = FakeEngine()
        MaintenanceWatch(sessions, lambda: now, engine).look()
        return [chat for chat, _ in engine.woken]

    return at


def payloads(sessions: SessionFactory, chat: str) -> list[str]:
    """What the bot was asked to say in a chat."""
    with reading(sessions) as session:
        found = session.scalars(
            select(Message.payload).where(Message.conversation_id == chat).order_by(Message.seq)
        )
        return [one for one in found if one]


def chat_of(session: Session, owner: Owner) -> Conversation:
    return session.get_one(Conversation, owner.chat)


# In the chat c-1 -------------------------------------------------------------------


@pytest.fixture
def joana(desk: Desk) -> Talker:
    return Talker(desk)


@pytest.fixture
def asked(joana: Talker, stocked_sessions: SessionFactory) -> str:
    """Joana opened a repair of her P30, and was asked whether to remind her."""
    number = ticket_of_chat(stocked_sessions, product_id=P30)
    joana.press("maintenance_ask", number)
    assert joana.heard == ["utter_maintenance_ask"]
    return number


@pytest.fixture
def piece(joana: Talker, stocked_sessions: SessionFactory) -> int:
    """Joana, for whom the website vouches, is reminded of what her P30 needs."""
    with writing(stocked_sessions) as session:
        owner = make_owner(session)
        session.get_one(Conversation, "c-1").customer_id = owner.customer
        session.get_one(Conversation, "c-1").identified = True
    joana.press("maintenance_due", str(owner.piece))
    return owner.piece


def consents(sessions: SessionFactory) -> list[tuple[bool, str]]:
    with reading(sessions) as session:
        people = session.scalars(select(Customer.id)).all()
        return [(one.given, one.how) for who in people for one in all_consents(session, who)]


def items(sessions: SessionFactory) -> dict[str, MaintenanceItem]:
    with reading(sessions) as session:
        return {one.task_key: one for one in session.scalars(select(MaintenanceItem))}
