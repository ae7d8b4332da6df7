"""Server-sent events: messages as they are stored, by number, so that none is lost or doubled."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from aftercare.database import reading
from aftercare.errors import NotFound, StorageUnavailable
from aftercare.live import TYPING_SECONDS, Closed, NewMessages, Subscription, Typing
from gateway.chat import LAST_SEQ
from gateway.desk import Desk, desk_of
from gateway.inbox import Page, read_page
from gateway.shapes import handling_shown, shown
from gateway.trouble import ApiError, described
from gateway.visitors import Visitor, is_open, visitor_of

router = APIRouter(prefix="/chat/v1", tags=["chat"])

_log = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 15
#: Unlike None, which says that the bot has the conversation.
_UNTOLD: object = object()
_SEND_SECONDS = 30.0
#: An answer that comes sooner is not worth the words that it is being written.
_BOT_WRITES_AFTER_SECONDS = 0.3
#: How long a customer's own message may wait for the answer, to be read and sent with it.
_UNHURRIED_SECONDS = 0.3


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


async def _stream(desk: Desk, visitor: Visitor, after: int) -> AsyncIterator[ServerSentEvent]:
    subscription = desk.hub.subscribe(visitor.conversation_id)
    pending = _Pending()
    language: str | None = None
    handling = _UNTOLD
    try:
        while page := await run_in_threadpool(_read, desk, visitor, after):
            if page.language != language:
                language = page.language
                yield _event("language", {"language": language})
            if page.standing != handling:
                handling = page.standing
                told = handling_shown(page.standing).model_dump_json(exclude_none=True)
                yield ServerSentEvent(told, event="handling", sep="\n")
            for message in page.messages:
                after = message.seq
                data = shown(message, desk.links).model_dump_json(by_alias=True, exclude_none=True)
                yield ServerSentEvent(data, event="message", id=str(after), sep="\n")
            if page.full:
                continue
            async for signal in _until_news(subscription, pending):
                if isinstance(signal, Closed):
                    return
                yield _event("typing", {"from": signal.who, "typing": signal.on})
    except (StorageUnavailable, NotFound) as error:
        # The client comes back with its last id and is told then.
        _log.warning("events.ended conversation=%s %s", visitor.conversation_id, type(error))
    finally:
        desk.hub.unsubscribe(visitor.conversation_id, subscription)


@dataclass
class _Pending:
    """What one stream will do when its moment comes; times are those of time.monotonic."""

    read_due: float | None = None
    """When to read what was said to be there without hurry."""
    bot_due: float | None = None
    """When to tell that the bot writes, where it is not told yet."""
    bot_told: bool = False
    staff_until: float | None = None
    """Nothing is heard of people who stop."""

    def patience(self) -> float:
        """Seconds of silence after which something is to be done."""
        moments = (self.read_due, self.bot_due, self.staff_until)
        due = [moment for moment in moments if moment is not None]
        return max(0.0, min(due) - time.monotonic()) if due else _HEARTBEAT_SECONDS


async def _until_news(
    subscription: Subscription, pending: _Pending
) -> AsyncIterator[Typing | Closed]:
    """Who writes, until there may be something to read or the stream must end.

    Silence counts as news now and then, in case that a signal was lost.
    """
    while True:
        signal = await subscription.next(pending.patience())
        if isinstance(signal, Closed):
            yield signal
            return
        if signal is None and pending.bot_due is not None and _is_past(pending.bot_due):
            pending.bot_due, pending.bot_told = None, True
            yield Typing(True)
        elif isinstance(signal, NewMessages) and not signal.urgent:
            pending.read_due = pending.read_due or time.monotonic() + _UNHURRIED_SECONDS
        elif signal is None or isinstance(signal, NewMessages):
            pending.read_due = None
            if pending.staff_until is not None:
                pending.staff_until = None
                yield Typing(False, "staff")
            return
        elif signal.who == "staff":
            pending.staff_until = time.monotonic() + TYPING_SECONDS
            yield signal
        elif signal.who == "bot" and signal.on:
            pending.bot_due = time.monotonic() + _BOT_WRITES_AFTER_SECONDS
        elif signal.who == "bot":
            told, pending.bot_due, pending.bot_told = pending.bot_told, None, False
            if told:
                yield signal


def _is_past(moment: float) -> bool:
    return time.monotonic() >= moment


def _read(desk: Desk, visitor: Visitor, after: int) -> Page | None:
    """What there is to send; None once the token is not good any more."""
    with reading(desk.sessions) as session:
        if not is_open(session, visitor, desk.clock()):
            return None
        return read_page(session, visitor.conversation_id, after, desk.clock())


def _event(name: str, data: dict[str, object]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data), event=name, sep="\n")


def _read_event_id(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 10) or int(value) > LAST_SEQ:
        raise ApiError(
            422, "invalid_event_id", "Last-Event-ID must be the number of a message, such as 12."
        )
    return int(value)
