"""Reads an uploaded file in a program of its own: it may be slow, and it may be hostile."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime

from aftercare.database import SessionFactory
from aftercare.errors import StorageUnavailable
from aftercare.log import log_failure
from aftercare.manuals.importing import fail_import
from aftercare.settings import PROJECT_ROOT, Settings

_STOPPED = "The program that read the file stopped. The file may be damaged: save it anew."
_TOO_LONG = "Reading took too long, so it was stopped. Part the file, or save it anew."


def start_reading(
    settings: Settings, sessions: SessionFactory, import_id: int, clock: Callable[[], datetime]
) -> threading.Thread:
    """Begin to read the file of an import; the thread ends with the program that reads it."""
    program = subprocess.Popen(  # noqa: S603 - our own program, and a number
        [sys.executable, "-m", "aftercare.manuals", "read", str(import_id)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    waiting = threading.Thread(
        target=_wait, args=(program, settings, sessions, import_id, clock), daemon=True
    )
    waiting.start()
    return waiting


def _wait(
    program: subprocess.Popen[bytes],
    settings: Settings,
    sessions: SessionFactory,
    import_id: int,
    clock: Callable[[], datetime],
) -> None:
    try:
        # Settings hold secrets, which other users of the machine must not see in its arguments.
        program.communicate(settings.model_dump_json().encode(), settings.manual_reading_timeout)
        code, problem = program.returncode, _STOPPED
    except subprocess.TimeoutExpired:
        program.kill()
        code, problem = program.wait(), _TOO_LONG
    if code:
        try:
            fail_import(sessions, import_id, problem, clock())
        except StorageUnavailable as error:
            log_failure("manuals.import_not_noted", error)
