"""Passwords, hashed with Argon2id by pwdlib."""

from __future__ import annotations

import secrets
from functools import cache

from pwdlib import PasswordHash

_hasher = PasswordHash.recommended()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_password(password: str, stored_hash: str | None) -> bool:
    """Whether the password fits; as slow for an unknown person (None) as for a known one."""
    fits = _hasher.verify(password, stored_hash or _hash_of_nobody())
    return fits and stored_hash is not None


def random_password() -> str:
    """Twenty readable characters, about 100 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_hex(16))
