"""The hub: who is told what, within this process and beyond it."""

from __future__ import annotations

import asyncio

from aftercare.live import Closed, Hub, NewMessages, Typing


def test_slow_stream_is_ended_when_too_much_waits_for_it() -> None:
    async def flood() -> list[object]:
        hub = Hub()
        slow, quick = hub.subscribe("c"), hub.subscribe("c")
        quick_signals = []
        for _ in range(100):
            hub.messages("c")
            await asyncio.sleep(0)
            quick_signals.append(await quick.next(1))
        assert quick_signals == [NewMessages()] * 100
        return [await slow.next(1), await quick.next(0.01)]

    assert asyncio.run(flood()) == [Closed(), None]


def test_typing_is_sent_on_changes_only() -> None:
    async def changes() -> list[object]:
        hub = Hub()
        stream = hub.subscribe("c")
        for on in (False, True, True, False, False):
            hub.typing("c", on)
        hub.messages("c")
        return [await stream.next(1) for _ in range(3)]

    assert asyncio.run(changes()) == [Typing(True), Typing(False), NewMessages()]


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
        heard = [await stream.next(1) for _ in range(3)]
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
        hub.may_have_missed()
        return [await stream.next(1) for _ in range(3)]

    assert asyncio.run(deaf()) == [Typing(True), Typing(False), NewMessages()]
