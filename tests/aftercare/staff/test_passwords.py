from __future__ import annotations

import re

from aftercare.staff.passwords import hash_password, is_password, random_password
from tests.factories import PASSWORD, password_hash


def test_only_the_right_password_fits() -> None:
    assert is_password(PASSWORD, password_hash())
    assert not is_password(PASSWORD.upper(), password_hash())
    assert not is_password("", password_hash())


def test_password_of_nobody_never_fits() -> None:
    assert not is_password(PASSWORD, None)


def test_hash_is_argon2id_and_salted() -> None:
    assert password_hash().startswith("$argon2id$")
    assert PASSWORD not in password_hash()
    assert hash_password(PASSWORD) != password_hash()


def test_random_passwords_are_readable_and_differ() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}", word) for word in made)
