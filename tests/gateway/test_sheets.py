"""The summary of a training is handed out by a signed link that expires."""

from __future__ import annotations

import pytest

from aftercare.database import SessionFactory, writing
from aftercare.settings import Settings
from aftercare.tables.attachments import Attachment
from aftercare.talk import Talk
from aftercare.training.lessons import open_lesson
from aftercare.training.records import start_training
from gateway.app import create_gateway
from gateway.links import Links
from tests.conftest import NOW
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient

KEY = "0123456789abcdef"


@pytest.fixture
def site(
    settings: Settings, stocked_sessions: SessionFactory, bot: FakeBot, clock: SteeredClock
) -> TestClient:
    with writing(stocked_sessions) as session:
        lesson = open_lesson(session, "aroma-c200", "cappuccino", "pt")
        assert lesson
        start_training(session, KEY, lesson, Talk("c-1", "website", "pt"), NOW)
    app = create_gateway(settings, stocked_sessions, bot, clock)
    return TestClient(app, raise_server_exceptions=False)


def _address(settings: Settings, clock: SteeredClock, path: str = f"/trainings/{KEY}") -> str:
    return Links(settings, clock).source_url(path, "c-1").removeprefix(settings.site_url)


def test_signed_link_opens_the_sheet(
    site: TestClient, settings: Settings, clock: SteeredClock
) -> None:
    answer = site.get(_address(settings, clock))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.content.startswith(b"%PDF-")


def test_link_expires(site: TestClient, settings: Settings, clock: SteeredClock) -> None:
    address = _address(settings, clock)
    clock.pass_by(minutes=settings.file_link_minutes, seconds=1)
    assert site.get(address).status_code == 410


def test_key_alone_opens_nothing(site: TestClient) -> None:
    assert site.get(f"/trainings/{KEY}").status_code == 404


def test_link_of_a_file_opens_no_sheet(
    site: TestClient, settings: Settings, clock: SteeredClock
) -> None:
    file = Attachment(id=KEY, conversation_id="c-1")
    url = Links(settings, clock).url(file.id, file.conversation_id)
    token = url.rpartition("/")[2]
    assert site.get(f"/trainings/{token}").status_code == 404


def test_other_sources_are_not_signed(settings: Settings, clock: SteeredClock) -> None:
    path = "/manuals/aroma-c200/pt/cappuccino"
    assert Links(settings, clock).source_url(path, "c-1") == settings.site_url + path
