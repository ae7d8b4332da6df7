"""Reads who a visitor is where the embedding website has signed it (docs/identity.md)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from email_validator import EmailNotValidError, validate_email
from jwt.types import Options

from gateway.trouble import ApiError

#: A signed identity opens a conversation within this time; it is not kept.
LIFETIME_SECONDS = 600
#: How far the website's clock may be ahead.
_CLOCK_SECONDS = 60
LONGEST_IDENTITY = 4000
_LONGEST_ID, _LONGEST_NAME = 100, 200
_CHECKS: Options = {
    "require": ["sub", "iat"],
    # Times are compared below, with the clock that everything else goes by.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_sub": False,
}


@dataclass(frozen=True)
class Identity:
    """A customer as the website knows them."""

    external_id: str
    name: str
    email: str | None


def read_identity(value: object, secrets: Mapping[str, str], now: datetime) -> Identity:
    """The customer of a signed identity (JSON Web Token, HS256, key name in `kid`).

    Raises ApiError: `identity_invalid` (403), the same for every reason that helps a forger.
    """
    if not isinstance(value, str) or len(value) > LONGEST_IDENTITY:
        raise _invalid()
    try:
        key = secrets[str(jwt.get_unverified_header(value).get("kid"))]
        # The library compares signatures in constant time.
        claims = jwt.decode(value, key, algorithms=["HS256"], options=_CHECKS)
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
        raise _invalid() from None
    _check_times(claims, now)
    external_id = _text(claims["sub"], _LONGEST_ID)
    if not external_id:
        raise _unusable("sub")
    name = _text(claims.get("name", ""), _LONGEST_NAME)
    return Identity(external_id, name, _email(claims.get("email")))


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    issued, ends = claims["iat"], claims.get("exp")
    if not _is_time(issued) or not (ends is None or _is_time(ends)):
        raise _unusable("iat or exp")
    age = now.timestamp() - issued
    if age < -_CLOCK_SECONDS or age > LIFETIME_SECONDS or (ends and now.timestamp() >= ends):
        raise ApiError(
            403,
            "identity_expired",
            f"The signed identity is older than {LIFETIME_SECONDS // 60} minutes, over, or from "
            "the future. Sign a new one when the page asks for it, and set the server's clock.",
        )


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise _unusable("sub or name")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise _unusable("sub or name")
    return unicodedata.normalize("NFC", value).strip()


def _email(value: object) -> str | None:
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str):
            raise EmailNotValidError
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise _unusable("email") from None


def _unusable(claim: str) -> ApiError:
    return ApiError(
        403,
        "identity_unusable",
        f"The signed identity's claim {claim} is not as docs/identity.md describes it.",
    )


def _invalid() -> ApiError:
    return ApiError(
        403,
        "identity_invalid",
        "The identity is not signed with a key of this desk. Sign it as docs/identity.md says, "
        "or leave it out.",
    )
