"""Signs a request as Standard Webhooks 1.0 describes: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

#: What a secret begins with, so that people know it for one.
PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret of chance, in the form in which both sides keep it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature_headers(
    keys: Sequence[str], event_id: str, timestamp: int, body: str
) -> dict[str, str]:
    """The headers that prove where the body is from and that it is fresh.

    `timestamp` is in seconds since 1970. With several keys there is a signature of each, so that a
    receiver accepts the old and the new one while they change over.
    """
    signed = f"{event_id}.{timestamp}.{body}".encode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def _signature(key: str, signed: bytes) -> str:
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
