"""A screen reader is told which words of an answer are in another language than the chat."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aftercare.database import open_engine, open_sessions
from gateway.app import create_gateway
from gateway.bot import BotReply, QuotedSource, Turn, TurnResult
from tests.browser.widget import Widget
from tests.conftest import settings_in
from tests.fakes import FakeBot, SteeredClock
from tests.gateway.doors import served

QUOTE = "Limpar o filtro\n\n1. Lave o filtro. Veja https://marulho.example/filtro."
ANSWER = f"Only the Portuguese manual tells this:\n\n{QUOTE}\n\nThere is more."
SOURCE = QuotedSource("Manual", "Limpar o filtro", "/manuals/x/pt/filtro", "pt", QUOTE)


def _answer(turn: Turn) -> TurnResult:
    return TurnResult((BotReply(ANSWER, sources=(SOURCE,)),))


@pytest.fixture
def address(tmp_path: Path, migrated_file: Path) -> Iterator[str]:
    shutil.copy(migrated_file, tmp_path / "aftercare.db")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = settings_in(tmp_path, port=port)
    engine = open_engine(settings)
    bot = FakeBot()
    bot.answer = _answer
    app = create_gateway(settings, open_sessions(engine), bot, SteeredClock(datetime.now(UTC)))
    with served(app, port) as url:
        yield url
    engine.dispose()


def test_quotation_in_another_language_is_marked(page: Page, address: str) -> None:
    widget = Widget(page, address)
    page.goto(widget.address)
    widget.launcher.click()
    answer = widget.bubbles.first
    text = answer.locator(".text")
    expect(text).to_contain_text("Only the Portuguese manual tells this:")
    expect(text).to_contain_text("There is more.")
    quoted = text.locator(":scope > [lang]")
    expect(quoted).to_have_attribute("lang", "pt")
    expect(quoted).to_contain_text("1. Lave o filtro.")
    expect(quoted).not_to_contain_text("Only the Portuguese")
    expect(quoted).not_to_contain_text("There is more.")
    expect(quoted.get_by_role("link")).to_have_count(1)
    expect(answer.locator(".source [lang=pt]")).to_have_text("Manual, Limpar o filtro")
    expect(answer).to_have_attribute("lang", "en")
