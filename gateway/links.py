"""Links that open one file for a while: signed, so that nobody can make or prolong one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import jwt
from jwt.types import Options

from aftercare.settings import Settings
from aftercare.tables.attachments import Attachment
from gateway.trouble import ApiError

#: Keys of other purposes are made of the same secret with other words.
_PURPOSE = b"links of attachments"
_ALGORITHM = "HS256"
_LONGEST_TOKEN = 500
_CHECKS: Options = {
    "require": ["sub", "cid", "exp"],
    # Compared below, with the clock that everything else goes by.
    "verify_exp": False,
}


class Links:
    """Makes and reads them; without a secret of the installation they hold until it stops."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        secret = settings.private_secret or secrets.token_hex()
        self._key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
        self._site_url = settings.site_url
        self._seconds = settings.file_link_minutes * 60
        self._clock = clock

    def url(self, attachment: Attachment) -> str:
        """A link that opens the file from now on for the time of the settings."""
        claims = {
            "sub": attachment.id,
            "cid": attachment.conversation_id,
            "exp": int(self._clock().timestamp()) + self._seconds,
        }
        return f"{self._site_url}/files/{jwt.encode(claims, self._key, algorithm=_ALGORITHM)}"

    def read(self, token: str) -> tuple[str, str]:
        """The ids of file and conversation. Raises ApiError: `not_found`, `link_expired`."""
        try:
            if len(token) > _LONGEST_TOKEN:
                raise jwt.InvalidTokenError
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options=_CHECKS)
        except jwt.InvalidTokenError:
            raise ApiError(
                404, "not_found", "This link opens no file. Take it from the message itself."
            ) from None
        if self._clock().timestamp() >= claims["exp"]:
            raise ApiError(
                410,
                "link_expired",
                "This link has expired. Read the message again; it comes with a fresh one.",
            )
        return str(claims["sub"]), str(claims["cid"])
