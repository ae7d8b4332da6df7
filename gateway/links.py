"""Links that open a file, sheet, visit or label for a while: signed, so nobody can make one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import jwt
from jwt.types import Options

from aftercare.returns.chat import RETURNS
from aftercare.settings import Settings
from aftercare.training.walk import SHEETS
from aftercare.visits.chat import VISITS
from gateway.trouble import ApiError

#: Keys of other purposes are made of the same secret with other words.
_PURPOSE = b"links of attachments"
_SHEETS_PURPOSE = b"links of training sheets"
_VISITS_PURPOSE = b"links of visits"
_LABELS_PURPOSE = b"links of labels"
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
        self._sheets_key = hmac.new(secret.encode(), _SHEETS_PURPOSE, hashlib.sha256).digest()
        self._visits_key = hmac.new(secret.encode(), _VISITS_PURPOSE, hashlib.sha256).digest()
        self._labels_key = hmac.new(secret.encode(), _LABELS_PURPOSE, hashlib.sha256).digest()
        self._site_url = settings.site_url
        self._seconds = settings.file_link_minutes * 60
        self._clock = clock

    def url(self, file_id: str, conversation_id: str) -> str:
        """A link that opens the file from now on for the time of the settings."""
        token = self._token(file_id, conversation_id, self._key)
        return f"{self._site_url}/files/{token}"

    def source_url(self, path: str, conversation_id: str) -> str:
        """The address of what a message names as its source; a person's own is signed."""
        signed = (
            (SHEETS, self._sheets_key),
            (VISITS, self._visits_key),
            (RETURNS, self._labels_key),
        )
        for place, key in signed:
            if path.startswith(place):
                token = self._token(path.removeprefix(place), conversation_id, key)
                return f"{self._site_url}{place}{token}"
        return self._site_url + path

    def read(self, token: str) -> tuple[str, str]:
        """The ids of file and conversation. Raises ApiError: `not_found`, `link_expired`."""
        return self._read(token, self._key)

    def read_sheet(self, token: str) -> str:
        """The key of a training. Raises ApiError: `not_found`, `link_expired`."""
        return self._read(token, self._sheets_key)[0]

    def read_visit(self, token: str) -> str:
        """The key of a visit. Raises ApiError: `not_found`, `link_expired`."""
        return self._read(token, self._visits_key)[0]

    def read_label(self, token: str) -> str:
        """The number of a return. Raises ApiError: `not_found`, `link_expired`."""
        return self._read(token, self._labels_key)[0]

    def _token(self, subject: str, conversation_id: str, key: bytes) -> str:
        claims = {
            "sub": subject,
            "cid": conversation_id,
            "exp": int(self._clock().timestamp()) + self._seconds,
        }
        return jwt.encode(claims, key, algorithm=_ALGORITHM)

    def _read(self, token: str, key: bytes) -> tuple[str, str]:
        try:
            if len(token) > _LONGEST_TOKEN:
                raise jwt.InvalidTokenError
            claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options=_CHECKS)
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
