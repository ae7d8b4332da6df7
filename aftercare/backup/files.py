"""Puts the files of customers into one uncompressed archive, and such an archive into a store."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import BinaryIO, cast

from aftercare.attachments.stores import FileStore, is_name
from aftercare.backup.databases import BackupFailed
from aftercare.errors import FilesUnavailable


def pack_files(folder: Path, target: Path) -> None:
    """Pack a folder of files while others add and remove some. Raises BackupFailed."""
    try:
        with tarfile.open(target, "w") as archive:
            for file in sorted(folder.glob("??/*")):
                if is_name(file.name):
                    _add(archive, file)
    except (OSError, tarfile.TarError) as error:
        raise BackupFailed(f"The files in {folder} could not be copied: {error}") from error


def check_files(source: Path) -> None:
    """Raises BackupFailed where the archive holds anything but files with names of ours."""
    try:
        with tarfile.open(source, "r:") as archive:
            strange = [one.name for one in archive if not (one.isfile() and is_name(one.name))]
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupFailed(f"{source.name} is damaged.") from error
    if strange:
        raise BackupFailed(f"{source.name} holds what is no file of a customer.")


def unpack_files(source: Path, store: FileStore) -> None:
    """Put back every file of a checked archive, over one of its name. Raises BackupFailed."""
    try:
        with tarfile.open(source, "r:") as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if content is not None:
                    whole = cast(BinaryIO, content)
                    store.put(entry.name, whole, entry.size, "application/octet-stream")
    except (OSError, tarfile.TarError, FilesUnavailable) as error:
        raise BackupFailed(f"The files of customers could not be brought back: {error}") from error


def _add(archive: tarfile.TarFile, file: Path) -> None:
    try:
        content = file.open("rb")
    except FileNotFoundError:
        # Its conversation was removed since the listing.
        return
    with content:
        entry = archive.gettarinfo(arcname=file.name, fileobj=content)
        entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = 0o600, 0, 0, "", ""
        archive.addfile(entry, content)
