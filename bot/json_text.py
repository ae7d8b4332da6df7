"""JSON as it is stored and sent, by a quicker library than Python's own."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_LONG_NUMBER = re.compile(r"\d{19}")


def write_json(value: Any) -> str:
    """The value as JSON.

    What orjson refuses (half a letter, numbers beyond 64 bits) Python writes.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    except TypeError:
        return json.dumps(value)


def read_json(text: str) -> Any:
    """What the text says.

    What orjson refuses Python may read; long numbers, which orjson rounds, Python reads as well.
    """
    if _LONG_NUMBER.search(text):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
