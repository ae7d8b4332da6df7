"""How long to wait before a turn that failed is tried again."""

from __future__ import annotations

_FIRST_RETRY_SECONDS = 0.2
_LAST_RETRY_SECONDS = 5.0


def pause_after(failures: int) -> float:
    """Seconds after so many earlier failures: doubling, up to the longest."""
    return min(_FIRST_RETRY_SECONDS * 2.0 ** min(failures, 10), _LAST_RETRY_SECONDS)
