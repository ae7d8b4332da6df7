"""Where files lie: a folder of the installation, or a bucket of any S3-compatible service."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from aftercare.errors import FilesUnavailable, NotFound
from aftercare.settings import Settings

PIECE_BYTES = 64 * 1024
#: Files leave so much of the disk to what else lies on it, the database above all.
LEFT_FREE_BYTES = 500 * 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{32}")


class FileStore(Protocol):
    """Names are 32 random hexadecimal digits; all methods raise FilesUnavailable."""

    def put(self, name: str, content: BinaryIO, size: int, media_type: str) -> None:
        """Store so many bytes, whole or not at all, so that they survive a loss of power."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """The content in pieces. Raises NotFound, before the first piece."""
        ...

    def remove(self, names: Iterable[str]) -> int:
        """Remove what is there of these; how many they were. Again it does nothing."""
        ...

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The names of all that was put before."""
        ...


class FolderStore:
    """Files that only this user can read, spread over 256 folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: BinaryIO, size: int, media_type: str) -> None:
        file = self._file(name)
        part = file.with_name(f".{name}.part")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(file.parent).free < size + LEFT_FREE_BYTES:
                raise FilesUnavailable("the disk is nearly full")
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
                shutil.copyfileobj(content, written, PIECE_BYTES)
                written.flush()
                os.fsync(written.fileno())
            part.replace(file)
            _sync_folder(file.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise FilesUnavailable(f"a file cannot be written: {error.strerror}") from error

    def read(self, name: str) -> Iterator[bytes]:
        file = self._file(name)
        try:
            file.open("rb").close()
        except FileNotFoundError:
            raise NotFound("there is no such file") from None
        except OSError as error:
            raise FilesUnavailable(f"a file cannot be read: {error.strerror}") from error
        return _pieces(file)

    def remove(self, names: Iterable[str]) -> int:
        removed = 0
        for name in names:
            try:
                self._file(name).unlink()
                removed += 1
            except FileNotFoundError:
                continue
            except OSError as error:
                raise FilesUnavailable(f"a file cannot be removed: {error.strerror}") from error
        return removed

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Also removes what a process that was killed left half written."""
        for file in sorted(self._folder.glob("??/*")) + sorted(self._folder.glob("??/.*.part")):
            try:
                changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                if changed >= moment:
                    continue
                if file.suffix == ".part":
                    file.unlink(missing_ok=True)
                elif is_name(file.name):
                    yield file.name
            except FileNotFoundError:
                continue

    def _file(self, name: str) -> Path:
        require_name(name)
        return self._folder / name[:2] / name


def is_name(name: str) -> bool:
    """Whether it may be one of this store's."""
    return _NAME.fullmatch(name) is not None


def require_name(name: str) -> None:
    """Raises ValueError: nothing but our own names may become a path."""
    if not is_name(name):
        raise ValueError("not a name of a stored file")


def open_store(settings: Settings) -> FileStore:
    """The store that the settings name; nothing is read or written yet."""
    if settings.files_in_bucket:
        # Loaded where it is used: most desks keep their files in a folder.
        from aftercare.attachments.s3 import open_bucket

        return open_bucket(settings)
    return FolderStore(settings.file_folder)


def _sync_folder(folder: Path) -> None:
    """Without this a name may be lost with the power, though the content is not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pieces(file: Path) -> Iterator[bytes]:
    """Opened with the first piece: who leaves before it, as browsers do, leaves nothing open."""
    with file.open("rb") as content:
        while piece := content.read(PIECE_BYTES):
            yield piece
