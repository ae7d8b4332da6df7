"""Server-sent events: messages as they are stored, by number, so that none is lost or doubled."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from aftercare.database import glancing
from aftercare.errors import StorageUnavailable
from aftercare.live import TYPING_SECONDS, Closed, NewMessages, Subscription, Typing
from gateway.chat import LAST_SEQ
from gateway.desk import Desk, desk_of
from gateway.shapes import handling_shown, shown
from gateway.transcript import Page, read_page
from gateway.trouble import ApiError, described
from gateway.visitors import Visitor, visitor_of

router = APIRouter(prefix="/chat/v1", tags=["chat"])

_log = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 15
#: Unlike None, which says that the bot has the conversation.
_UNTOLD: object = object()
_SEND_SECONDS = 30.0


class _Events(EventSourceResponse):
    """A client that takes nothing for too long is let go without an error."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _log.info("events.client_stalled")


@router.get(
    "/events",
    summary="Follow a conversation live",
    response_class=_Events,
    responses={
        200: {
            "description": (
                "Events: `message` (id = seq, data as in GET /chat/v1/messages), `typing` "
                '({"from":"bot","typing":true}), `language` ({"language":"pt"}), `handling` (who '
                "has the conversation, as in GET /chat/v1/messages). A comment line comes every "
                "15 seconds."
            ),
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **described(
            (401, "session_invalid"),
            (422, "invalid_event_id"),
            (429, "too_many_requests, too_many_session_requests"),
            (500, "unexpected_error"),
            (503, "storage_unavailable"),
        ),
    },
)
async def follow(
    request: Request,
    visitor: Annotated[Visitor, Depends(visitor_of)],
    last_event_id: Annotated[
        str, Header(description="The last seq received; without it everything is sent.")
    ] = "0",
) -> EventSourceResponse:
    """Begins with the messages after Last-Event-ID and goes on with each new one."""
    after = _read_event_id(last_event_id)
    desk = desk_of(request)
    # Read once here, so that a database in trouble is told before the stream begins.
    await run_in_threadpool(_read, desk, visitor, after)
    return _Events(
        _stream(desk, visitor, after),
        ping=_HEARTBEAT_SECONDS,
        send_timeout=_SEND_SECONDS,
        sep="\n",
    )


async def _stream(desk: Desk, visitor: Visitor, after: int) -> AsyncIterator[bytes]:
    subscription = desk.hub.subscribe(visitor.conversation_id)
    language: str | None = None
    handling = _UNTOLD
    try:
        while page := await run_in_threadpool(_read, desk, visitor, after):
            news = []
            if page.language != language:
                language = page.language
                news.append(_event("language", {"language": language}))
            if page.standing != handling:
                handling = page.standing
                told = handling_shown(page.standing).model_dump_json(exclude_none=True)
                news.append(ServerSentEvent(told, event="handling", sep="\n"))
            for message in page.messages:
                after = message.seq
                data = shown(message, desk.links).model_dump_json(by_alias=True, exclude_none=True)
                news.append(ServerSentEvent(data, event="message", id=str(after), sep="\n"))
            if news:
                # In one piece: each goes through all layers of the server by itself.
                yield b"".join(event.encode() for event in news)
            if page.full:
                continue
            async for signal in _until_news(subscription):
                if isinstance(signal, Closed):
                    return
                yield _event("typing", {"from": signal.who, "typing": signal.on}).encode()
    except StorageUnavailable:
        # The client comes back with its last id and is told then.
        _log.warning("events.ended conversation=%s", visitor.conversation_id)
    finally:
        desk.hub.unsubscribe(visitor.conversation_id, subscription)


async def _until_news(subscription: Subscription) -> AsyncIterator[Typing | Closed]:
    """Who writes, until there may be something to read or the stream must end.

    Silence counts as news now and then, in case that a signal was lost.
    """
    # Nothing is heard of people who stop.
    staff_until: float | None = None
    while True:
        pause: float = _HEARTBEAT_SECONDS
        if staff_until is not None:
            pause = max(0.0, staff_until - time.monotonic())
        signal = await subscription.next(pause)
        if isinstance(signal, Closed):
            yield signal
            return
        if signal is None or isinstance(signal, NewMessages):
            if staff_until is not None:
                yield Typing(False, "staff")
            return
        if signal.who == "staff":
            staff_until = time.monotonic() + TYPING_SECONDS
            yield signal
        elif signal.who == "bot":
            yield signal


def _read(desk: Desk, visitor: Visitor, after: int) -> Page | None:
    """What there is to send; None once the token is not good any more."""
    with glancing(desk.sessions) as connection:
        return read_page(connection, visitor, after, desk.clock())


def _event(name: str, data: dict[str, object]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data), event=name, sep="\n")


def _read_event_id(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 10) or int(value) > LAST_SEQ:
        raise ApiError(
            422, "invalid_event_id", "Last-Event-ID must be the number of a message, such as 12."
        )
    return int(value)
