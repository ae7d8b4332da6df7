"""Log lines of the bot name the turn that they belong to."""

from __future__ import annotations

import asyncio
import logging
from typing import Iterator, List

import pytest
import structlog

from bot import turn_log
from bot.turn_log import logged_turn


@pytest.fixture
def installed() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    turn_log.install()
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.usefixtures("installed")
def test_line_names_the_turn_while_it_runs(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("bot.channel")
    with logged_turn("c-1:7"):
        log.warning("action=%s took %d %%", "a", 5)
        log.warning("plain")
    log.warning("later")
    assert [record.getMessage() for record in caplog.records] == [
        "action=a took 5 % correlation=c-1:7",
        "plain correlation=c-1:7",
        "later",
    ]


@pytest.mark.usefixtures("installed")
def test_json_lines_of_rasa_stay_json_and_have_it_as_a_field(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with logged_turn("c-1:7"):
        logging.getLogger("rasa").warning('{"event": "x"}')
        assert structlog.contextvars.get_contextvars() == {"correlation": "c-1:7"}
    assert caplog.records[0].getMessage() == '{"event": "x"}'
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.usefixtures("installed")
@pytest.mark.asyncio
async def test_turns_at_the_same_time_are_kept_apart(caplog: pytest.LogCaptureFixture) -> None:
    async def take(turn: str) -> None:
        with logged_turn(turn):
            await asyncio.sleep(0.01)
            logging.getLogger("bot").warning("done")

    await asyncio.gather(take("c-1:1"), take("c-2:1"))
    said: List[str] = sorted(record.getMessage() for record in caplog.records)
    assert said == ["done correlation=c-1:1", "done correlation=c-2:1"]


@pytest.mark.usefixtures("installed")
def test_second_installation_changes_nothing() -> None:
    before = logging.getLogRecordFactory()
    turn_log.install()
    assert logging.getLogRecordFactory() is before
