"""How far an import is, for pages that look: a small file beside the one that is taken in.

It is in no table, because each word about it would have to wait for its turn to write.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from aftercare.database import SessionFactory
from aftercare.errors import NotFound, StaleEdit, StorageUnavailable, UnusableFile
from aftercare.exchange.transfers import apply_file, progress_file_of
from aftercare.log import log_failure
from aftercare.settings import Settings
from aftercare.tickets.history import Actor

#: A process that has said nothing for so long has ended.
_SILENCE_SECONDS = 60


@dataclass(frozen=True)
class UnderWay:
    """So many of the lines are read; or why nothing was taken."""

    done: int = 0
    of: int = 0
    problem: str = ""


def take_in(
    sessions: SessionFactory, settings: Settings, number: int, *, by: Actor, now: datetime
) -> None:
    """Apply a checked file while nobody waits for the answer; what hinders it is noted."""

    def tell(done: int, of: int) -> None:
        note(settings, number, UnderWay(done, of))

    try:
        apply_file(sessions, settings, number, by=by, now=now, tell=tell)
    except (StaleEdit, NotFound, UnusableFile) as error:
        note(settings, number, UnderWay(problem=str(error)))
    except StorageUnavailable as error:
        log_failure("exchange.not_taken_in", error)
        note(settings, number, UnderWay(problem="the database could not be reached"))
    else:
        progress_file_of(settings, number).unlink(missing_ok=True)


def note(settings: Settings, number: int, how: UnderWay) -> None:
    file = progress_file_of(settings, number)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(asdict(how)), encoding="utf-8")
    # Whoever looks sees the old words or the new ones.
    new.replace(file)


def how_far(settings: Settings, number: int, now: datetime) -> UnderWay | None:
    """None where nothing is under way, or not any more."""
    file = progress_file_of(settings, number)
    try:
        written = file.stat().st_mtime
        how = UnderWay(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if not how.problem and now.timestamp() - written > _SILENCE_SECONDS:
        return None
    return how
