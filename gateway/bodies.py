"""Reads JSON bodies: media type, size, form and field names, before any value is looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NoReturn

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.trouble import ApiError, error_answer

MULTIPART = "multipart/form-data"
#: The one call that takes files.
UPLOAD_PATH = "/chat/v1/messages"
#: Where the console, mounted beside the gateway, takes manuals; it asks first who sends them.
MANUAL_PATH = "/console/manuals"
#: Where it takes files of records, likewise.
IMPORT_PATH = "/console/exchange/import"
#: Where it takes files that staff send, likewise: with an answer, on a ticket, on a return.
STAFF_FILES_PATH = re.compile(
    r"/console/(conversations/[^/]+/reply|tickets/[^/]+/files|tickets/[^/]+/return/files)"
)


class BodyLimit:
    """Refuses bodies over a size, by their announced length or while they come in.

    `max_upload_bytes` holds for the one call that takes files and for those of staff,
    `max_manual_bytes` for manuals, `max_import_bytes` for files of records.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        max_upload_bytes: int,
        max_manual_bytes: int,
        max_import_bytes: int,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_uploads = {
            UPLOAD_PATH: max_upload_bytes,
            MANUAL_PATH: max_manual_bytes,
            IMPORT_PATH: max_import_bytes,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > most:
            answer = error_answer(413, "too_large", _too_large_message(most))
            await answer(scope, receive, send)
            return
        taken, answering = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken <= most:
                return message
            if answering:
                # It is too late for another answer, and nobody reads this.
                return {**message, "body": b""}
            # Of this kind, because the framework lets it through to the error handlers.
            raise HTTPException(413, _too_large_message(most))

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        await self._app(scope, counted, noted)

    def _most(self, scope: Scope) -> int:
        if scope["method"] == "POST" and media_type_of(Headers(scope=scope)) == MULTIPART:
            path = scope["path"]
            if STAFF_FILES_PATH.fullmatch(path):
                path = UPLOAD_PATH
            return self._max_uploads.get(path, self._max_bytes)
        return self._max_bytes


def media_type_of(headers: Mapping[str, str]) -> str:
    """The announced type of a body, without its parameters."""
    return headers.get("content-type", "").split(";")[0].strip().lower()


def _too_large_message(max_bytes: int) -> str:
    return f"The request is larger than {max_bytes} bytes. Send a shorter one."


def json_body(*fields: str) -> Callable[[Request], Awaitable[dict[str, Any]]]:
    """A dependency that gives the body as an object with no other fields than these."""

    async def read(request: Request) -> dict[str, Any]:
        return read_json(request, await request.body(), fields)

    return read


def read_json(request: Request, content: bytes, fields: Sequence[str]) -> dict[str, Any]:
    """The body of a request as an object with no other fields than these. Raises ApiError."""
    _check_media_type(request)
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ApiError(
            400, "not_json", "The body is not valid JSON in UTF-8. Send one JSON object."
        ) from None
    if not isinstance(value, dict):
        raise ApiError(400, "not_json", "The body must be one JSON object.")
    if value.keys() - set(fields):
        raise ApiError(
            422,
            "unknown_field",
            f"The body has a field that this call does not take: only {', '.join(fields)}.",
        )
    return value


def _check_media_type(request: Request) -> None:
    if media_type_of(request.headers) != "application/json":
        raise ApiError(
            415,
            "unsupported_media_type",
            "Send the request with the header 'Content-Type: application/json'.",
        )


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("not a JSON number")
