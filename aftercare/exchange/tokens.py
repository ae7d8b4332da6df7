"""Tokens of other systems: made once, kept as hashes, limited by scopes and an end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftercare.errors import NotFound
from aftercare.tables.exchange import ApiToken
from aftercare.tables.staff import Staff

#: What a token may be for, and what that is in words.
SCOPES = {
    "tickets:read": "Read tickets with their records and history",
    "tickets:write": "Open tickets, change their status, add notes",
    "products:read": "Read products and services",
    "products:write": "Add and change products that are not of the catalogue's files",
    "customers:read": "Read customers, and whose a ticket is",
    "customers:write": "Add and change customers, together with customers:read",
    "owned:read": "Read who owns which product, and its warranty",
    "owned:write": "Register, correct and retire owned products, together with owned:read",
}
#: For how many days a token can be made.
LIFETIMES = (30, 90, 365)
#: How long a key of idempotency is known.
KEY_KEPT = timedelta(hours=24)
#: What a token begins with, so that people and scanners of secrets know it for one.
PREFIX = "aft_"
LONGEST = 200

_TOKEN_BYTES = 32
_SHOWN = 10
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Made:
    """A new token; `secret` is told once."""

    token: ApiToken
    secret: str


def make_token(
    session: Session, *, name: str, scopes: Iterable[str], days: int, staff: Staff, now: datetime
) -> Made:
    """A token for the scopes that are known. Raises ValueError where none or no lifetime is."""
    chosen = known_scopes(scopes)
    if not chosen or days not in LIFETIMES or not name.strip():
        raise ValueError("a token needs a name, a scope and a lifetime")
    secret = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    token = ApiToken(
        name=name.strip()[:100],
        token_hash=_hash(secret),
        beginning=secret[:_SHOWN],
        scopes=list(chosen),
        staff_id=staff.id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    return Made(token, secret)


def known_scopes(names: Iterable[str]) -> tuple[str, ...]:
    chosen = set(names)
    return tuple(scope for scope in SCOPES if scope in chosen)


def find_token(session: Session, secret: str, now: datetime) -> ApiToken | None:
    """The living token; None where it is unknown, over or revoked."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST:
        return None
    found = session.scalar(select(ApiToken).where(ApiToken.token_hash == _hash(secret)))
    return found if found and is_living(found, now) else None


def is_living(token: ApiToken, now: datetime) -> bool:
    return token.revoked_at is None and token.expires_at > now


def is_use_due(token: ApiToken, now: datetime) -> bool:
    """Whether its last use is to be written: rarely, so that reading seldom means writing."""
    return token.last_used_at is None or token.last_used_at <= now - _TOUCH_EVERY


def revoke(session: Session, number: int, now: datetime) -> None:
    """End a token at once, for ever. Raises NotFound."""
    found = session.get(ApiToken, number)
    if found is None:
        raise NotFound("no such token")
    found.revoked_at = found.revoked_at or now


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
