"""Everything the calls of the gateway work with, handed in once and found through the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from jinja2 import Environment

from aftercare.attachments.taking import Files
from aftercare.catalogue.files import CompanyFile
from aftercare.database import SessionFactory
from aftercare.languages import preferred_language
from aftercare.live import Hub
from aftercare.settings import Settings
from gateway.engine.interface import Engine
from gateway.limits import Limits
from gateway.links import Links
from gateway.measures import Measures
from gateway.readiness import Readiness


@dataclass(frozen=True)
class Desk:
    settings: Settings
    sessions: SessionFactory
    clock: Callable[[], datetime]
    company: CompanyFile
    hub: Hub
    engine: Engine
    files: Files
    links: Links
    measures: Measures
    limits: Limits
    readiness: Readiness
    templates: Environment


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def language_of(request: Request) -> str:
    """The language to speak to somebody who has not said which."""
    default = desk_of(request).company.default_language
    return preferred_language(request.headers.get("accept-language", ""), default)
