"""Reads a form that carries files, onto the disk and never further than the limit."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from console.access import SignInNeeded, is_signed_in
from console.desk import desk_of
from console.forms import clean, read_form

#: Beside the file, a form holds little.
_MOST_FIELDS = 30
_LONGEST_FIELD = 8192
_AROUND_FILE = 64 * 1024
#: More parts are nobody's choice of files; a few too many get an answer that says so.
_MOST_PARTS = 40
_BYTES_A_CHARACTER = 4
#: Name of the field in which several files are chosen.
FILES_FIELD = "files"
_MULTIPART = "multipart/form-data"


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


@dataclass(frozen=True)
class FilesForm:
    """The fields of a form, and the files that were chosen in it."""

    fields: dict[str, str]
    files: tuple[UploadFile, ...] = ()


async def read_file_form(request: Request) -> AsyncGenerator[FileForm]:
    """A dependency: the form of a person who is signed in, with its file.

    Answers 413 where the file is larger than a manual may be, 400 where the form cannot be read.
    """
    await _require_signed_in(request)
    if not request.headers.get("content-type", "").startswith(_MULTIPART):
        yield FileForm({}, None)
        return
    limit = desk_of(request).settings.max_manual_bytes + _AROUND_FILE
    form = await _parse(request, limit, most_files=1, longest_field=_LONGEST_FIELD)
    try:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        file = next((file for file in files if file.filename and file.size), None)
        yield FileForm(_fields(form), file)
    finally:
        await form.close()


async def read_files_form(request: Request) -> AsyncGenerator[FilesForm]:
    """A dependency: the form of a person who is signed in, with as many files as were chosen.

    A form without files may come as an ordinary one. Answers 413 where the files are larger than
    all those of a message together may be, 400 where the form cannot be read.
    """
    await _require_signed_in(request)
    if not request.headers.get("content-type", "").startswith(_MULTIPART):
        yield FilesForm(await read_form(request))
        return
    settings = desk_of(request).settings
    longest = settings.max_message_characters * _BYTES_A_CHARACTER + _LONGEST_FIELD
    form = await _parse(
        request, settings.max_upload_bytes, most_files=_MOST_PARTS, longest_field=longest
    )
    try:
        chosen = [one for one in form.getlist(FILES_FIELD) if isinstance(one, UploadFile)]
        yield FilesForm(_fields(form), tuple(one for one in chosen if one.filename or one.size))
    finally:
        await form.close()


async def _require_signed_in(request: Request) -> None:
    """Nobody else may fill the disk. Raises SignInNeeded."""
    if not await run_in_threadpool(is_signed_in, request):
        raise SignInNeeded("no living session")


async def _parse(request: Request, limit: int, *, most_files: int, longest_field: int) -> FormData:
    """The form, its files on the disk; close it."""
    parser = MultiPartParser(
        request.headers,
        _limited(request, limit),
        max_files=most_files,
        max_fields=_MOST_FIELDS,
        max_part_size=longest_field,
    )
    try:
        return await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise HTTPException(400) from error


def _fields(form: FormData) -> dict[str, str]:
    return {name: clean(value) for name, value in form.items() if isinstance(value, str)}


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes]:
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > limit:
            raise HTTPException(413)
        yield piece


SentFile = Annotated[FileForm, Depends(read_file_form)]
SentFiles = Annotated[FilesForm, Depends(read_files_form)]
