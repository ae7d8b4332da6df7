"""A desk with the sample company on either database, and the bot's record beside it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, open_sessions, writing
from aftercare.migrate import migrate
from aftercare.privacy.stores import Stores, open_stores
from aftercare.settings import Settings
from aftercare.tables.tickets import TicketEvent, TicketStatus
from tests.conftest import NOW, settings_in
from tests.factories import (
    make_conversation,
    make_customer,
    make_message,
    make_staff,
    make_ticket,
)
from tests.postgresql import own_database

NAME, EMAIL, PHONE = "Zulmira Quaresma", "zulmira@mail.example", "+5548991827364"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]
        ),
    ]
)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def loaded_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database with the sample company in it."""
    with own_database() as url:
        settings = settings_in(tmp_path_factory.mktemp("template"), database_url=url)
        engine = open_engine(settings)
        migrate(engine)
        with writing(open_sessions(engine)) as session:
            load_catalogue(session, settings.catalogue_dir, NOW)
        engine.dispose()
        yield make_url(url).database or ""


@pytest.fixture
def settings(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> Iterator[Settings]:
    if database == "sqlite":
        shutil.copy(request.getfixturevalue("loaded_file"), tmp_path / "aftercare.db")
        yield settings_in(tmp_path)
        return
    with own_database(request.getfixturevalue("loaded_template")) as url:
        yield settings_in(tmp_path, database_url=url)


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    engine = open_engine(settings)
    yield open_stores(settings, open_sessions(engine))
    engine.dispose()


@pytest.fixture
def sessions(stores: Stores) -> SessionFactory:
    return stores.sessions


def remember(stores: Stores, conversation: str, *words: str, at: datetime = NOW) -> None:
    """Write what the bot would: one row a conversation."""
    events = [{"event": "user", "text": text} for text in words]
    with closing(sqlite3.connect(stores.settings.tracker_path)) as tracker:
        tracker.execute("PRAGMA journal_mode=WAL")
        tracker.execute(
            "CREATE TABLE IF NOT EXISTS trackers "
            "(sender_id VARCHAR(100) PRIMARY KEY, events TEXT NOT NULL, saved_at FLOAT NOT NULL)"
        )
        tracker.execute(
            "INSERT INTO trackers VALUES (?, ?, ?)",
            (conversation, json.dumps(events), at.timestamp()),
        )
        tracker.commit()


def remembered(stores: Stores) -> dict[str, Any]:
    """What the bot remembers, by conversation."""
    if not stores.settings.tracker_path.exists():
        return {}
    with closing(sqlite3.connect(stores.settings.tracker_path)) as tracker:
        rows = tracker.execute("SELECT sender_id, events FROM trackers").fetchall()
    return {sender: json.loads(events) for sender, events in rows}


@dataclass(frozen=True)
class World:
    """Zulmira with her conversation and ticket, and others who wrote her contact."""

    customer: int
    conversation: str
    ticket: int
    number: str
    stranger: str
    """A conversation of nobody known in which her address stands."""
    pedro: str
    """Another customer's conversation, in which her phone number stands."""
    pedros_ticket: int
    staff: int


@pytest.fixture
def world(stores: Stores) -> World:
    with writing(stores.sessions) as session:
        staff = make_staff(session)
        her = make_customer(session, name=NAME, email=EMAIL, phone=PHONE)
        talk = make_conversation(session, customer_id=her.id)
        make_message(session, talk, "A Mare não liga desde a vindima para o Estreito")
        make_message(session, talk, f"write to {EMAIL}", sender="bot")
        ticket = make_ticket(
            session,
            conversation_id=talk.id,
            description="A Mare não liga desde a vindima",
            name=NAME,
            email=EMAIL,
            records={
                "product": "mare-w900",
                "purchase_date": "2025-11-03",
                "serial_number": "W976543210",
                "name": NAME,
                "email": EMAIL,
            },
        )
        session.add(
            TicketEvent(
                ticket_id=ticket.id,
                at=NOW,
                kind="status",
                staff_id=staff.id,
                actor=staff.name,
                from_status=TicketStatus.NEW,
                to_status=TicketStatus.NEW,
                note="Zulmira rings after vespers",
            )
        )
        stranger = make_conversation(session)
        make_message(session, stranger, f"mine is {EMAIL.upper()}, the mixer is broken")
        pedro = make_customer(session, name="Pedro", email="pedro@mail.example")
        his = make_conversation(session, customer_id=pedro.id)
        make_message(session, his, "my sister's number is (48) 99182-7364, ask her")
        pedros_ticket = make_ticket(
            session,
            conversation_id=his.id,
            email="pedro@mail.example",
            description=f"It leaks. Or write to {EMAIL}.",
        )
        world = World(
            customer=her.id,
            conversation=talk.id,
            ticket=ticket.id,
            number=ticket.number,
            stranger=stranger.id,
            pedro=his.id,
            pedros_ticket=pedros_ticket.id,
            staff=staff.id,
        )
    for conversation, words in (
        (world.conversation, "A Mare não liga"),
        (world.stranger, f"mine is {EMAIL}"),
        (world.pedro, "my sister's number is (48) 99182-7364, ask her"),
    ):
        remember(stores, conversation, words)
    return world
