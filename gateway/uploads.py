"""Reads messages that carry files, piece by piece onto the disk, and keeps the files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from aftercare.attachments.kept import Kept
from aftercare.attachments.taking import Upload
from aftercare.database import reading
from aftercare.errors import FileRefused, FilesUnavailable, NotFound, ScannerUnavailable
from aftercare.tables.conversations import Message
from gateway.bodies import read_json
from gateway.desk import Desk, desk_of
from gateway.trouble import RETRY_SECONDS, ApiError
from gateway.visitors import Visitor

#: Name of the form's fields that hold files.
FILES_FIELD = "files"
_FORM_FIELDS = frozenset({"id", "text"})
_JSON_FIELDS = ("id", "text", "button")
#: More parts are no message of anybody's; a few too many files get an answer that says so.
_MOST_PARTS = 40
_BYTES_A_CHARACTER = 4

_REFUSED = {
    "file_empty": (422, "A file is empty. Choose it again and send the message again."),
    "file_too_large": (413, "A file is larger than {megabytes} MB. Send a smaller one."),
    "file_type_not_taken": (
        415,
        "A file is of a kind that is not taken. Send photos as JPEG, PNG or WebP, documents as "
        "PDF, videos as MP4, MOV, WebM or 3GP.",
    ),
    "file_damaged": (422, "An image cannot be read. Save it anew, or send another one."),
    "image_too_large": (422, "An image has too many pixels. Make it smaller and send it again."),
    "file_infected": (422, "The virus scanner found something in a file. It was not kept."),
}


@dataclass(frozen=True)
class Incoming:
    """A message as it came; the files are open until the request is answered."""

    fields: dict[str, Any]
    uploads: tuple[Upload, ...] = ()


def written(request: Request, content: bytes) -> Incoming:
    """A message without files. Raises ApiError."""
    return Incoming(read_json(request, content, _JSON_FIELDS))


@asynccontextmanager
async def uploaded(request: Request, visitor: Visitor) -> AsyncIterator[Incoming]:
    """A message that a visitor sends as a form with files. Raises ApiError."""
    desk = desk_of(request)
    if not desk.settings.max_files:
        raise ApiError(
            415,
            "unsupported_media_type",
            "This desk takes no files. Send the text alone as application/json.",
        )
    # Before anything is read or drawn: that is the work to be limited.
    await run_in_threadpool(desk.limits.spend, "uploads", visitor.conversation_id)
    form = await _read_form(request, desk)
    try:
        yield await run_in_threadpool(_incoming_of, form, desk)
    finally:
        await form.close()


async def _read_form(request: Request, desk: Desk) -> FormData:
    """The form, its files on the disk; close it. Raises ApiError."""
    longest_field = desk.settings.max_message_characters * _BYTES_A_CHARACTER + 1000
    try:
        return await request.form(
            max_files=_MOST_PARTS, max_fields=_MOST_PARTS, max_part_size=longest_field
        )
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise ApiError(
            400,
            "not_multipart",
            "The body is not valid multipart/form-data. Send 'id', 'text' and 'files'.",
        ) from None


def _incoming_of(form: FormData, desk: Desk) -> Incoming:
    """What the form holds. Reads every file once: call it in a thread. Raises ApiError."""
    fields: dict[str, Any] = {}
    files: list[UploadFile] = []
    for name, value in form.multi_items():
        if isinstance(value, str) and name in _FORM_FIELDS and name not in fields:
            fields[name] = value
        elif not isinstance(value, str) and name == FILES_FIELD:
            # What a browser sends for a field in which nothing was chosen.
            if value.filename or value.size:
                files.append(value)
        else:
            raise ApiError(
                422,
                "unknown_field",
                "The form has a field that this call does not take: only id, text and files.",
            )
    if len(files) > desk.settings.max_files:
        raise ApiError(
            422,
            "too_many_files",
            f"A message carries at most {desk.settings.max_files} files. Send fewer.",
        )
    uploads = (Upload.of(file.filename or "", file.file, file.size or 0) for file in files)
    return Incoming(fields, tuple(uploads))


@contextmanager
def keeping(
    desk: Desk, conversation_id: str, client_id: str, uploads: Sequence[Upload]
) -> Iterator[tuple[Kept, ...]]:
    """The stored files of a message that is to be stored in the block; none of a repeated one.

    A message that is refused takes them back. Raises ApiError.
    """
    if not uploads or _is_known(desk, conversation_id, client_id):
        yield ()
        return
    kept = tuple(_keep(desk, uploads))
    try:
        yield kept
    except (ApiError, NotFound):
        # After any other error nobody knows whether the message was stored: what is left over
        # is removed later.
        desk.files.drop(kept)
        raise


def _keep(desk: Desk, uploads: Sequence[Upload]) -> list[Kept]:
    try:
        kept = desk.files.keep(uploads)
    except FileRefused as error:
        desk.measures.files.labels(error.code).inc()
        status, words = _REFUSED[error.code]
        megabytes = desk.settings.max_file_bytes // (1024 * 1024)
        raise ApiError(status, error.code, words.format(megabytes=max(1, megabytes))) from None
    except ScannerUnavailable:
        desk.measures.files.labels("scanner_unavailable").inc()
        raise _later(
            "scanner_unavailable", "Files cannot be checked for viruses just now."
        ) from None
    except FilesUnavailable as error:
        desk.measures.files.labels("files_unavailable").inc()
        raise _later("files_unavailable", "Files cannot be stored just now.") from error
    desk.measures.files.labels("kept").inc(len(kept))
    return kept


def _later(code: str, what: str) -> ApiError:
    return ApiError(
        503,
        code,
        f"{what} Nothing was kept. Send the same request again in a minute, or without files.",
        {"Retry-After": str(RETRY_SECONDS)},
    )


def _is_known(desk: Desk, conversation_id: str, client_id: str) -> bool:
    with reading(desk.sessions) as session:
        return (
            session.scalar(
                select(Message.id).where(
                    Message.conversation_id == conversation_id, Message.client_id == client_id
                )
            )
            is not None
        )
