"""What the commands that measure have in common: how they tell of progress and of mistakes."""

from __future__ import annotations

import sys
from typing import Callable


class UnusableError(Exception):
    """A file or the model cannot be used; the message is for the person who gave it."""


def tell(text: str) -> None:
    """Say something beside the figures, which alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def exit_code(measure: Callable[[], None]) -> int:
    """Run a measurement; what stops it is told in a line, and is the command's exit code."""
    try:
        measure()
    except UnusableError as error:
        tell(str(error))
        return 1
    except KeyboardInterrupt:
        tell("Stopped.")
        return 130
    return 0
