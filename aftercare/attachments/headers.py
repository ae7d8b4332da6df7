"""What a browser is told with a file, so that it never becomes a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from aftercare.attachments.kinds import KINDS
from aftercare.tables.attachments import Attachment


def is_shown(attachment: Attachment) -> bool:
    """Whether a browser may show it: only images, which were drawn anew; all others are saved."""
    return KINDS[attachment.media_type].family == "image"


def headers_of(attachment: Attachment) -> dict[str, str]:
    """Headers of an answer that carries the file, beside its type."""
    plain = attachment.name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "Content-Length": str(attachment.size),
        "Content-Disposition": (
            f'{"inline" if is_shown(attachment) else "attachment"}; filename="{plain}"; '
            f"filename*=UTF-8''{quote(attachment.name, safe='')}"
        ),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
