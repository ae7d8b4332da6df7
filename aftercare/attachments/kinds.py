"""The kinds of files that are taken, told from their content, never from name or announced type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import puremagic

from aftercare.errors import FileRefused

#: So much of a file's beginning tells its kind.
HEAD_BYTES = 4096


@dataclass(frozen=True)
class Kind:
    """`endings`: what names of such files end in, the usual one first."""

    media_type: str
    family: Literal["image", "document", "video"]
    endings: tuple[str, ...]


KINDS = {
    kind.media_type: kind
    for kind in (
        Kind("image/jpeg", "image", (".jpg", ".jpeg")),
        Kind("image/png", "image", (".png",)),
        Kind("image/webp", "image", (".webp",)),
        Kind("application/pdf", "document", (".pdf",)),
        Kind("video/mp4", "video", (".mp4", ".m4v")),
        Kind("video/quicktime", "video", (".mov",)),
        Kind("video/webm", "video", (".webm",)),
        Kind("video/3gpp", "video", (".3gp",)),
    )
}


def kind_of(head: bytes) -> Kind:
    """The kind of the file that begins so. Raises FileRefused (`file_type_not_taken`)."""
    try:
        told = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        # ValueError: nothing there, or a header that cannot be read.
        told = ""
    if told not in KINDS:
        raise FileRefused("file_type_not_taken")
    return KINDS[told]
