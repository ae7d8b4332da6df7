"""Puts the console together and turns every error into a page; what went wrong goes to the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aftercare.catalogue.files import read_company
from aftercare.database import SessionFactory
from aftercare.errors import FilesUnavailable, NotFound, StorageUnavailable
from aftercare.live import Hub
from aftercare.log import log_failure
from aftercare.settings import Settings
from console import (
    answers,
    complaints,
    complaints_work,
    conversations,
    customers,
    evaluation,
    exchange,
    files,
    gaps,
    handover,
    integrations,
    live_pages,
    maintenance,
    manual_review,
    manuals,
    people,
    personal_data,
    queue,
    returns,
    returns_work,
    satisfaction,
    service_editing,
    services,
    signing_in,
    start,
    stock,
    teams,
    technicians,
    ticket_doubles,
    ticket_files,
    ticket_opening,
    ticket_work,
    tickets,
    trainings,
    visit_planning,
    visits,
)
from console.access import RoleNeeded, SignInNeeded
from console.desk import Desk, Engine
from console.pages import open_templates, show
from console.security import SecurityHeaders, WrongForm

_TOO_LARGE = 413

ROUTERS = (
    start.router,
    conversations.router,
    live_pages.router,
    handover.router,
    queue.router,
    files.router,
    answers.router,
    gaps.router,
    ticket_opening.router,  # before the tickets, one of which its address could be
    tickets.router,
    ticket_work.router,
    ticket_files.router,
    ticket_doubles.router,
    teams.router,
    people.router,
    evaluation.router,
    customers.router,
    maintenance.router,
    trainings.router,
    satisfaction.router,
    returns.router,
    returns_work.router,
    complaints.router,
    complaints_work.router,
    visits.router,
    visit_planning.router,
    technicians.router,
    stock.router,
    personal_data.router,
    integrations.router,
    exchange.router,
    manuals.router,
    manual_review.router,
    services.router,
    service_editing.router,
    signing_in.router,
)


def create_console(
    settings: Settings,
    sessions: SessionFactory,
    clock: Callable[[], datetime],
    hub: Hub,
    engine: Engine,
) -> FastAPI:
    """The console as an application to be mounted, on the gateway's hub and engine.

    Raises CatalogueError without a company file.
    """
    company = read_company(settings.catalogue_dir)
    zone = ZoneInfo(company.business_hours.time_zone)
    app = FastAPI(title="Aftercare console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(
        settings, sessions, clock, company.name, zone, open_templates(zone), hub, engine
    )
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_exception_handler(SignInNeeded, _sign_in_needed)
    app.add_exception_handler(RoleNeeded, _role_needed)
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(WrongForm, _wrong_form)
    app.add_exception_handler(StorageUnavailable, _storage_unavailable)
    app.add_exception_handler(FilesUnavailable, _storage_unavailable)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(_NothingEscapes)
    app.add_middleware(SecurityHeaders)
    return app


class _NothingEscapes:
    """Answers errors that nobody expected, so that the mounting application sees none of them.

    It also notes where the console is mounted, which routing forgets on the way to a static file.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False
        scope.setdefault("state", {})["mounted_at"] = scope.get("root_path", "")

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            # Whoever left in the middle of a request needs no answer.
            return
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await _unexpected(Request(scope), error)(scope, receive, send)


def _sign_in_needed(request: Request, _error: Exception) -> Response:
    return signing_in.to_sign_in(request)


def _role_needed(request: Request, _error: Exception) -> Response:
    return show(request, "_error.html", status=403, kind="role", error_id="")


def _not_found(request: Request, _error: Exception) -> Response:
    return show(request, "_error.html", status=404, kind="not_found", error_id="")


def _wrong_form(request: Request, _error: Exception) -> Response:
    return show(request, "_error.html", status=403, kind="wrong_form", error_id="")


def _storage_unavailable(request: Request, error: Exception) -> Response:
    error_id = log_failure("console.storage_unavailable", error)
    return show(request, "_error.html", status=503, kind="storage", error_id=error_id)


def _unexpected(request: Request, error: Exception) -> Response:
    error_id = log_failure("console.unexpected_error", error)
    return show(request, "_error.html", status=500, kind="unexpected", error_id=error_id)


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _not_found(request, error)
    page = show(
        request,
        "_error.html",
        status=status,
        kind="too_large" if status == _TOO_LARGE else "request",
        error_id="",
    )
    page.headers.update(getattr(error, "headers", None) or {})
    return page
