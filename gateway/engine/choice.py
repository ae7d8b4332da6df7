"""The one place that chooses the engine: by the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aftercare.database import SessionFactory, is_postgresql
from aftercare.live import Hub
from aftercare.settings import Settings
from gateway.bot import Bot
from gateway.engine.in_process import InProcess
from gateway.engine.interface import Engine
from gateway.engine.waits import Waits
from gateway.measures import Measures
from gateway.turns import Turns


def choose_engine(
    settings: Settings,
    sessions: SessionFactory,
    bot: Bot,
    clock: Callable[[], datetime],
    hub: Hub,
    measures: Measures,
    email: str,
) -> Engine:
    """The engine, not started yet; on PostgreSQL it also lets the hub reach other processes."""
    waits = Waits()
    turns = Turns(settings, sessions, bot, clock, hub, measures, waits, email)
    if not is_postgresql(settings):
        return InProcess(settings, sessions, turns, waits)
    # Loaded where it is used: a desk on SQLite does without these libraries' memory.
    from gateway.engine.procrastinate_queue import ProcrastinateQueue

    return ProcrastinateQueue(settings, sessions, turns, waits, hub, measures)
