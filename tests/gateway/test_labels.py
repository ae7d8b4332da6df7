"""The label of a return is handed out by a signed link that expires."""

from __future__ import annotations

import pypdfium2
import pytest

from aftercare.database import SessionFactory, writing
from aftercare.returns.cases import authorise
from aftercare.returns.files import ReturnsFile
from aftercare.settings import Settings
from aftercare.tickets.life import DESK
from gateway.app import create_gateway
from gateway.links import Links
from tests.conftest import NOW
from tests.factories import make_conversation, make_ticket
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient

TERMS = ReturnsFile(address=("Anywhere",))


@pytest.fixture
def site(
    settings: Settings, stocked_sessions: SessionFactory, bot: FakeBot, clock: SteeredClock
) -> TestClient:
    app = create_gateway(settings, stocked_sessions, bot, clock)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def rma(stocked_sessions: SessionFactory) -> str:
    with writing(stocked_sessions) as session:
        make_conversation(session, id="c-1")
        ticket = make_ticket(
            session,
            service_id="return",
            language="pt",
            name="Żaneta <b>Li</b>",
            conversation_id="c-1",
        )
        case = authorise(session, ticket, TERMS, today=NOW.date(), by=DESK, now=NOW)
        return case.rma or ""


def _address(settings: Settings, clock: SteeredClock, rma: str) -> str:
    links = Links(settings, clock)
    return links.source_url(f"/returns/{rma}", "c-1").removeprefix(settings.site_url)


def test_signed_link_opens_the_label_in_the_customers_language(
    site: TestClient, settings: Settings, clock: SteeredClock, rma: str
) -> None:
    answer = site.get(_address(settings, clock, rma))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    document = pypdfium2.PdfDocument(answer.content)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    document.close()
    for words in (rma, "Marulho Devoluções", "aneta <b>Li</b>", "Enviar até: 16 de março de 2026"):
        assert words in text


def test_link_expires(site: TestClient, settings: Settings, clock: SteeredClock, rma: str) -> None:
    address = _address(settings, clock, rma)
    clock.pass_by(minutes=settings.file_link_minutes, seconds=1)
    assert site.get(address).status_code == 410


def test_number_alone_opens_nothing(site: TestClient, rma: str) -> None:
    assert site.get(f"/returns/{rma}").status_code == 404


def test_link_of_a_visit_opens_no_label(
    site: TestClient, settings: Settings, clock: SteeredClock, rma: str
) -> None:
    token = Links(settings, clock).source_url(f"/visits/{rma}", "c-1").rpartition("/")[2]
    assert site.get(f"/returns/{token}").status_code == 404


def test_label_of_what_is_not_there_is_not_found(
    site: TestClient, settings: Settings, clock: SteeredClock
) -> None:
    assert site.get(_address(settings, clock, "K4F7-M2CX")).status_code == 404
