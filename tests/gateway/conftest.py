"""Fixtures for the gateway: a bot and a clock in the test's hand, and the gateway made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from fastapi import FastAPI

from aftercare.database import SessionFactory
from aftercare.settings import UNLIMITED, Settings
from gateway.app import create_gateway
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient, Visit, new_visit


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
