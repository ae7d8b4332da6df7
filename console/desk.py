"""What every page of the console works with, put together once by create_console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment
from sqlalchemy import Connection

from aftercare.attachments.taking import Files, open_files
from aftercare.database import SessionFactory
from aftercare.live import Hub
from aftercare.privacy.stores import Stores, open_stores
from aftercare.settings import Settings


class Engine(Protocol):
    """Takes messages to the bot; the gateway's, of which pages need no more than this."""

    def defer(self, connection: Connection, conversation_id: str) -> None: ...

    def wake(self, conversation_id: str, seq: int) -> None: ...


@dataclass(frozen=True)
class Desk:
    settings: Settings
    sessions: SessionFactory
    clock: Callable[[], datetime]
    company: str
    zone: ZoneInfo
    templates: Environment
    hub: Hub
    engine: Engine

    def stores(self) -> Stores:
        """Where data of customers may lie."""
        return open_stores(self.settings, self.sessions)

    @cached_property
    def files(self) -> Files:
        """One for all pages, because it lets only a few files be worked on at once."""
        return open_files(self.settings)

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> datetime:
        """Midnight of the company's present day."""
        return self.now().astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk
