"""The console's guards at the border: cookie, form tokens and response headers."""

from __future__ import annotations

import secrets

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aftercare.errors import AftercareError
from aftercare.settings import Settings

#: Name of the form field that carries the session's token.
FORM_FIELD = "csrf"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class WrongForm(AftercareError):
    """A form came without the token of this session, or from another website."""


def check_form(sent: str, wanted: str) -> None:
    """Raises WrongForm unless the form carries the session's own token."""
    if not secrets.compare_digest(sent.encode(), wanted.encode()):
        raise WrongForm("the form's token is not the session's")


def check_same_site(request: Request) -> None:
    """Raises WrongForm where the browser says that another website sent the form.

    The sign-in form has no session yet, so this stands in for the token there.
    """
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise WrongForm("the form was sent from another website")


def cookie_name(settings: Settings) -> str:
    return "__Host-aftercare" if settings.cookies_over_https_only else "aftercare_console"


def read_cookie(request: Request, settings: Settings) -> str:
    return request.cookies.get(cookie_name(settings), "")


def put_cookie(response: Response, token: str, settings: Settings) -> None:
    """Hand the token to the browser, which forgets it when it is closed."""
    response.set_cookie(
        cookie_name(settings),
        token,
        path="/",
        secure=settings.cookies_over_https_only,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        cookie_name(settings),
        path="/",
        secure=settings.cookies_over_https_only,
        httponly=True,
        samesite="lax",
    )


class SecurityHeaders:
    """Puts the headers on every answer; pages are never stored, static files are asked for anew."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    # Files of customers bring a stricter policy of their own.
                    headers.setdefault(name, value)
                # Starlette's file answers are the only ones with an entity tag.
                headers["Cache-Control"] = "no-cache" if "etag" in headers else "no-store"
            await send(message)

        await self._app(scope, receive, send_guarded)
