"""The website API's calls: open a conversation, say something, read what was said."""

from __future__ import annotations

import logging
import re
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from aftercare.catalogue.entries import LANGUAGES
from aftercare.database import glancing, storing, writing
from aftercare.privacy.masking import mask_for_storing
from gateway.bodies import MULTIPART, json_body, media_type_of
from gateway.bot import turn_id
from gateway.customer_text import read_text
from gateway.desk import Desk, desk_of, language_of
from gateway.identity import LONGEST_IDENTITY, read_identity
from gateway.inbox import Said, take_message
from gateway.limits import address_of
from gateway.shapes import (
    MessageTaken,
    PageShown,
    SessionMade,
    files_taken,
    handling_shown,
    shown,
)
from gateway.transcript import read_page
from gateway.trouble import ApiError, described
from gateway.uploads import FILES_FIELD, Incoming, keeping, uploaded, written
from gateway.visitors import (
    Pass,
    Visitor,
    invalid_session,
    open_conversation,
    renew_pass,
    visitor_of,
)

router = APIRouter(prefix="/chat/v1", tags=["chat"])

_log = logging.getLogger(__name__)

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


def _taking(schema: dict[str, Any], form: dict[str, Any] | None = None) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    if form:
        content["multipart/form-data"] = {"schema": form}
    return {"requestBody": {"required": True, "content": content}}


_SESSION_BODY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "language": {"type": "string", "enum": list(LANGUAGES)},
        "identity": {
            "type": "string",
            "maxLength": LONGEST_IDENTITY,
            "description": "Who the customer is, signed by the website (docs/identity.md).",
        },
    },
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

_FORM_BODY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", FILES_FIELD],
    "properties": {
        "id": _MESSAGE_ID,
        "text": {"type": "string"},
        FILES_FIELD: {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "format": "binary"},
            "description": "JPEG, PNG, WebP, PDF, MP4, MOV, WebM or 3GP (docs/attachments.md).",
        },
    },
}


@router.post(
    "/sessions",
    status_code=201,
    summary="Open a conversation",
    responses=described(
        *_COMMON,
        (403, "identity_invalid, identity_expired, identity_unusable"),
        (422, "unknown_field, unknown_language"),
        (429, "too_many_requests, too_many_conversations"),
    ),
    openapi_extra=_taking(_SESSION_BODY),
)
def open_session(
    request: Request,
    afterwards: BackgroundTasks,
    body: Annotated[dict[str, Any], Depends(json_body("language", "identity"))],
) -> SessionMade:
    """The bot greets by itself. Without a language the browser's is taken."""
    desk = desk_of(request)
    language = body.get("language", language_of(request))
    if language not in LANGUAGES:
        raise ApiError(
            422, "unknown_language", f"The language must be one of: {', '.join(LANGUAGES)}."
        )
    identity = None
    if "identity" in body:
        secrets = desk.settings.identity_secrets
        identity = read_identity(body["identity"], secrets, desk.clock())
    desk.limits.spend("conversations", address_of(request))
    days = desk.settings.chat_session_days
    with writing(desk.sessions) as session:
        opened = open_conversation(session, language, identity, days, desk.clock())
        desk.engine.defer(session.connection(), opened.new_pass.conversation_id)
    afterwards.add_task(_announce, desk, opened.new_pass.conversation_id, opened.greeting_seq)
    return _made(opened.new_pass)


@router.post(
    "/sessions/renew",
    status_code=201,
    summary="Replace the token",
    responses=described(
        (401, "session_invalid"),
        (429, "too_many_requests, too_many_session_requests, too_many_renewals"),
        (500, "unexpected_error"),
        (503, "storage_unavailable"),
    ),
)
def renew_session(
    request: Request, visitor: Annotated[Visitor, Depends(visitor_of)]
) -> SessionMade:
    """The same conversation under a fresh token; the old one ends five minutes later."""
    desk = desk_of(request)
    desk.limits.spend("renewals", visitor.conversation_id)
    days = desk.settings.chat_session_days
    with writing(desk.sessions) as session:
        return _made(renew_pass(session, visitor, days, desk.clock()))


