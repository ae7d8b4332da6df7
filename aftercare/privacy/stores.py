"""The stores in which data of a person may lie, and who works on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aftercare.attachments.taking import Files, open_files
from aftercare.database import SessionFactory
from aftercare.privacy.trackers import Trackers, open_trackers
from aftercare.settings import Settings

#: Who stands in a ticket's history for the operator's command and for the periods.
COMMAND = "Aftercare"


@dataclass(frozen=True)
class Author:
    """Who erases or hands out; without a staff id it is the operator's command."""

    staff_id: int | None = None
    name: str = COMMAND


@dataclass(frozen=True)
class Stores:
    """Everything in which data of a person may lie."""

    settings: Settings
    sessions: SessionFactory
    trackers: Trackers
    files: Files

    @property
    def exports(self) -> Path:
        """The folder into which the command writes archives for people."""
        return self.settings.var_dir / "exports"

    def backups(self) -> int:
        """How many backups lie in the installation's own folder."""
        folder: Path = self.settings.var_dir / "backups"
        return sum(1 for _ in folder.glob("*.tar.gz"))


def open_stores(settings: Settings, sessions: SessionFactory) -> Stores:
    """The stores that the settings name; nothing is read yet."""
    return Stores(settings, sessions, open_trackers(settings), open_files(settings))
