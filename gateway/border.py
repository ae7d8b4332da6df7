"""The outermost layer: request ids, security headers, other origins, and no error unanswered."""

from __future__ import annotations

import re
import secrets

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aftercare.log import correlated, log_failure
from gateway.views import trouble_answer

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_OTHER_POLICY = "default-src 'none'; frame-ancestors 'none'"


class BorderHeaders:
    """Puts on every answer what it does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                headers.setdefault(
                    "Content-Security-Policy", _PAGE_POLICY if is_page else _OTHER_POLICY
                )
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-Id"] = request_id
                if place := _within(headers.get("location", ""), scope):
                    headers["Location"] = place
            await send(message)

        with correlated(request_id):
            await self._app(scope, receive, guarded)


def _within(location: str, scope: Scope) -> str | None:
    """The path of a redirect that stays on this server; the framework writes the client's Host."""
    own = f"{scope['scheme']}://{Headers(scope=scope).get('host', '')}/"
    path = location.removeprefix(own)
    return f"/{path}" if path != location and not path.startswith("/") else None


class ChatOrigins:
    """Lets the named websites call the chat, and nothing else."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        self._app = app
        self._chat = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            expose_headers=["Retry-After", "X-Request-Id"],
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_chat = scope["type"] == "http" and scope["path"].startswith("/chat/")
        await (self._chat if is_chat else self._app)(scope, receive, send)


class NothingEscapes:
    """Answers the errors that nobody expected; they would leave without headers otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

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
            if scope["type"] != "http":
                raise
            request_id = scope.get("state", {}).get("request_id")
            error_id = log_failure("gateway.unexpected_error", error, request=request_id)
            if started:
                # The server breaks the connection off; its log must not quote the error.
                raise BrokenOff(error_id) from None
            answer = trouble_answer(Request(scope), 500, error_id)
            await answer(scope, receive, send)


class BrokenOff(Exception):
    """An answer could not be finished; the error id leads to the reason in the log."""
