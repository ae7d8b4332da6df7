"""Requests that write: the wish, a key by which a repeat is known, the version that it changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aftercare.tables.exchange import ApiRequest
from gateway.api.access import Caller, caller_with
from gateway.api.shapes import Versioned
from gateway.api.wishes import body_of, checked
from gateway.desk import Desk, desk_of
from gateway.trouble import ApiError

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[!-~]{1,100}$",
        description="Chosen by you, of 1 to 100 printable characters; for 24 hours the same "
        "request with the same key is carried out once.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        pattern=r'^(\*|(W/)?"?[0-9a-f]{16}"?)$',
        description="The `version` that you changed; another one by now is refused. An asterisk "
        "changes whatever is there.",
    ),
]
#: Errors of the calls with If-Match.
OF_VERSIONS = ((412, "changed_meanwhile"), (428, "version_missing"))
ANY_VERSION = "*"


@dataclass(frozen=True)
class Once:
    """A request that is carried out once, however often it comes."""

    key: str
    fingerprint: str


@dataclass(frozen=True)
class Order[Wish: BaseModel]:
    """A request that writes, read and checked before anything is looked up."""

    desk: Desk
    caller: Caller
    wish: Wish
    repeated: Once | None

    def once(self, session: Session, work: Callable[[], str]) -> str:
        """Do the work, unless this request did it before; the key of what it made or changed."""
        now = self.desk.clock()
        found = _earlier_answer(session, self.caller, self.repeated, now)
        if found is None:
            found = work()
            _note_answer(session, self.caller, self.repeated, found)
        return found


def order_for[Wish: BaseModel](wish: type[Wish], *scopes: str) -> Callable[..., Order[Wish]]:
    """A dependency: the request of a caller with these scopes, whose body is this wish.

    Raises ApiError (400, 401, 403, 415, 422, 429), the caller's faults before the body's.
    """
    asking, sent = Depends(caller_with(*scopes)), Depends(body_of(wish))

    def read(
        request: Request,
        caller: Caller = asking,
        body: dict[str, Any] = sent,
        idempotency_key: IdempotencyKey = None,
    ) -> Order[Wish]:
        repeated = _once_of(request, idempotency_key, body)
        return Order(desk_of(request), caller, checked(wish, body), repeated)

    return read


def check_version(wanted: str | None, version: str) -> None:
    """Raises ApiError: 428 where the caller names no version, 412 where it is another one."""
    if wanted is None:
        raise ApiError(
            428,
            "version_missing",
            "Send the version that you changed in the header If-Match, or * for whatever is there.",
        )
    if wanted != ANY_VERSION and wanted.removeprefix("W/").strip('"') != version:
        raise ApiError(
            412,
            "changed_meanwhile",
            "It was changed since you read it. Read it again and decide anew.",
        )


def with_etag[Told: Versioned](told: Told, response: Response) -> Told:
    """The same, with its version in the header that HTTP has for it."""
    response.headers["ETag"] = f'"{told.version}"'
    return told


def _once_of(request: Request, key: str | None, body: dict[str, Any]) -> Once | None:
    """The request as it is known again: by its key, place and content."""
    if key is None:
        return None
    content = json.dumps([request.method, request.url.path, body], sort_keys=True)
    return Once(key, hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest())


def _earlier_answer(
    session: Session, caller: Caller, request: Once | None, now: datetime
) -> str | None:
    """What the first time was about; None where this is the first time, which is noted.

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


def _note_answer(session: Session, caller: Caller, request: Once | None, number: str) -> None:
    """Keep what the request was about."""
    if request:
        session.scalars(
            select(ApiRequest).where(
                ApiRequest.token_id == caller.token_id, ApiRequest.key == request.key
            )
        ).one().number = number
