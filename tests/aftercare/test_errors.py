from __future__ import annotations

import re

from aftercare.errors import new_error_id


def test_error_ids_are_short_and_differ() -> None:
    made = {new_error_id() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"E-[0-9a-f]{8}", error_id) for error_id in made)
