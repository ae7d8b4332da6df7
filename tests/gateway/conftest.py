"""Fixtures for the gateway: a bot and a clock in the test's hand, and the gateway made of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, make_url

from aftercare.catalogue.load import load_catalogue
from aftercare.database import SessionFactory, open_engine, writing
from aftercare.exchange.tokens import SCOPES, make_token
from aftercare.migrate import migrate
from aftercare.settings import UNLIMITED, Settings
from gateway.app import create_gateway
from tests.conftest import settings_in
from tests.factories import make_customer, make_staff
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient, Visit, new_visit
from tests.postgresql import own_database


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: SQLite, unless it says otherwise (tests.postgresql.BOTH)."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database with the schema and no rows."""
    with own_database() as url:
        engine = open_engine(settings_in(tmp_path_factory.mktemp("template"), database_url=url))
        migrate(engine)
        engine.dispose()
        yield make_url(url).database or ""


@pytest.fixture
def settings(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> Iterator[Settings]:
    if database == "sqlite":
        yield settings_in(tmp_path)
        return
    with own_database(request.getfixturevalue("migrated_template")) as url:
        yield settings_in(tmp_path, database_url=url)


@pytest.fixture
def engine(settings: Settings, migrated_file: Path) -> Iterator[Engine]:
    """A migrated, empty database."""
    if not settings.database_url:
        shutil.copy(migrated_file, settings.var_dir / "aftercare.db")
    engine = open_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def clock(now: datetime) -> SteeredClock:
    return SteeredClock(now)


@pytest.fixture
def make_app(
    settings: Settings, sessions: SessionFactory, bot: FakeBot, clock: SteeredClock
) -> Callable[..., FastAPI]:
    """The gateway on the test's own database, with settings changed as the test needs."""

    def make(**changes: object) -> FastAPI:
        # Tests write quicker than people; those of the limits set their own.
        changes = {"limit_messages": UNLIMITED, **changes}
        return create_gateway(settings.model_copy(update=changes), sessions, bot, clock)

    return make


@pytest.fixture
def idle_client(make_app: Callable[..., FastAPI]) -> TestClient:
    """The gateway without its workers: messages are taken and stay unanswered."""
    return TestClient(make_app(), raise_server_exceptions=False)


@pytest.fixture
def client(make_app: Callable[..., FastAPI]) -> Iterator[TestClient]:
    """The gateway at work."""
    with TestClient(make_app(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def visit(client: TestClient) -> Visit:
    visit = new_visit(client)
    visit.wait_for("You said: /greet")
    return visit


@pytest.fixture
def idle_visit(idle_client: TestClient) -> Visit:
    return new_visit(idle_client)


@pytest.fixture
def stocked(sessions: SessionFactory, settings: Settings, now: datetime) -> SessionFactory:
    with writing(sessions) as session:
        load_catalogue(session, settings.catalogue_dir, now)
        make_staff(session, role="admin")
    return sessions


@pytest.fixture
def make_api(
    stocked: SessionFactory, make_app: Callable[..., FastAPI], now: datetime
) -> Callable[..., TestClient]:
    """The gateway asked by a system whose token has these scopes, or all."""

    def make(*scopes: str, **changes: object) -> TestClient:
        with writing(stocked) as session:
            staff = make_staff(session, email=f"{uuid4().hex[:10]}@x.example", role="admin")
            made = make_token(
                session, name="Shop", scopes=scopes or SCOPES, days=30, staff=staff, now=now
            )
        client = TestClient(make_app(**changes), raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {made.secret}"
        return client

    return make


@pytest.fixture
def api(make_api: Callable[..., TestClient]) -> TestClient:
    return make_api()


@pytest.fixture
def ana(stocked: SessionFactory) -> int:
    with writing(stocked) as session:
        return make_customer(
            session, name="Ana", email="ana@mail.example", phone="+5511912345678", external_id="C-7"
        ).id
