"""The demo page, the widget's files and the manuals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import select, text

from aftercare.database import SessionFactory, reading, writing
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import GuidanceIndex
from aftercare.settings import PROJECT_ROOT, Settings
from aftercare.tables.manuals import Manual, ManualSection, ManualStatus
from gateway.app import create_gateway
from gateway.manual_text import render_section
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import TestClient

MANUAL = "/manuals/mare-w900"


@pytest.fixture
def reader(
    settings: Settings, stocked_sessions: SessionFactory, bot: FakeBot, clock: SteeredClock
) -> Iterator[TestClient]:
    """A reader of the sample company's manuals."""
    app = create_gateway(settings, stocked_sessions, bot, clock)
    yield TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "accepted", "html_lang"),
    [
        ("/?lang=pt", "en", "pt-BR"),
        ("/?lang=en", "pt", "en"),
        ("/", "pt-BR,pt;q=0.9", "pt-BR"),
        ("/?lang=xx", "", "en"),
    ],
)
def test_demo_page_speaks_the_visitors_language(
    idle_client: TestClient, path: str, accepted: str, html_lang: str
) -> None:
    answer = idle_client.get(path, headers={"Accept-Language": accepted})
    assert answer.status_code == 200
    assert f'<html lang="{html_lang}">' in answer.text


def test_widget_scripts_can_be_embedded_by_other_websites(idle_client: TestClient) -> None:
    for path in ["/widget.js", *(f"/widget/{p.name}" for p in PROJECT_ROOT.glob("widget/*.js"))]:
        answer = idle_client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "no-cache"
        same = idle_client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert same.status_code == 304
        assert same.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "/widget/nothing.js",
        "/widget/../pyproject.toml",
        "/widget/%2e%2e/aftercare/settings.py",
        "/widget/..%2fconsole%2fapp.js",
        "/widget/",
        "/widget/a/b.js",
        "/widget/%00.js",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/",
    ],
)
def test_no_other_file_can_be_fetched(idle_client: TestClient, path: str) -> None:
    assert idle_client.get(path).status_code == 404


@pytest.mark.parametrize("language", ["en", "pt"])
def test_contents_list_every_section_and_the_head(reader: TestClient, language: str) -> None:
    page = reader.get(f"{MANUAL}/{language}").text
    links = re.findall(rf'<li><a href="{MANUAL}/{language}/([a-z0-9-]+)">', page)
    assert len(links) > 20
    assert all(reader.get(f"{MANUAL}/{language}/{link}").status_code == 200 for link in links)
    for part in ("W900", "1.2", "2026-02-10"):
        assert part in page


def test_section_has_its_neighbours_and_its_translation(reader: TestClient) -> None:
    page = reader.get(f"{MANUAL}/en/safety-children").text
    assert '<html lang="en">' in page
    assert "<h1>Safety: children, pets and people who need help</h1>" in page
    assert f'rel="prev" href="{MANUAL}/en/safety-electricity"' in page
    assert f'rel="next" href="{MANUAL}/en/safety-use"' in page
    assert f'class="language" href="{MANUAL}/pt/safety-children"' in page
    assert f'<a class="up" href="{MANUAL}/en">' in page


def test_first_section_has_no_previous_one(reader: TestClient) -> None:
    page = reader.get(f"{MANUAL}/en/safety-electricity").text
    assert 'rel="prev"' not in page
    assert 'rel="next"' in page


@pytest.mark.parametrize(
    ("mark", "language", "word"),
    [
        ("[!DANGER]", "en", "Danger"),
        ("[!DANGER]", "pt", "Perigo"),
        ("[!WARNING]", "en", "Warning"),
        ("[!WARNING]", "pt", "Aviso"),
        ("[!caution]", "pt", "Cuidado"),
        ("[!NOTE]", "pt", "Nota"),
        ("", "en", "Note"),
    ],
)
def test_warnings_are_told_by_word_and_sign(mark: str, language: str, word: str) -> None:
    html = render_section(f"> {mark}\n> Keep **away**.", language)
    assert re.search(rf'<p class="word"><svg [^>]*>.*</svg>{word}</p>', html)
    assert "<p>Keep <strong>away</strong>.</p>" in html
    assert "[!" not in html


def test_warning_under_a_step_stays_with_its_step() -> None:
    html = render_section("1. Open.\n   > [!CAUTION]\n   > Hot.\n2. Close.", "en")
    step = html[html.index("<li>") : html.index("</li>")]
    assert 'class="notice caution"' in step
    assert html.count("<ol>") == 1


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
    '[x](javascript:alert(1)) [y](https://a.example/"onclick="z)\n\n'
    "> [!WARNING]\n> <b>bold</b>\n\n| <i>a</i> |\n|---|\n| `<u>` |"
)


def test_hostile_manual_is_escaped(reader: TestClient, stocked_sessions: SessionFactory) -> None:
    with writing(stocked_sessions) as session:
        for row in session.scalars(
            select(ManualSection).where(ManualSection.anchor == "safety-use")
        ):
            row.markdown, row.heading = HOSTILE, '"><script>alert(2)</script>'
    page = reader.get(f"{MANUAL}/en/safety-use").text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<u>" not in page
    assert 'href="javascript:' not in page
    assert not re.search(r"<[^>]*\sonclick=", page)
    assert "<script>alert" not in reader.get(f"{MANUAL}/en").text


def test_every_quoted_section_names_the_page_that_shows_it(
    reader: TestClient, settings: Settings, stocked_sessions: SessionFactory
) -> None:
    guidance = Guidance(stocked_sessions, GuidanceIndex(settings.var_dir))
    with reading(stocked_sessions) as session:
        sections = session.execute(
            select(Manual.product_id, Manual.language, ManualSection.anchor, ManualSection.heading)
            .join(ManualSection.manual)
            .where(Manual.status == ManualStatus.CURRENT)
        ).all()
    assert len({product for product, *_ in sections}) >= 8
    for product, language, anchor, heading in sections:
        quoted = guidance.section(anchor, product=product, language=language)
        (source,) = quoted.sources
        page = reader.get(source.path)
        assert page.status_code == 200, source.path
        content = page.text[page.text.index("<h1") :]
        shown = " ".join(unescape(re.sub(r"<[^>]+>", "", content)).split())
        assert heading in shown, source.path
        warnings = [line for line in quoted.values["quote"].splitlines() if ": " in line[:10]]
        for warning in warnings:
            assert warning.split(": ", 1)[1] in shown, source.path


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/manuals/nothing/en", "This page does not exist"),
        ("/manuals/mare-w900/pt/nada", "Esta página não existe"),
        ("/manuals/mare-w900/de", "This page does not exist"),
        ("/manuals/%3Cscript%3E/en/x", "This page does not exist"),
    ],
)
def test_unknown_manual_is_a_friendly_page(reader: TestClient, path: str, words: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert words in answer.text
    assert "<script>" not in answer.text


def test_database_in_trouble_is_a_friendly_page(
    reader: TestClient, stocked_sessions: SessionFactory, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(stocked_sessions) as session:
        session.execute(text("ALTER TABLE manuals RENAME TO gone"))
    answer = reader.get(f"{MANUAL}/pt/safety-use")
    assert answer.status_code == 503
    assert "Não é possível mostrar a página agora" in answer.text
    found = re.search(r"E-[0-9a-f]{8}", answer.text)
    assert found
    assert found[0] in caplog.text
    assert "no such table" not in answer.text + caplog.text
    assert answer.headers["Retry-After"]
