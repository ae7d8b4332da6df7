"""Shows on a terminal how far a long piece of work is; says nothing elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

_WIDTH = 30
#: Work that is over sooner shows no bar.
_PATIENCE_SECONDS = 1.0
_REDRAW_SECONDS = 0.2


class ProgressBar:
    """Call it with what is done and what there is to do; leaving it clears the line."""

    def __init__(
        self, title: str, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._title = title
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()
        self._next = clock() + _PATIENCE_SECONDS
        self._drawn = False

    def __call__(self, done: int, of: int) -> None:
        if not self._live or self._clock() < self._next:
            return
        self._next = self._clock() + _REDRAW_SECONDS
        share = done / of if of else 1.0
        filled = round(share * _WIDTH)
        bar = "#" * filled + "." * (_WIDTH - filled)
        self._stream.write(f"\r{self._title} [{bar}] {share:.0%} of {of:,}\x1b[K")
        self._stream.flush()
        self._drawn = True

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
