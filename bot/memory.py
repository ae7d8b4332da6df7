"""Gives memory back that only the start of the bot needed."""

from __future__ import annotations

import ctypes
import gc
import sys


def settle() -> None:
    """Once, when the model is loaded and before the first turn.

    What was made until now, the model above all, lives as long as the process: Python's collector
    looks at it no more. glibc keeps freed memory for itself unless it is told otherwise.
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # musl has none
            trim(0)
