"""The website API's calls: open a conversation, say something, read what was said."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request

from aftercare.catalogue.files import LANGUAGES
from aftercare.database import reading, writing
from gateway.bodies import json_body
from gateway.customer_text import read_text
from gateway.desk import Desk, desk_of, language_of
from gateway.inbox import Said, read_page, take_message
from gateway.shapes import MessageTaken, PageShown, SessionMade, shown
from gateway.trouble import ApiError, described
from gateway.visitors import Visitor, open_conversation, visitor_of

router = APIRouter(prefix="/chat/v1", tags=["chat"])

#: The largest number that every database keeps in a message's place.
LAST_SEQ = 2**31 - 1

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_COMMON = (
    (400, "not_json"),
    (413, "too_large"),
    (415, "unsupported_media_type"),
    (500, "unexpected_error"),
    (503, "storage_unavailable"),
)


def _taking(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_SESSION_BODY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"language": {"type": "string", "enum": list(LANGUAGES)}},
}
_MESSAGE_ID: dict[str, Any] = {
    "type": "string",
    "format": "uuid",
    "description": "Chosen by the client; the same id again is the same message.",
}
_MESSAGE_BODY: dict[str, Any] = {
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["id", field],
            "properties": {"id": _MESSAGE_ID, field: {"type": "string"}},
        }
        for field in ("text", "button")
    ]
}


@router.post(
    "/sessions",
    status_code=201,
    summary="Open a conversation",
    responses=described(*_COMMON, (422, "unknown_field, unknown_language")),
    openapi_extra=_taking(_SESSION_BODY),
)
def open_session(
    request: Request,
    afterwards: BackgroundTasks,
    body: Annotated[dict[str, Any], Depends(json_body("language"))],
) -> SessionMade:
    """The bot greets by itself. Without a language the browser's is taken."""
    desk = desk_of(request)
    language = body.get("language", language_of(request))
    if language not in LANGUAGES:
        raise ApiError(
            422, "unknown_language", f"The language must be one of: {', '.join(LANGUAGES)}."
        )
    days = desk.settings.chat_session_days
    with writing(desk.sessions) as session:
        opened = open_conversation(session, language, days, desk.clock())
    afterwards.add_task(_announce, desk, opened.conversation_id, opened.greeting_seq)
    return SessionMade(token=opened.token, conversation_id=opened.conversation_id)


@router.post(
    "/messages",
    status_code=202,
    summary="Say something or press a button",
    responses=described(
        *_COMMON,
        (401, "session_invalid"),
        (409, "id_reused"),
        (
            422,
            "unknown_field, invalid_id, text_or_button, not_text, empty_text, text_too_long, "
            "unknown_button",
        ),
    ),
    openapi_extra=_taking(_MESSAGE_BODY),
)
def post_message(
    request: Request,
    afterwards: BackgroundTasks,
    visitor: Annotated[Visitor, Depends(visitor_of)],
    body: Annotated[dict[str, Any], Depends(json_body("id", "text", "button"))],
) -> MessageTaken:
    """The message is stored when this answers. Repeat it with the same id until it does."""
    desk = desk_of(request)
    client_id = _read_id(body)
    said = _read_said(desk, body)
    with writing(desk.sessions) as session:
        taken = take_message(session, visitor.conversation_id, client_id, said, desk.clock())
    if taken.new:
        afterwards.add_task(_announce, desk, visitor.conversation_id, taken.seq)
    return MessageTaken(id=client_id, seq=taken.seq)


@router.get(
    "/messages",
    summary="Read what was said",
    responses=described(
        (401, "session_invalid"),
        (422, "invalid_parameter"),
        (500, "unexpected_error"),
        (503, "storage_unavailable"),
    ),
)
def get_messages(
    request: Request,
    visitor: Annotated[Visitor, Depends(visitor_of)],
    after: Annotated[int, Query(ge=0, le=LAST_SEQ, description="The last seq known.")] = 0,
) -> PageShown:
    """Oldest first, at most 200; ask again after the last one for more."""
    desk = desk_of(request)
    with reading(desk.sessions) as session:
        page = read_page(session, visitor.conversation_id, after)
    site_url = desk.settings.site_url
    return PageShown(
        language=page.language, messages=[shown(message, site_url) for message in page.messages]
    )


async def _announce(desk: Desk, conversation_id: str, seq: int) -> None:
    """After the answer, which would otherwise wait for the worker that this starts."""
    desk.hub.messages(conversation_id)
    desk.turns.wake(conversation_id, seq)


def _read_id(body: dict[str, Any]) -> str:
    client_id = body.get("id")
    if not isinstance(client_id, str) or not _UUID.fullmatch(client_id):
        raise ApiError(
            422,
            "invalid_id",
            "The field 'id' must be a UUID that the client makes for each message.",
        )
    return client_id.lower()


def _read_said(desk: Desk, body: dict[str, Any]) -> Said:
    if ("text" in body) == ("button" in body):
        raise ApiError(422, "text_or_button", "Send either 'text' or 'button', and not both.")
    if "text" in body:
        return Said(read_text(body["text"], desk.settings.max_message_characters), None)
    button = body["button"]
    if not isinstance(button, str):
        raise ApiError(422, "unknown_button", "The field 'button' must be a button's id.")
    return Said(None, button)
