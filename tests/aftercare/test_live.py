"""The hub: who is told what, within this process and beyond it."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from aftercare.live import QUIET_SECONDS, Closed, Hub, NewMessages, Typing


def test_what_a_slow_stream_was_told_often_it_hears_once() -> None:
    async def flood() -> list[object]:
        hub = Hub()
        slow, quick = hub.subscribe("c"), hub.subscribe("c")
        quick_signals = []
        for _ in range(100):
            hub.messages("c")
            quick_signals.append(await quick.next(1))
        assert quick_signals == [NewMessages()] * 100
        return [await slow.next(1), await slow.next(0.01)]

    assert asyncio.run(flood()) == [NewMessages(), None]


def test_oldest_stream_ends_where_a_conversation_has_too_many() -> None:
    async def crowd() -> list[object]:
        hub = Hub()
        first, *others = [hub.subscribe("c") for _ in range(9)]
        return [await first.next(1), *[await other.next(0.01) for other in others]]

    assert asyncio.run(crowd()) == [Closed(), *[None] * 8]


def test_quick_bot_is_not_said_to_type() -> None:
    async def quick() -> list[object]:
        hub = Hub()
        stream = hub.subscribe("c")
        hub.messages("c", quiet=True)
        hub.typing("c", True)
        hearing = asyncio.create_task(stream.next(5))
        await asyncio.sleep(QUIET_SECONDS / 3)
        assert not hearing.done()
        hub.messages("c")
        hub.typing("c", False)
        return [await hearing, await stream.next(2 * QUIET_SECONDS)]

    assert asyncio.run(quick()) == [NewMessages(), None]


def test_slow_bot_types_until_its_answer_was_read() -> None:
    async def slow() -> list[object]:
        hub = Hub()
        stream = hub.subscribe("c")
        began = time.monotonic()
        for _ in range(2):
            hub.typing("c", True)
        heard = [await stream.next(5)]
        assert time.monotonic() - began >= 0.9 * QUIET_SECONDS
        assert await stream.next(2 * QUIET_SECONDS) is None
        hub.typing("c", False)
        hub.messages("c")
        return [*heard, await stream.next(1), await stream.next(1), await stream.next(0.01)]

    assert asyncio.run(slow()) == [Typing(True), NewMessages(), Typing(False), None]


def test_what_is_quiet_is_told_in_the_end() -> None:
    async def quiet() -> list[object]:
        hub = Hub()
        stream = hub.subscribe("c")
        hearing = asyncio.create_task(stream.next(5))
        await asyncio.sleep(0)
        began = time.monotonic()
        hub.messages("c", quiet=True)
        heard = await hearing
        assert 0.9 * QUIET_SECONDS <= time.monotonic() - began < 5
        return [heard, await stream.next(0.01)]

    assert asyncio.run(quiet()) == [NewMessages(), None]


def test_nothing_that_any_thread_says_is_left_lying() -> None:
    """Whoever sends while the stream looks, or while it arms its timer, is heard as well."""

    async def crowd() -> int:
        hub = Hub()
        stream = hub.subscribe("c")
        rounds = 300

        def said(number: int) -> None:
            hub.heard_typing("c", True)
            hub.heard_messages("c", quiet=number % 2 == 0)
            hub.heard_typing("c", False)
            hub.heard_messages("c")

        with ThreadPoolExecutor(4) as threads:
            for number in range(rounds):
                telling = [threads.submit(said, number) for _ in range(4)]
                assert isinstance(await stream.next(5), NewMessages | Typing)
                while not all(one.done() for one in telling):
                    await asyncio.sleep(0)
                # The last word was that there are messages, and that the bot is done.
                while await stream.next(0) is not None:
                    pass
        return rounds

    assert asyncio.run(crowd()) == 300


class Noted:
    """A relay that remembers what it was to take to other processes."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def messages(self, conversation_id: str) -> None:
        self.told.append(conversation_id)

    def typing(self, conversation_id: str, on: bool, who: str) -> None:
        self.told.append((conversation_id, on, who))


def test_what_happens_here_is_relayed_and_what_was_heard_is_not() -> None:
    hub, relay = Hub(), Noted()
    hub.relay_through(relay)
    hub.typing("c", True)
    hub.messages("c")
    hub.heard_messages("c")
    hub.heard_typing("c", False)
    assert relay.told == [("c", True, "bot"), "c"]


def test_typing_of_people_is_told_at_most_once_a_second_and_not_kept() -> None:
    async def types() -> list[object]:
        hub, relay = Hub(), Noted()
        hub.relay_through(relay)
        stream = hub.subscribe("c")
        for _ in range(5):
            hub.person_types("c", "customer")
            hub.person_types("c", "staff")
        late = hub.subscribe("c")
        hub.messages("c")
        heard: list[object] = [await stream.next(1) for _ in range(3)]
        assert await late.next(1) == NewMessages()
        assert relay.told == [("c", True, "customer"), ("c", True, "staff"), "c"]
        return heard

    assert asyncio.run(types()) == [
        Typing(True, "customer"),
        Typing(True, "staff"),
        NewMessages(),
    ]


def test_after_a_deaf_time_streams_look_and_nobody_seems_to_type() -> None:
    async def deaf() -> list[object]:
        hub = Hub()
        hub.heard_typing("c", True)
        stream = hub.subscribe("c")
        heard: list[object] = [await stream.next(1)]
        hub.may_have_missed()
        return [*heard, await stream.next(1), await stream.next(1)]

    assert asyncio.run(deaf()) == [Typing(True), NewMessages(), Typing(False)]
