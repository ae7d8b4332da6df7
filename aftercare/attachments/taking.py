"""Takes the files of a message: each is looked at, scanned and made safe before it is stored."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO

from aftercare.attachments.images import draw_anew
from aftercare.attachments.kept import Kept
from aftercare.attachments.kinds import HEAD_BYTES, Kind, kind_of
from aftercare.attachments.names import shown_name
from aftercare.attachments.scanner import Scanner, open_scanner
from aftercare.attachments.stores import FileStore, open_store
from aftercare.errors import FileRefused, FilesUnavailable, ScannerUnavailable
from aftercare.settings import Settings

_log = logging.getLogger(__name__)

#: So many messages with files are worked on at once; the others wait a little, then are refused, so
#: that text finds a free thread whatever files come in.
_AT_ONCE = 4
_PATIENCE_SECONDS = 5.0
#: Hexadecimal digits of a name are twice as many.
_NAME_BYTES = 16
_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """A file as it was sent; `digest` is its SHA-256, in hexadecimal digits."""

    name: str
    content: BinaryIO
    size: int
    digest: str

    @classmethod
    def of(cls, name: str, content: BinaryIO, size: int) -> Upload:
        """Reads the content once to its end."""
        digest = hashlib.sha256()
        content.seek(0)
        while piece := content.read(_PIECE_BYTES):
            digest.update(piece)
        return cls(name, content, size, digest.hexdigest())


class Files:
    """The store and the scanner of this desk."""

    def __init__(self, settings: Settings, store: FileStore, scanner: Scanner) -> None:
        self._settings = settings
        self.store = store
        self._scanner = scanner
        self._places = BoundedSemaphore(_AT_ONCE)

    def keep(self, uploads: Sequence[Upload]) -> list[Kept]:
        """Store all files or none.

        Raises FileRefused, ScannerUnavailable, FilesUnavailable.
        """
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            raise FilesUnavailable("too many messages with files at once")
        try:
            return self._keep(uploads)
        finally:
            self._places.release()

    def _keep(self, uploads: Sequence[Upload]) -> list[Kept]:
        kinds = [self._look_at(upload) for upload in uploads]
        for upload in uploads:
            self._scan(upload)
        kept: list[Kept] = []
        try:
            for upload, kind in zip(uploads, kinds, strict=True):
                kept.append(self._store(upload, kind))
        except Exception:
            self.drop(kept)
            raise
        return kept

    def drop(self, kept: Iterable[Kept]) -> None:
        """Remove files that nothing carries after all."""
        self.drop_names(one.id for one in kept)

    def drop_names(self, names: Iterable[str]) -> None:
        """The same for files that were known until now."""
        try:
            self.store.remove(names)
        except FilesUnavailable:
            # What is left is removed with all that belongs to nothing (cleaning.py).
            _log.warning("files.not_dropped")

    def _look_at(self, upload: Upload) -> Kind:
        if not upload.size:
            raise FileRefused("file_empty")
        if upload.size > self._settings.max_file_bytes:
            raise FileRefused("file_too_large")
        upload.content.seek(0)
        return kind_of(upload.content.read(HEAD_BYTES))

    def _scan(self, upload: Upload) -> None:
        upload.content.seek(0)
        try:
            found = self._scanner.finds(upload.content)
        except ScannerUnavailable as error:
            _log.error("files.scanner_unavailable %s", error)
            if self._settings.virus_scanner_down == "refuse":
                raise
            return
        if found:
            _log.warning("files.infected digest=%s", upload.digest)
            raise FileRefused("file_infected")

    def _store(self, upload: Upload, kind: Kind) -> Kept:
        with ExitStack() as stack:
            content, size, width, height = upload.content, upload.size, None, None
            content.seek(0)
            if kind.family == "image":
                drawn = stack.enter_context(TemporaryFile())
                width, height = draw_anew(content, kind, drawn, self._settings.max_image_edge)
                content, size = drawn, drawn.tell()
                content.seek(0)
            name = secrets.token_hex(_NAME_BYTES)
            self.store.put(name, content, size, kind.media_type)
        return Kept(
            id=name,
            name=shown_name(upload.name, kind),
            media_type=kind.media_type,
            size=size,
            width=width,
            height=height,
            digest=upload.digest,
        )


def open_files(settings: Settings) -> Files:
    """The files of the settings' desk; nothing is connected yet."""
    return Files(settings, open_store(settings), open_scanner(settings))
