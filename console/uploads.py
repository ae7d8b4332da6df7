"""Reads a form that carries one file, onto the disk and never further than the limit."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from console.access import SignInNeeded, is_signed_in
from console.desk import desk_of
from console.forms import clean

#: Beside the file, a form holds little.
_MOST_FIELDS = 30
_LONGEST_FIELD = 8192
_AROUND_FILE = 64 * 1024


@dataclass(frozen=True)
class FileForm:
    """The fields of a form, and its file, which is None where none was chosen."""

    fields: dict[str, str]
    file: UploadFile | None

    def save(self, folder: Path) -> Path:
        """Copy the file into a folder, under a name of chance; call it in a thread."""
        if self.file is None:
            raise ValueError("the form carries no file")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file.file.seek(0)
        with NamedTemporaryFile("wb", prefix="upload-", dir=folder, delete=False) as copy:
            shutil.copyfileobj(self.file.file, copy)
        return Path(copy.name)


async def read_file_form(request: Request) -> AsyncGenerator[FileForm]:
    """A dependency: the form of a person who is signed in, with its file.

    Answers 413 where the file is larger than a manual may be, 400 where the form cannot be read.
    """
    # Nobody else may fill the disk.
    if not await run_in_threadpool(is_signed_in, request):
        raise SignInNeeded("no living session")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        yield FileForm({}, None)
        return
    limit = desk_of(request).settings.max_manual_bytes + _AROUND_FILE
    parser = MultiPartParser(
        request.headers,
        _limited(request, limit),
        max_files=1,
        max_fields=_MOST_FIELDS,
        max_part_size=_LONGEST_FIELD,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise HTTPException(400) from error
    try:
        fields = {name: clean(value) for name, value in form.items() if isinstance(value, str)}
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        yield FileForm(fields, next((file for file in files if file.filename and file.size), None))
    finally:
        await form.close()


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes]:
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > limit:
            raise HTTPException(413)
        yield piece


SentFile = Annotated[FileForm, Depends(read_file_form)]
