"""JSON as it is stored and sent, by a quicker library than Python's own."""

from __future__ import annotations

import json
from typing import Any

import orjson


def write_json(value: Any) -> str:
    """The value as JSON.

    What orjson refuses (half a letter, numbers beyond 64 bits) Python writes.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    except TypeError:
        return json.dumps(value)


def read_json(text: str) -> Any:
    """What the text says. What orjson refuses Python may read."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