@router.post(
    "/messages",
    status_code=202,
    response_model=MessageTaken,
    summary="Say something or press a button",
    responses=described(
        *_COMMON,
        (401, "session_invalid"),
        (409, "id_reused"),
        (
            422,
            "unknown_field, invalid_id, text_or_button, not_text, empty_text, text_too_long, "
            "unknown_button, too_many_files, file_empty, file_damaged, image_too_large, "
            "file_infected",
        ),
        (
            429,
            "too_many_requests, too_many_session_requests, too_many_messages, too_many_uploads",
        ),
    ),
    openapi_extra=_taking(_MESSAGE_BODY, _FORM_BODY),
)
async def post_message(request: Request) -> Response:
    """The message is stored when this answers. Repeat it with the same id until it does."""
    if media_type_of(request.headers) == MULTIPART:
        visitor = await run_in_threadpool(visitor_of, request)
        async with uploaded(request, visitor) as incoming:
            return await run_in_threadpool(_take, desk_of(request), visitor, incoming)
    # All in one thread: to go to and fro costs more than what is done there.
    return await run_in_threadpool(_take_written, request, await request.body())


def _take_written(request: Request, content: bytes) -> Response:
    return _take(desk_of(request), visitor_of(request), written(request, content))


def _take(desk: Desk, visitor: Visitor, incoming: Incoming) -> Response:
    here, client_id = visitor.conversation_id, _read_id(incoming.fields)
    said = _read_said(desk, incoming)
    with keeping(desk, here, client_id, incoming.uploads) as kept:
        with storing(desk.sessions) as connection:
            taken = take_message(connection, here, client_id, said, desk.clock(), kept)
            if taken.new:
                # A refusal takes it back; what is only repeated is never refused.
                desk.limits.spend("messages", here)
                if taken.for_bot:
                    desk.engine.defer(connection, here)
        if not taken.new:
            desk.files.drop(kept)
    _log.info("chat.message_taken turn=%s", turn_id(visitor.conversation_id, taken.seq))
    afterwards = None
    if taken.for_bot:
        afterwards = BackgroundTask(_announce, desk, here, taken.seq)
    elif taken.new:
        afterwards = BackgroundTask(desk.hub.messages, here)
    # Made here: the framework looks for more in an answer than there is to find.
    return JSONResponse({"id": client_id, "seq": taken.seq}, 202, background=afterwards)


@router.post(
    "/typing",
    status_code=204,
    summary="Say that the customer is typing",
    responses=described(
        (401, "session_invalid"),
        (429, "too_many_requests, too_many_session_requests"),
        (500, "unexpected_error"),
        (503, "storage_unavailable"),
    ),
)
def tell_typing(request: Request, visitor: Annotated[Visitor, Depends(visitor_of)]) -> None:
    """Staff who look at the conversation see it for six seconds; nothing of it is stored."""
    desk_of(request).hub.person_types(visitor.conversation_id, "customer")


@router.get(
    "/messages",
    summary="Read what was said",
    response_model_exclude_none=True,
    responses=described(
        (401, "session_invalid"),
        (422, "invalid_parameter"),
        (429, "too_many_requests, too_many_session_requests"),
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
    with glancing(desk.sessions) as connection:
        page = read_page(connection, visitor, after, desk.clock())
    if page is None:
        raise invalid_session()
    return PageShown(
        language=page.language,
        handling=handling_shown(page.standing),
        files=files_taken(desk.settings),
        messages=[shown(message, desk.links) for message in page.messages],
    )


def _made(new_pass: Pass) -> SessionMade:
    return SessionMade(
        token=new_pass.token,
        conversation_id=new_pass.conversation_id,
        renew_after=new_pass.renew_after,
        expires_at=new_pass.expires_at,
    )


async def _announce(desk: Desk, conversation_id: str, seq: int) -> None:
    """After the answer, which would otherwise wait for the worker that this starts."""
    desk.hub.messages(conversation_id, quiet=True)
    desk.engine.wake(conversation_id, seq)


def _read_id(body: dict[str, Any]) -> str:
    client_id = body.get("id")
    if not isinstance(client_id, str) or not _UUID.fullmatch(client_id):
        raise ApiError(
            422,
            "invalid_id",
            "The field 'id' must be a UUID that the client makes for each message.",
        )
    return client_id.lower()


def _read_said(desk: Desk, incoming: Incoming) -> Said:
    body, digests = incoming.fields, tuple(one.digest for one in incoming.uploads)
    if digests and not body.get("text", "").strip():
        return Said("", None, digests)
    if ("text" in body) == ("button" in body):
        raise ApiError(422, "text_or_button", "Send either 'text' or 'button', and not both.")
    if "text" in body:
        text = read_text(body["text"], desk.settings.max_message_characters)
        if desk.settings.mask_numbers:
            text = mask_for_storing(desk.sessions, text)
        return Said(text, None, digests)
    button = body["button"]
    if not isinstance(button, str):
        raise ApiError(422, "unknown_button", "The field 'button' must be a button's id.")
    return Said(None, button)
