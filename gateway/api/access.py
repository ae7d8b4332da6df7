"""Who asks: the token and its scopes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from aftercare.database import reading, writing
from aftercare.errors import StorageUnavailable
from aftercare.exchange.tokens import find_token, is_use_due
from aftercare.tables.exchange import ApiToken
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
#: What the names of other systems begin with, in histories.
BY_SYSTEM = "API: "
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
        """As whom it stands in a history."""
        return Actor(f"{BY_SYSTEM}{self.name}")

    @property
    def knows_customers(self) -> bool:
        """Whether it may learn whose something is."""
        return "customers:read" in self.scopes


def caller_with(*scopes: str) -> Callable[..., Caller]:
    """A dependency: a caller whose token has these scopes. Raises ApiError (401, 403, 429)."""

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
        missing = [scope for scope in scopes if scope not in token.scopes]
        if missing:
            raise ApiError(
                403,
                "scope_missing",
                f"The token lacks the scope {missing[0]}. Make one that has it in the console.",
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
