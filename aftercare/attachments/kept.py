"""What is known of a file once it lies in the store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """A file as it is stored; `id` is its name in the store, `size` in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    digest: str
