"""Whether this process lives, whether the whole desk can work, and its numbers."""

from __future__ import annotations

import ipaddress
from secrets import compare_digest

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from aftercare.clocks.figures import count_late
from aftercare.database import reading
from aftercare.errors import StorageUnavailable
from aftercare.evaluation.danger import count_untouched_danger
from aftercare.handover.queue import queue_figures
from gateway.desk import desk_of
from gateway.store import count_waiting
from gateway.trouble import ApiError, described

router = APIRouter(tags=["operation"])

#: A proxy on this machine asks for somebody elsewhere, and says so in one of these.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@router.get("/health/live", summary="Is the process running?")
async def live() -> dict[str, str]:
    return {"status": "live"}


@router.get(
    "/health/ready",
    summary="Can customers be served?",
    responses={503: {"description": "Error code: not_ready; `parts` says which part is not."}},
)
async def ready(request: Request) -> JSONResponse:
    parts = await desk_of(request).readiness.parts()
    told = {name: "ready" if works else "not ready" for name, works in parts.items()}
    missing = [name for name, works in parts.items() if not works]
    if not missing:
        return JSONResponse({"status": "ready", "parts": told})
    message = f"Not ready: {', '.join(missing)}. Look at the log of that part, then ask again."
    return JSONResponse(
        {
            "status": "not ready",
            "parts": told,
            "error": {"code": "not_ready", "message": message},
        },
        503,
        {"Retry-After": "2"},
    )


@router.get(
    "/metrics",
    summary="Numbers for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}},
        **described((403, "metrics_closed"), (500, "unexpected_error")),
    },
)
def metrics(request: Request) -> Response:
    """For this machine only or, where AFTERCARE_METRICS_TOKEN is set, for who has that token."""
    desk = desk_of(request)
    if not _may_read(request, desk.settings.metrics_token):
        raise ApiError(
            403,
            "metrics_closed",
            "The numbers are read from the same machine, or with the header 'Authorization: "
            "Bearer TOKEN' where the setting AFTERCARE_METRICS_TOKEN names a token.",
        )
    try:
        with reading(desk.sessions) as session:
            desk.measures.waiting.set(count_waiting(session))
            figures = queue_figures(session, desk.clock())
            desk.measures.danger.set(count_untouched_danger(session))
            desk.measures.late.set(count_late(session))
        desk.measures.queue.set(figures.waiting)
        desk.measures.queue_seconds.set(figures.longest_wait.total_seconds())
        desk.measures.with_person.set(figures.with_person)
    except StorageUnavailable:
        for gauge in desk.measures.of_database():
            gauge.set(float("nan"))
    desk.measures.streams.set(desk.hub.open_streams())
    return Response(desk.measures.text(), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, token: str) -> bool:
    if token:
        shown = request.headers.get("authorization", "").encode()
        return compare_digest(shown, f"Bearer {token}".encode())
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
