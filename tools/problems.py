"""What can go wrong while setting up, told to the person at the keyboard without a traceback."""

from __future__ import annotations


class Problem(Exception):
    """A failure whose message says what happened and what to do; shown as it is."""


class Stopped(BaseException):
    """Somebody asked this program to end (SIGTERM, or the terminal was closed)."""
