"""Who asks: the token, its scopes, and a key by which a repeated request is known."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.database import reading, writing
from aftercare.errors import StorageUnavailable
from aftercare.exchange.tokens import find_token, is_use_due
from aftercare.tables.exchange import ApiRequest, ApiToken
from aftercare.tickets.history import Actor
from gateway.desk import Desk, desk_of
from gateway.trouble import ApiError

_log = logging.getLogger(__name__)

#: Errors that every call of the API can answer with.
COMMON = (
    (401, "token_invalid"),
    (403, "scope_missing"),
    (429, "too_many_requests, too_many_api_requests"),
    (500, "unexpected_error"),
    (503, "storage_unavailable"),
)
#: And those of the calls that take a body.
WITH_BODY = (
    *COMMON,
    (400, "not_json"),
    (413, "too_large"),
    (415, "unsupported_media_type"),
)
_bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token made in the console."
)


@dataclass(frozen=True)
class Caller:
    """The system that asks, with what its token is for."""

    token_id: int
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> Actor:
        """As whom it stands in a ticket's history."""
        return Actor(f"API: {self.name}")


def caller_with(scope: str) -> Callable[..., Caller]:
    """A dependency: a caller whose token has this scope. Raises ApiError (401, 403, 429)."""

    def find(
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ) -> Caller:
        desk = desk_of(request)
        now = desk.clock()
        with reading(desk.sessions) as session:
            token = find_token(session, given.credentials, now) if given else None
        if token is None:
            raise ApiError(
                401,
                "token_invalid",
                "The token is missing, wrong, expired or revoked. Send it as "
                "'Authorization: Bearer TOKEN'; an administrator makes one in the console.",
                {"WWW-Authenticate": "Bearer"},
            )
        desk.limits.spend("api_requests", str(token.id))
        if scope not in token.scopes:
            raise ApiError(
                403,
                "scope_missing",
                f"The token lacks the scope {scope}. Make one that has it in the console.",
            )
        if is_use_due(token, now):
            _note_use(desk, token.id)
        return Caller(token.id, token.name, frozenset(token.scopes))

    return find


def _note_use(desk: Desk, token_id: int) -> None:
    try:
        with writing(desk.sessions) as session:
            session.get_one(ApiToken, token_id).last_used_at = desk.clock()
    except StorageUnavailable:
        # The request may still be answered; the next one tries again.
        _log.warning("api.last_use_not_written")


#: The header with the key.
IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[!-~]{1,100}$",
        description="Chosen by you, of 1 to 100 printable characters; for 24 hours the same "
        "request with the same key is carried out once.",
    ),
]


@dataclass(frozen=True)
class Once:
    """A request that is carried out once, however often it comes."""

    key: str
    fingerprint: str


def once_of(request: Request, key: str | None, body: dict[str, Any]) -> Once | None:
    """The request as it is known again: by its key, place and content."""
    if key is None:
        return None
    content = json.dumps([request.method, request.url.path, body], sort_keys=True)
    return Once(key, hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest())


def earlier_answer(
    session: Session, caller: Caller, request: Once | None, now: datetime
) -> str | None:
    """The ticket of the first time; None where this is the first time, which is noted.

    Of two at the same time the second waits for the first one's commit. Raises ApiError (422)
    where the key came with another request.
    """
    if request is None:
        return None
    used = select(ApiRequest).where(
        ApiRequest.token_id == caller.token_id, ApiRequest.key == request.key
    )
    found = session.scalar(used)
    if found is None:
        try:
            with session.begin_nested():
                session.add(
                    ApiRequest(
                        token_id=caller.token_id,
                        key=request.key,
                        fingerprint=request.fingerprint,
                        at=now,
                    )
                )
            return None
        except IntegrityError:
            found = session.scalars(used).one()
    if found.fingerprint != request.fingerprint:
        raise ApiError(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key came with another request. Choose a new one for each request.",
        )
    return found.number


def note_answer(session: Session, caller: Caller, request: Once | None, number: str) -> None:
    """Keep which ticket the request was about."""
    if request:
        session.scalars(
            select(ApiRequest).where(
                ApiRequest.token_id == caller.token_id, ApiRequest.key == request.key
            )
        ).one().number = number
