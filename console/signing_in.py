"""Signing in and out. These are the only pages that are open to everybody."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from aftercare.database import reading, writing
from aftercare.staff.sessions import (
    FAILURE_WINDOW,
    TooManyFailures,
    fitting_hash,
    sign_in,
    sign_out,
)
from console.access import is_signed_in, open_change
from console.desk import desk_of
from console.forms import Form, query_value
from console.pages import go, is_own_path, link, show
from console.security import check_same_site, drop_cookie, put_cookie, read_cookie

router = APIRouter()

_LONGEST_PATH = 1000


@router.get("/sign-in", name="sign_in")
def show_sign_in(request: Request) -> Response:
    if is_signed_in(request):
        return go(request, "start")
    return _sign_in_page(
        request,
        next_path=query_value(request, "next", _LONGEST_PATH),
        signed_out=bool(query_value(request, "signed_out")),
    )


@router.post("/sign-in", name="send_sign_in")
def send_sign_in(request: Request, form: Form) -> Response:
    check_same_site(request)
    desk = desk_of(request)
    email, next_path = form.get("email", ""), form.get("next", "")[:_LONGEST_PATH]
    address, now = request.client.host if request.client else "unknown", desk.now()
    try:
        with reading(desk.sessions) as session:
            fitting = fitting_hash(
                session, email=email, password=form.get("password", ""), address=address, now=now
            )
        with writing(desk.sessions) as session:
            signed_in = sign_in(
                session,
                email=email,
                fitting=fitting,
                address=address,
                settings=desk.settings,
                now=now,
            )
            if signed_in:
                sign_out(session, read_cookie(request, desk.settings))
    except TooManyFailures:
        page = _sign_in_page(request, email, next_path, problem="too_many", status=429)
        page.headers["Retry-After"] = str(int(FAILURE_WINDOW.total_seconds()))
        return page
    if signed_in is None:
        return _sign_in_page(request, email, next_path, problem="wrong", status=401)
    answer = RedirectResponse(
        next_path if is_own_path(request, next_path) else link(request, "start"), status_code=303
    )
    put_cookie(answer, signed_in.token, desk.settings)
    return answer


@router.post("/sign-out", name="sign_out")
def send_sign_out(request: Request, form: Form) -> Response:
    desk = desk_of(request)
    with open_change(request, form) as visit:
        sign_out(visit.session, read_cookie(request, desk.settings))
    answer = go(request, "sign_in", {"signed_out": "1"})
    drop_cookie(answer, desk.settings)
    return answer


def to_sign_in(request: Request) -> Response:
    """Send the browser to the sign-in page, and afterwards back to what it asked for."""
    asked = ""
    if request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return go(request, "sign_in", {"next": asked[:_LONGEST_PATH]})


def _sign_in_page(
    request: Request,
    email: str = "",
    next_path: str = "",
    *,
    problem: str = "",
    signed_out: bool = False,
    status: int = 200,
) -> Response:
    return show(
        request,
        "sign_in.html",
        status=status,
        email=email,
        next_path=next_path,
        problem=problem,
        signed_out=signed_out,
        minutes=int(FAILURE_WINDOW.total_seconds() // 60),
    )
