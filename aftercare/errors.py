"""Every error that crosses a module border. Messages are for staff, never for customers."""

from __future__ import annotations

import secrets


class AftercareError(Exception):
    """Base of the project's own errors."""


class CatalogueError(AftercareError):
    """A catalogue or manual file cannot be used; the message names file, place and remedy."""


class StorageUnavailable(AftercareError):
    """The database is locked, read-only or gone; nothing of the attempt was written."""


class GuidanceUnavailable(AftercareError):
    """The search index of the manuals is missing or unreadable."""


class UnusableFile(AftercareError):
    """A file that was handed to a command cannot be used; the message names file, line and why."""


class BotUnavailable(AftercareError):
    """The bot did not answer; the same turn may be sent again."""


class FileRefused(AftercareError):
    """A customer's file is not taken; the code, also `code`, says why (gateway/uploads.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ScannerUnavailable(AftercareError):
    """The virus scanner that the settings name gave no verdict."""


class FilesUnavailable(AftercareError):
    """The store of customers' files cannot be read or written."""


class NotFound(AftercareError):
    """There is no such record, or the asker may not know of it."""


class NotAllowed(AftercareError):
    """The step is against the rules of the record, for example a closed ticket's status."""


class NoWorkingTime(AftercareError):
    """The business hours open on no day, so no day of work can be told."""


class StaleEdit(AftercareError):
    """Somebody else changed the record since it was shown."""


def new_error_id() -> str:
    """A short id that links what a person was told with the log line that says why."""
    return f"E-{secrets.token_hex(4)}"
