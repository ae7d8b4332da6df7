"""What the start leaves behind is given back, and what stays is looked at no more."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace
from typing import Any, Iterator

import pytest

from bot import memory
from bot.channel import PrivateChannel
from tests.bot.calls import SECRET


class Part:
    """Something that knows itself, so that only the collector can end it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def unfrozen() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_garbage_of_the_start_is_gone_and_the_rest_is_left_alone(unfrozen: None) -> None:
    gc.disable()
    try:
        garbage = weakref.ref(Part())
        kept = Part()
        assert garbage() is not None
        memory.settle()
    finally:
        gc.enable()
    assert garbage() is None
    assert gc.get_freeze_count() > 1000
    assert not any(one is kept for one in gc.get_objects())


def test_later_garbage_is_collected_as_ever(unfrozen: None) -> None:
    memory.settle()
    garbage = weakref.ref(Part())
    gc.collect()
    assert garbage() is None


@pytest.mark.asyncio
@pytest.mark.parametrize("logged", [True, False])
async def test_server_settles_once_it_is_up(
    unfrozen: None, monkeypatch: pytest.MonkeyPatch, logged: bool
) -> None:
    async def never(message: Any) -> None:
        raise AssertionError("no message comes here")

    routes = PrivateChannel(SECRET).blueprint(never)
    done = [one for one in routes._future_listeners if one.event == "after_server_start"]
    assert len(done) == 1
    assert gc.get_freeze_count() == 0
    log = SimpleNamespace(isEnabledFor=lambda _level: logged)
    monkeypatch.setattr("bot.channel.access_logger", log)
    server = SimpleNamespace(config=SimpleNamespace(ACCESS_LOG=True))
    await done[0].listener(server, None)
    assert gc.get_freeze_count() > 1000
    assert server.config.ACCESS_LOG is logged
