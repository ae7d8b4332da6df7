"""Puts the import guard in front of Rasa, as the launcher does, and the channel on a server.

Rasa and what needs it are imported inside the fixtures: after the guard, and only where used.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any, AsyncIterator, Iterator, Optional

import pytest
import pytest_asyncio

from bot import import_guard
from tests.bot.calls import SECRET, Answer, Post

if TYPE_CHECKING:
    from sanic import Sanic

    from tests.bot.fakes import FakeAgent

import_guard.install()
# As the launcher does: SQLAlchemy 1.4 announces version 2 on every start.
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")


@pytest.fixture
def failures_noted() -> Iterator[None]:
    """Calls of the action server are watched, as the launcher has it, for one test."""
    from rasa.core.actions.action import RemoteAction

    from bot import failures

    original = RemoteAction.run
    failures.install()
    yield
    RemoteAction.run = original


@pytest.fixture
def agent(failures_noted: None) -> FakeAgent:
    from tests.bot.fakes import FakeAgent

    return FakeAgent()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[Sanic]:
    """The channel on a real server, which Sanic starts only once in a process."""
    from sanic import Sanic

    from bot.channel import PrivateChannel

    async def never(message: Any) -> None:
        raise AssertionError("the channel speaks with the agent itself")

    app = Sanic("channel_tests", configure_logging=False)
    app.blueprint(PrivateChannel(SECRET).blueprint(never), url_prefix="/webhooks/aftercare")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = await app.create_server(
            sock=listening, return_asyncio_server=True, access_log=False
        )
        await running.startup()
        await running.start_serving()
        app.ctx.address = f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/aftercare"
        yield app
        running.close()
        await running.wait_closed()


@pytest.fixture
def address(server: Sanic, agent: FakeAgent) -> str:
    """Where the channel answers, at the path that Rasa gives it, with the agent of this test."""
    server.ctx.agent = agent
    return str(server.ctx.address)


@pytest_asyncio.fixture(loop_scope="session")
async def post(address: str) -> AsyncIterator[Post]:
    import aiohttp

    async with aiohttp.ClientSession() as session:

        async def send(
            body: Any = None, data: Any = None, secret: Optional[str] = SECRET
        ) -> Answer:
            headers = {} if secret is None else {"X-Aftercare-Secret": secret}
            url = f"{address}/turn"
            async with session.post(url, json=body, data=data, headers=headers) as response:
                return Answer(response.status, await response.json())

        yield send
