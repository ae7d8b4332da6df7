"""Runs the action server on loopback: `python -m actions`."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic
from sanic.response import BaseHTTPResponse, HTTPResponse, json

from actions.digressions import (
    AnswerPostback,
    AnswerUsage,
    AnswerWaitingTime,
    AnswerWarranty,
    NoteOtherWish,
    TakeFiles,
    TakeShortAnswer,
    TakeUpRemark,
    TakeVerdict,
)
from actions.intake import ValidateIntakeForm
from actions.training import WalkOn
from aftercare.desk import Desk, open_desk
from aftercare.log import set_up_logging
from aftercare.settings import settings

SHARED_HEADER = "X-Aftercare-Secret"


def create_action_server(desk: Desk, secret: str) -> Sanic[Any, Any]:
    """The action server with all actions; it answers only who knows the secret.

    Raises ValueError for an empty secret, which everybody would know.
    """
    if not secret:
        raise ValueError("the action server needs AFTERCARE_PRIVATE_SECRET (`make up` sets it)")
    executor = ActionExecutor()
    for action in (
        ValidateIntakeForm(desk),
        AnswerUsage(desk),
        AnswerWarranty(desk),
        AnswerWaitingTime(desk),
        TakeFiles(desk),
        TakeShortAnswer(desk),
        AnswerPostback(desk),
        TakeVerdict(desk),
        TakeUpRemark(desk),
        NoteOtherWish(desk),
        WalkOn(desk),
    ):
        executor.register_action(action)
    app: Sanic[Any, Any] = create_app(executor, cors_origins=[])

    async def refuse_strangers(request: Request) -> HTTPResponse | None:
        if request.path == "/health":
            return None
        shown = request.headers.get(SHARED_HEADER, "")
        # A header may hold bytes that are no text.
        if hmac.compare_digest(shown.encode(errors="surrogateescape"), secret.encode()):
            return None
        return json({"error": "not allowed"}, status=403)

    async def hide_errors(request: Request, response: BaseHTTPResponse) -> HTTPResponse | None:
        # The library would answer with the exception's text and the whole tracker.
        return json({"error": "failed"}, status=500) if response.status >= 500 else None

    app.register_middleware(refuse_strangers, "request")
    app.register_middleware(hide_errors, "response")
    return app


if __name__ == "__main__":
    set_up_logging(settings().log_format)
    address = urlsplit(settings().actions_url)
    server = create_action_server(
        open_desk(settings(), clock=lambda: datetime.now(UTC)), settings().private_secret
    )
    server.run(
        host=address.hostname or "127.0.0.1",
        port=address.port or 5055,
        single_process=True,
        access_log=False,
        motd=False,
    )
