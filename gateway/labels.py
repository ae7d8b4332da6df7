"""Hands out the label of a return as a PDF file, to whoever holds a link that is still good."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aftercare.database import reading
from aftercare.errors import NotFound
from aftercare.returns.cases import find_by_rma
from aftercare.returns.label import draw_label, label_of
from gateway.desk import desk_of
from gateway.trouble import described

router = APIRouter(tags=["chat"])


@router.get(
    "/returns/{token}",
    summary="Open the label of a return",
    response_class=Response,
    responses={
        200: {"description": "The label.", "content": {"application/pdf": {}}},
        **described(
            (404, "not_found"),
            (410, "link_expired"),
            (429, "too_many_requests"),
            (500, "unexpected_error"),
            (503, "storage_unavailable"),
        ),
    },
)
def get_label(request: Request, token: str) -> Response:
    """`token`: from the `url` of a source, which expires."""
    desk = desk_of(request)
    rma = desk.links.read_label(token)
    with reading(desk.sessions) as session:
        case = find_by_rma(session, rma)
        terms = desk.company.returns
        label = label_of(case, terms) if case and terms else None
    if label is None:
        raise NotFound("there is no such return")
    return Response(
        draw_label(label),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="RMA-{label.rma}.pdf"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
