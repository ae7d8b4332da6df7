"""Shows numbered steps with their elapsed time; never shows the output of what runs inside."""

from __future__ import annotations

import os
import shutil
import time
from types import TracebackType
from typing import Callable, TextIO

#: On a terminal the line is redrawn this often; elsewhere a line says that the step still runs.
REDRAW_SECONDS = 0.2
REMIND_SECONDS = 30.0
#: A step that is over sooner than this is told in one line.
FIRST_LINE_SECONDS = 1.0


class Step:
    """One step that is running; whoever works on it calls tick often."""

    def __init__(
        self, number: str, title: str, stream: TextIO, live: bool, clock: Callable[[], float]
    ) -> None:
        self.title = title
        self._heading = f"{number} {title}"
        self._stream = stream
        self._live = live
        self._clock = clock
        self._started = clock()
        self._next_line = self._started + (0 if live else FIRST_LINE_SECONDS)
        self._outcome = ""

    @property
    def elapsed(self) -> float:
        return self._clock() - self._started

    def tick(self, running: str = "") -> None:
        """Show that the step goes on, and what is running in it just now."""
        now = self._clock()
        if now < self._next_line:
            return
        self._next_line = now + (REDRAW_SECONDS if self._live else REMIND_SECONDS)
        line = f"{self._heading} ... {self.elapsed:.0f} s"
        if running:
            line += f"  ({running})"
        self._show(line, lasting=False)

    def skip(self, reason: str) -> None:
        """The step has nothing to do; its last line says why."""
        self._outcome = reason

    def __enter__(self) -> Step:
        if self._live:
            self._show(f"{self._heading} ...", lasting=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            outcome = self._outcome or f"done in {self.elapsed:.0f} s"
        elif issubclass(kind, Exception):
            outcome = f"failed after {self.elapsed:.0f} s"
        else:
            outcome = f"interrupted after {self.elapsed:.0f} s"
        self._show(f"{self._heading}: {outcome}", lasting=True)

    def _show(self, line: str, lasting: bool) -> None:
        if not self._live:
            self._stream.write(line + "\n")
        elif lasting:
            self._stream.write(f"\r{line}\x1b[K\n")
        else:
            width = shutil.get_terminal_size().columns
            printable = "".join(sign if sign.isprintable() else " " for sign in line)
            self._stream.write(f"\r{printable[: width - 1]}\x1b[K")
        self._stream.flush()


class Progress:
    """Counts the steps of one command and hands them out."""

    def __init__(
        self, total: int, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total = total
        self._stream = stream
        self._clock = clock
        self._number = 0
        self._live = stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")

    def step(self, title: str) -> Step:
        self._number += 1
        number = f"[{self._number}/{self._total}]"
        return Step(number, title, self._stream, self._live, self._clock)

    def say(self, text: str = "") -> None:
        self._stream.write(text + "\n")
        self._stream.flush()
