"""What a browser is told with a file, so that it never becomes a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from aftercare.attachments.kinds import KINDS
from aftercare.tables.attachments import StoredFile


def is_shown(file: StoredFile) -> bool:
    """Whether a browser may show it: only images, which were drawn anew; all others are saved."""
    return KINDS[file.media_type].family == "image"


def headers_of(file: StoredFile) -> dict[str, str]:
    """Headers of an answer that carries the file, beside its type."""
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "Content-Length": str(file.size),
        "Content-Disposition": (
            f'{"inline" if is_shown(file) else "attachment"}; filename="{plain}"; '
            f"filename*=UTF-8''{quote(file.name, safe='')}"
        ),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
