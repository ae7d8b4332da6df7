"""Puts the gateway together: calls, pages, workers, and an answer to every error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from aftercare import solved
from aftercare.catalogue.files import read_company
from aftercare.catalogue.snapshot import CatalogueReader
from aftercare.clocks import watch
from aftercare.clocks.watch import ClockWatch
from aftercare.complaints import announcing as complaint_announcing
from aftercare.complaints.announcing import ComplaintWatch
from aftercare.database import SessionFactory
from aftercare.errors import FilesUnavailable, NotFound, StorageUnavailable
from aftercare.live import Hub
from aftercare.log import log_failure
from aftercare.maintenance import watch as maintenance_watch
from aftercare.maintenance.watch import MaintenanceWatch
from aftercare.privacy.stores import open_stores
from aftercare.returns import announcing as return_announcing
from aftercare.returns.announcing import ReturnWatch
from aftercare.settings import Settings
from aftercare.solved import UncontestedSolutions
from aftercare.visits import announcing
from aftercare.visits.announcing import VisitReminders
from aftercare.webhooks import delivering
from aftercare.webhooks.addresses import address_rule
from aftercare.webhooks.delivering import Deliverer
from aftercare.webhooks.sending import Sender
from gateway import (
    api,
    calendar_files,
    chat,
    events,
    files,
    handovers,
    health,
    housekeeping,
    labels,
    manuals,
    sheets,
    site,
)
from gateway.bodies import BodyLimit
from gateway.border import BorderHeaders, ChatOrigins, NothingEscapes
from gateway.bot import Bot
from gateway.desk import Desk
from gateway.engine.choice import choose_engine
from gateway.handovers import HandoverWatch
from gateway.housekeeping import Housekeeping
from gateway.limits import Limits, limit_address
from gateway.links import Links
from gateway.measures import Measures
from gateway.readiness import Readiness
from gateway.shapes import ErrorAnswer
from gateway.timed_jobs import TimedJob
from gateway.trouble import ApiError, error_answer
from gateway.views import asks_for_page, open_templates, trouble_answer


def create_gateway(
    settings: Settings, sessions: SessionFactory, bot: Bot, clock: Callable[[], datetime]
) -> FastAPI:
    """The gateway, whose workers run while it serves. Raises CatalogueError without a company."""
    company = read_company(settings.catalogue_dir)
    hub, measures = Hub(), Measures()
    engine = choose_engine(settings, sessions, bot, clock, hub, measures, company.email)
    stores = open_stores(settings, sessions)
    jobs = (
        TimedJob(
            "housekeeping", housekeeping.EVERY_SECONDS, Housekeeping(stores, clock, measures).keep
        ),
        TimedJob("clocks", watch.EVERY_SECONDS, ClockWatch(sessions, clock).look),
        TimedJob(
            "handovers",
            handovers.EVERY_SECONDS,
            HandoverWatch(settings, sessions, clock, hub, engine).look,
        ),
        TimedJob(
            "uncontested_solutions",
            solved.EVERY_SECONDS,
            UncontestedSolutions(settings, sessions, clock, engine).close,
        ),
        TimedJob(
            "returns",
            return_announcing.EVERY_SECONDS,
            ReturnWatch(sessions, clock, engine, ZoneInfo(company.business_hours.time_zone)).look,
        ),
        TimedJob(
            "complaints",
            complaint_announcing.EVERY_SECONDS,
            ComplaintWatch(
                sessions, clock, engine, ZoneInfo(company.business_hours.time_zone)
            ).look,
        ),
        TimedJob(
            "maintenance",
            maintenance_watch.EVERY_SECONDS,
            MaintenanceWatch(sessions, clock, engine).look,
        ),
        TimedJob("visits", announcing.EVERY_SECONDS, VisitReminders(sessions, clock, engine).look),
        TimedJob(
            "webhooks",
            delivering.EVERY_SECONDS,
            Deliverer(sessions, Sender(address_rule(settings)), clock).deliver,
        ),
    )

    @asynccontextmanager
    async def working(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(engine.start)
        for job in jobs:
            job.start()
        try:
            yield
        finally:
            for job in reversed(jobs):
                await run_in_threadpool(job.stop)
            await run_in_threadpool(engine.stop)
            bot.close()

    app = FastAPI(
        title="Aftercare website API",
        description="Chat of a website's visitors with the after-sales desk.",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=working,
    )
    app.state.desk = Desk(
        settings=settings,
        sessions=sessions,
        clock=clock,
        company=company,
        hub=hub,
        engine=engine,
        files=stores.files,
        links=Links(settings, clock),
        measures=measures,
        limits=Limits(settings, measures),
        readiness=Readiness(settings, sessions, engine.parts()),
        templates=open_templates(),
    )
    app.state.catalogue = CatalogueReader(sessions)
    # The framework looks for a call in this order, so the one of every turn comes first.
    for part in (chat, events, calendar_files, files, labels, manuals, sheets, site):
        app.include_router(part.router, dependencies=[Depends(limit_address)])
    for router in api.ROUTERS:
        app.include_router(router, dependencies=[Depends(limit_address)])
    # Who watches over the desk is never told to come back later.
    app.include_router(health.router)
    site.mount_files(app)
    _answer_errors(app)
    _describe(app)
    # The last one added is the outermost.
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        max_upload_bytes=settings.max_upload_bytes,
        max_manual_bytes=settings.max_manual_bytes + settings.max_body_bytes,
        max_import_bytes=settings.max_import_bytes + settings.max_body_bytes,
    )
    app.add_middleware(NothingEscapes)
    app.add_middleware(ChatOrigins, origins=settings.allowed_origins)
    app.add_middleware(BorderHeaders)
    return app


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _invalid_parameter)
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(StorageUnavailable, _storage_unavailable)
    app.add_exception_handler(FilesUnavailable, _storage_unavailable)
    app.add_exception_handler(HTTPException, _http_error)


def _describe(app: FastAPI) -> None:
    """Complete the OpenAPI document with the one form of all errors."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            error = ErrorAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(error.pop("$defs", {}))
            schemas["ErrorAnswer"] = error
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _api_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    if asks_for_page(request):
        return trouble_answer(request, error.status, headers=error.headers)
    return error_answer(error.status, error.code, error.message, headers=error.headers)


def _invalid_parameter(_request: Request, _error: Exception) -> Response:
    return error_answer(
        422,
        "invalid_parameter",
        "A parameter of the address is not what this call takes; see /openapi.json.",
    )


def _not_found(request: Request, _error: Exception) -> Response:
    return trouble_answer(request, 404)


def _storage_unavailable(request: Request, error: Exception) -> Response:
    request_id = getattr(request.state, "request_id", None)
    error_id = log_failure("gateway.storage_unavailable", error, request=request_id)
    return trouble_answer(request, 503, error_id)


def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 413:
        return error_answer(413, "too_large", error.detail)
    return trouble_answer(request, error.status_code, headers=dict(error.headers or {}))
