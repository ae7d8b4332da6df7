from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from aftercare.database import SessionFactory, writing
from aftercare.manuals.document import Document, Figure, Heading, Passage
from aftercare.manuals.structure import structured
from aftercare.manuals.versions import ManualIdentity, publish, store_draft
from aftercare.settings import Settings
from gateway.app import create_gateway
from gateway.manual_text import render_section
from tests.conftest import NOW
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient

PATH = "/manuals/fonte-p30/en"


@pytest.fixture
def site(
    settings: Settings, stocked_sessions: SessionFactory, bot: FakeBot, clock: SteeredClock
) -> TestClient:
    app = create_gateway(settings, stocked_sessions, bot, clock)
    return TestClient(app, raise_server_exceptions=False)


def add_version(sessions: SessionFactory, version: str, *, published: bool) -> None:
    held = io.BytesIO()
    Image.new("RGB", (60, 60), "navy").save(held, "PNG")
    pieces = [
        Heading(1, "Use", 7, "2"),
        Passage("Press the button."),
        Figure(held.getvalue(), "image/png", "Figure 1: <The> button", 7),
    ]
    identity = ManualIdentity(
        product="fonte-p30", language="en", version=version, published_on=date(2026, 6, 1)
    )
    with writing(sessions) as session:
        manual = store_draft(session, identity, structured(Document("P30", list(pieces), 9), "en"))
        if published:
            publish(session, manual, NOW)


def test_current_version_is_shown_and_leads_to_the_others(site: TestClient) -> None:
    page = site.get(PATH).text
    assert "<dd>1.2</dd>" in page
    assert f'href="{PATH}?version=1.0"' in page
    assert "not the version" not in page


def test_earlier_version_says_so_on_every_page_and_keeps_to_itself(site: TestClient) -> None:
    contents = site.get(f"{PATH}?version=1.0").text
    assert "not the version of the manual that is valid now" in contents
    assert f'href="{PATH}/safety-electricity?version=1.0"' in contents
    section = site.get(f"{PATH}/safety-electricity?version=1.0").text
    assert "not the version of the manual that is valid now" in section
    assert ", page 2" in section
    assert "Night mode" not in contents
    assert site.get(f"{PATH}/night-mode?version=1.0").status_code == 404
    assert site.get(f"{PATH}/night-mode").status_code == 200


def test_published_import_takes_over_with_its_figures(
    site: TestClient, stocked_sessions: SessionFactory
) -> None:
    add_version(stocked_sessions, "2.0", published=True)
    page = site.get(f"{PATH}/use").text
    assert f'<img src="{PATH}/figures/1" alt="Figure 1: &lt;The&gt; button" loading="lazy">' in page
    picture = site.get(f"{PATH}/figures/1")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert site.get(f"{PATH}/figures/2").status_code == 404
    assert "2 Use</a>" in site.get(PATH).text
    assert site.get(f"{PATH}?version=1.2").status_code == 200


def test_draft_is_shown_to_nobody(site: TestClient, stocked_sessions: SessionFactory) -> None:
    add_version(stocked_sessions, "2.0", published=False)
    assert "2.0" not in site.get(PATH).text
    for path in ("", "/use", "/figures/1"):
        assert site.get(f"{PATH}{path}?version=2.0").status_code == 404


@pytest.mark.parametrize("version", ["%00", "x" * 5000, "1.0'"])
def test_version_that_is_none_is_not_found(site: TestClient, version: str) -> None:
    assert site.get(f"{PATH}?version={version}").status_code == 404


def test_pictures_from_elsewhere_are_never_loaded() -> None:
    shown = render_section("![The lid](https://tracker.example/x.png)", "en", "/f/{number}")
    assert shown == "<p>The lid</p>\n"
