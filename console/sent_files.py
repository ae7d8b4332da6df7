"""Takes the files that staff send: looked at like a customer's, and removed where unused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aftercare.attachments.kept import Kept
from aftercare.attachments.kinds import KINDS
from aftercare.attachments.on_tickets import LONGEST_DESCRIPTION
from aftercare.attachments.taking import Upload
from aftercare.errors import AftercareError, FileRefused, FilesUnavailable, ScannerUnavailable
from aftercare.privacy.masking import mask_for_storing
from console.desk import Desk
from console.uploads import FilesForm

#: For the field in which files are chosen.
TAKEN = ",".join(KINDS)
_MEGABYTE = 1024 * 1024
_SAID = {
    "no_files": "Nothing was saved: choose at least one file.",
    "not_taken": "Nothing was saved: this desk takes no files (AFTERCARE_MAX_FILES is 0).",
    "too_many_files": "Nothing was saved: choose at most {most} files at once.",
    "file_empty": "Nothing was saved: a file is empty. Choose it again.",
    "file_too_large": "Nothing was saved: a file is larger than {megabytes} MB.",
    "file_type_not_taken": (
        "Nothing was saved: a file is of a kind that is not taken. Photos are taken as JPEG, PNG "
        "or WebP, documents as PDF, videos as MP4, MOV, WebM or 3GP."
    ),
    "file_damaged": "Nothing was saved: an image cannot be read. Save it anew.",
    "image_too_large": "Nothing was saved: an image has too many pixels. Make it smaller.",
    "file_infected": "Nothing was saved: the virus scanner found something in a file.",
    "scanner_unavailable": (
        "Nothing was saved: files cannot be checked for viruses just now. Try again in a minute."
    ),
    "files_unavailable": (
        "Nothing was saved: files cannot be stored just now. Try again in a minute."
    ),
}


class FilesRefused(AftercareError):
    """The files of a form are not taken; `words` say why, for whoever chose them."""

    def __init__(self, code: str, desk: Desk) -> None:
        super().__init__(code)
        self.code = code
        self.words = _SAID[code].format(
            most=desk.settings.max_files,
            megabytes=max(1, desk.settings.max_file_bytes // _MEGABYTE),
        )


@dataclass
class Stored:
    """Files that lie in the store; whoever puts them on record says so by `used`."""

    files: tuple[Kept, ...] = ()
    used: bool = False


@contextmanager
def keeping(desk: Desk, form: FilesForm, known: Collection[str] = ()) -> Iterator[Stored]:
    """The stored files of a form, without those of a known digest.

    Those that nobody used in the block are removed again. Raises FilesRefused before the block.
    """
    stored = Stored(tuple(_keep(desk, form, known)) if form.files else ())
    try:
        yield stored
    finally:
        if not stored.used:
            desk.files.drop(stored.files)


def read_description(desk: Desk, form: FilesForm) -> str:
    """What the images show in words, without the numbers that must not be stored."""
    words = " ".join(form.fields.get("description", "").split())[:LONGEST_DESCRIPTION]
    return mask_for_storing(desk.sessions, words) if desk.settings.mask_numbers else words


def accepted(desk: Desk) -> bool:
    """Whether this desk takes files at all."""
    return desk.settings.max_files > 0


def _keep(desk: Desk, form: FilesForm, known: Collection[str]) -> list[Kept]:
    if not accepted(desk):
        raise FilesRefused("not_taken", desk)
    if len(form.files) > desk.settings.max_files:
        raise FilesRefused("too_many_files", desk)
    uploads = [Upload.of(one.filename or "", one.file, one.size or 0) for one in form.files]
    fresh = {upload.digest: upload for upload in uploads if upload.digest not in known}
    try:
        return desk.files.keep(list(fresh.values()))
    except FileRefused as error:
        raise FilesRefused(error.code, desk) from None
    except ScannerUnavailable as error:
        raise FilesRefused("scanner_unavailable", desk) from error
    except FilesUnavailable as error:
        raise FilesRefused("files_unavailable", desk) from error
