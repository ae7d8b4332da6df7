"""Which calls of the action server count as failed, and who hears of it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import List

import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.utils.endpoints import ClientResponseError

from bot import failures
from bot.failures import FailedAction, watch_turn
from tests.bot.fakes import FakeEndpoint, call_action

DOWN = ConnectionError("no action server, and a customer's words")

pytestmark = pytest.mark.usefixtures("failures_noted")


@pytest.mark.asyncio
async def test_failing_action_is_noted_with_an_id_and_still_fails() -> None:
    failed = watch_turn()
    with pytest.raises(ConnectionError):
        await call_action(FakeEndpoint(DOWN))
    (noted,) = failed
    assert noted.name == "action_answer"
    assert re.fullmatch(r"E-[0-9a-f]{8}", noted.error_id)


@pytest.mark.asyncio
async def test_answer_of_the_wrong_form_is_noted() -> None:
    failed = watch_turn()
    with pytest.raises(Exception, match="Failed to validate"):
        await call_action(FakeEndpoint({"events": "none"}))
    assert [noted.name for noted in failed] == ["action_answer"]


@pytest.mark.asyncio
async def test_refused_form_is_no_failure() -> None:
    refusal = json.dumps({"action_name": "intake_form", "error": "no answer"})
    failed = watch_turn()
    with pytest.raises(ActionExecutionRejection):
        await call_action(FakeEndpoint(ClientResponseError(400, "Bad Request", refusal)))
    assert failed == []


@pytest.mark.asyncio
async def test_action_that_works_leaves_nothing() -> None:
    failed = watch_turn()
    assert await call_action(FakeEndpoint({"events": [], "responses": []})) == []
    assert failed == []


@pytest.mark.asyncio
async def test_each_failure_of_a_turn_has_an_id_of_its_own() -> None:
    failed = watch_turn()
    for name in ("action_first", "action_second"):
        with pytest.raises(ConnectionError):
            await call_action(FakeEndpoint(DOWN), name)
    assert [noted.name for noted in failed] == ["action_first", "action_second"]
    assert len({noted.error_id for noted in failed}) == 2


@pytest.mark.asyncio
async def test_turns_at_the_same_time_do_not_hear_of_each_other() -> None:
    async def take_turn(name: str) -> List[FailedAction]:
        failed = watch_turn()
        await asyncio.sleep(0)
        with pytest.raises(ConnectionError):
            await call_action(FakeEndpoint(DOWN), name)
        await asyncio.sleep(0)
        return failed

    turns = await asyncio.gather(*(take_turn(name) for name in ("action_one", "action_two")))
    assert [[noted.name for noted in failed] for failed in turns] == [
        ["action_one"],
        ["action_two"],
    ]


@pytest.mark.asyncio
async def test_log_names_the_action_and_the_id_but_no_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed = watch_turn()
    with caplog.at_level(logging.ERROR, "bot.failures"), pytest.raises(ConnectionError):
        await call_action(FakeEndpoint(DOWN))
    (line,) = [one.getMessage() for one in caplog.records if one.name == "bot.failures"]
    assert line == (
        f"action_call_failed action=action_answer error_id={failed[0].error_id} "
        "reason=ConnectionError"
    )


def test_action_is_wrapped_once() -> None:
    wrapped = RemoteAction.run
    failures.install()
    assert RemoteAction.run is wrapped
