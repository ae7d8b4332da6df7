"""Hands out the summary of a training as a PDF file, to whoever holds a link that is still good."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.database import reading
from aftercare.errors import NotFound
from aftercare.training.lessons import open_lesson
from aftercare.training.records import find_training
from aftercare.training.sheet import draw_sheet
from gateway.desk import desk_of
from gateway.trouble import described

router = APIRouter(tags=["chat"])


@router.get(
    "/trainings/{token}",
    summary="Open the summary of a training",
    response_class=Response,
    responses={
        200: {"description": "The summary.", "content": {"application/pdf": {}}},
        **described(
            (404, "not_found"),
            (410, "link_expired"),
            (429, "too_many_requests"),
            (500, "unexpected_error"),
            (503, "storage_unavailable"),
        ),
    },
)
def get_sheet(request: Request, token: str) -> Response:
    """`token`: from the `url` of a source, which expires."""
    desk = desk_of(request)
    key = desk.links.read_sheet(token)
    with reading(desk.sessions) as session:
        training = find_training(session, key)
        if training is None:
            raise NotFound("there is no such training")
        lesson = open_lesson(
            session,
            training.product_id,
            training.lesson,
            training.manual_language,
            training.manual_version,
        )
        product = training.product.name[training.language]
    if lesson is None:
        raise NotFound("the manual of that training is gone")
    zone = ZoneInfo(desk.company.business_hours.time_zone)
    finished = training.finished_at.astimezone(zone).date() if training.finished_at else None
    return Response(
        draw_sheet(training, lesson, product, finished),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{training.lesson}.pdf"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
