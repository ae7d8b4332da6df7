"""The web application: gateway at the root, console under /console."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI

from aftercare.database import open_engine, open_sessions
from aftercare.settings import Settings
from console.app import create_console
from gateway.app import create_gateway
from gateway.bot import RasaBot
from gateway.desk import Desk


def create_app(settings: Settings) -> FastAPI:
    """The whole website on the configured database and bot."""
    sessions = open_sessions(open_engine(settings))
    app = create_gateway(settings, sessions, RasaBot(settings), _utc_now)
    desk: Desk = app.state.desk
    console = create_console(settings, sessions, _utc_now, desk.hub, desk.engine)
    app.mount("/console", console)
    return app


def _utc_now() -> datetime:
    return datetime.now(UTC)
