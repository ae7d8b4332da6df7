"""What the gateway asks of an engine, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from sqlalchemy import Connection


class Engine(Protocol):
    """Takes stored messages to the bot: in order within a conversation, conversations side by side.

    A message is worked until it is answered or given up, whatever process ends in between.
    """

    def start(self) -> None:
        """Begin to work. A dead database delays the work and not the start."""
        ...

    def stop(self) -> None:
        """End after the turns in hand, within seconds; what is not finished is worked later."""
        ...

    def defer(self, connection: Connection, conversation_id: str) -> None:
        """Call it in the transaction that stores a message for the bot.

        Raises StorageUnavailable.
        """
        ...

    def wake(self, conversation_id: str, seq: int) -> None:
        """Call it after that transaction, so that the message is worked at once. Never waits."""
        ...

    def parts(self) -> Mapping[str, Callable[[], bool]]:
        """Parts of the engine that can fail by themselves, and how to ask whether they work."""
        ...
