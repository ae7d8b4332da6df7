"""Calls of the action server share a connection, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from typing import AsyncIterator, Iterator, List

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot import action_calls
from tests.bot.components import ROOT
from tests.bot.dialogues import Dialogues

ORIGINAL = EndpointConfig.session
ORIGINAL_FORMAT = RemoteAction._action_call_format
ORIGINAL_REQUEST = EndpointConfig.request
#: Of rasa 3.6.21. When one differs, read Rasa's new source, see whether bot/action_calls.py still
#: says the same, and only then write the new sum here.
READ_SOURCES = {
    "_action_call_format": "428795b944f22edba142d278ec47a300",
    "session": "e55aa13d9d4fb4bc440ac33b870a97ee",
    "request": "ccdb778aed8208e23cde3c3f47eac7fb",
    "current_state": "a9f1526ceddf7a2871ca65f0f664bec9",
}


class ActionServer:
    """Answers with how many connections it has seen; `/broken` fails."""

    def __init__(self) -> None:
        self.peers: List[object] = []
        self.port = 0
        self._runner: web.AppRunner

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhook", self._answer)
        app.router.add_post("/broken", self._fail)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    def endpoint(self, path: str = "webhook") -> EndpointConfig:
        return EndpointConfig(f"http://127.0.0.1:{self.port}/{path}", headers={"X-Own": "yes"})

    def _note(self, request: web.Request) -> None:
        if request.transport not in self.peers:
            self.peers.append(request.transport)

    async def _answer(self, request: web.Request) -> web.Response:
        self._note(request)
        heard = {"own": request.headers.get("X-Own"), "body": await request.json()}
        return web.json_response({"connections": len(self.peers), **heard})

    async def _fail(self, request: web.Request) -> web.Response:
        self._note(request)
        return web.json_response({}, status=500)


@pytest.fixture
def installed() -> Iterator[None]:
    action_calls.install()
    yield
    EndpointConfig.session = ORIGINAL
    RemoteAction._action_call_format = ORIGINAL_FORMAT
    EndpointConfig.request = ORIGINAL_REQUEST


@pytest_asyncio.fixture
async def server(installed: None) -> AsyncIterator[ActionServer]:
    started = ActionServer()
    await started.start()
    yield started
    await action_calls.close()
    await started.stop()


@pytest.mark.parametrize("name", READ_SOURCES)
def test_rasas_source_is_the_one_that_was_read(name: str) -> None:
    read = {
        "session": ORIGINAL,
        "request": ORIGINAL_REQUEST,
        "_action_call_format": ORIGINAL_FORMAT,
        "current_state": DialogueStateTracker.current_state,
    }
    source = read[name]
    found = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()[:32]
    assert found == READ_SOURCES[name], "Rasa has changed what bot/action_calls.py builds on"


async def _connections(endpoint: EndpointConfig, calls: int) -> List[int]:
    return [(await endpoint.request(json={"call": n}))["connections"] for n in range(calls)]


@pytest.mark.asyncio
async def test_calls_share_one_connection(server: ActionServer) -> None:
    assert await _connections(server.endpoint(), 3) == [1, 1, 1]


@pytest.mark.asyncio
async def test_rasa_alone_opens_one_for_each(server: ActionServer) -> None:
    EndpointConfig.session = ORIGINAL
    assert await _connections(server.endpoint(), 3) == [1, 2, 3]


@pytest.mark.asyncio
async def test_call_says_what_it_said_before(server: ActionServer) -> None:
    answer = await server.endpoint().request(json={"next_action": "validate"})
    assert answer == {"connections": 1, "own": "yes", "body": {"next_action": "validate"}}


@pytest.mark.asyncio
async def test_calls_at_the_same_time_do_not_wait_for_each_other(server: ActionServer) -> None:
    endpoint = server.endpoint()
    answers = await asyncio.gather(*[endpoint.request(json={"call": n}) for n in range(5)])
    assert sorted(answer["body"]["call"] for answer in answers) == [0, 1, 2, 3, 4]


@pytest.mark.asyncio
async def test_failed_call_is_raised_and_the_next_one_works(server: ActionServer) -> None:
    broken = server.endpoint("broken")
    for _ in range(2):
        with pytest.raises(ClientResponseError):
            await broken.request(json={})
    assert await _connections(server.endpoint(), 1) == [2]


@pytest.mark.asyncio
async def test_action_server_that_was_restarted_is_reached(server: ActionServer) -> None:
    endpoint = server.endpoint()
    assert await _connections(endpoint, 1) == [1]
    await server.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await endpoint.request(json={})
    await server.start()
    assert await _connections(endpoint, 2) == [2, 2]


@pytest.mark.asyncio
async def test_closing_ends_the_connection_and_a_later_call_opens_another(
    server: ActionServer,
) -> None:
    endpoint = server.endpoint()
    await endpoint.request(json={})
    async with endpoint.session() as session:
        await action_calls.close()
        assert session.closed
    assert await _connections(endpoint, 1) == [2]


def test_each_event_loop_has_its_own(installed: None) -> None:
    server = ActionServer()

    async def call() -> int:
        await server.start()
        try:
            found: int = (await server.endpoint().request(json={}))["connections"]
            return found
        finally:
            await action_calls.close()
            await server.stop()

    assert [asyncio.run(call()), asyncio.run(call())] == [1, 2]


def test_call_holds_all_but_the_content_of_the_domain(installed: None) -> None:
    domain = Domain.from_dict({"version": "3.1", "intents": ["greet"], "responses": {}})
    tracker = DialogueStateTracker.from_events("c", [SlotSet("language", "pt")])
    action = RemoteAction("validate_intake_form", EndpointConfig("http://127.0.0.1:1"))
    whole = ORIGINAL_FORMAT(action, tracker, domain)
    assert "greet" in whole["domain"]["intents"]
    # rasa-sdk refuses a call without a domain, and takes an empty one for none.
    short = action._action_call_format(tracker, domain)
    assert short == {**whole, "domain": {"version": "3.1"}}
    assert "greet" in domain.as_dict()["intents"]


def test_call_holds_all_but_what_was_said_long_before(installed: None) -> None:
    domain = Domain.from_path(str(ROOT / "domain.yml"))
    action = RemoteAction("validate_intake_form", None)
    shorter = 0
    for seed in range(60):
        dialogues = Dialogues(domain, seed)
        for events in (dialogues.likely(seed % 9), dialogues.wild(seed)):
            tracker = DialogueStateTracker.from_events("c", events, domain.slots)
            whole = ORIGINAL_FORMAT(action, tracker, domain)
            short = action._action_call_format(tracker, domain)
            events_sent, all_events = short["tracker"].pop("events"), whole["tracker"].pop("events")
            assert short == {**whole, "domain": {"version": whole["domain"]["version"]}}
            if events_sent != all_events:
                shorter += 1
                assert events_sent == all_events[-len(events_sent) :]
                kinds = [event["event"] for event in events_sent]
                assert kinds[0] == "user" and kinds.count("user") == 2
    assert shorter > 50


@pytest.mark.parametrize("messages", range(4))
def test_events_reach_back_to_the_last_message_but_one(installed: None, messages: int) -> None:
    events: List[Event] = [BotUttered("first")]
    for number in range(messages):
        events += [UserUttered(f"{number}"), BotUttered(f"answer {number}")]
    tracker = DialogueStateTracker.from_events("c", events)
    sent = action_calls.latest_events(tracker.events)
    assert sent == (events if messages < 2 else events[-4:])


@pytest.mark.asyncio
async def test_any_text_reaches_the_action_server(server: ActionServer) -> None:
    said = {"text": "ç — 😀 \ud83d", "number": 2**70, "nothing": None}
    assert (await server.endpoint().request(json=said))["body"] == said


def test_second_installation_changes_nothing(installed: None) -> None:
    before = (EndpointConfig.session, EndpointConfig.request, RemoteAction._action_call_format)
    action_calls.install()
    after = (EndpointConfig.session, EndpointConfig.request, RemoteAction._action_call_format)
    assert after == before
