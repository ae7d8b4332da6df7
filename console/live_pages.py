"""Tells an open conversation page that something happened; the page then fetches what it shows."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from aftercare.errors import StorageUnavailable
from aftercare.live import Closed, Typing
from console.access import find_conversation, is_signed_in, open_visit
from console.desk import desk_of

router = APIRouter()

_log = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 15
_SEND_SECONDS = 30.0


class _Events(EventSourceResponse):
    """A browser that takes nothing for too long is let go without an error."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _log.info("console.events_stalled")


@router.get("/conversations/{conversation_id}/events", name="conversation_events")
async def follow(request: Request, conversation_id: str) -> EventSourceResponse:
    """Events: `news` (fetch again), `typing` (the customer or the bot writes)."""
    await run_in_threadpool(_check, request, conversation_id)
    return _Events(
        _stream(request, conversation_id),
        ping=_HEARTBEAT_SECONDS,
        send_timeout=_SEND_SECONDS,
        sep="\n",
    )


async def _stream(request: Request, conversation_id: str) -> AsyncIterator[ServerSentEvent]:
    hub = desk_of(request).hub
    subscription = hub.subscribe(conversation_id)
    try:
        # Who has signed out meanwhile, or was idle for too long, sees nothing more.
        while await run_in_threadpool(is_signed_in, request):
            yield ServerSentEvent("{}", event="news", sep="\n")
            signal = await subscription.next(_HEARTBEAT_SECONDS)
            while isinstance(signal, Typing):
                if signal.who != "staff":
                    typing = json.dumps({"from": signal.who, "typing": signal.on})
                    yield ServerSentEvent(typing, event="typing", sep="\n")
                signal = await subscription.next(_HEARTBEAT_SECONDS)
            if isinstance(signal, Closed):
                return
    except StorageUnavailable:
        _log.warning("console.events_ended conversation=%s", conversation_id)
    finally:
        hub.unsubscribe(conversation_id, subscription)


def _check(request: Request, conversation_id: str) -> None:
    with open_visit(request, by_itself=True) as visit:
        find_conversation(visit, conversation_id)
