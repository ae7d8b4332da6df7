"""Brings pictures to what a page may show: PNG or JPEG of a sensible size, without hidden data."""

from __future__ import annotations

import io
import warnings

from PIL import Image

from aftercare.manuals.document import Figure

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_MOST_PIXELS = 40_000_000
_LONGEST_EDGE = 1600
#: Dots: smaller pictures are bullets, lines and icons.
_LEAST_EDGE = 40
_LARGEST_PNG = 200_000


def read_picture(
    content: bytes, caption: str, page: int | None = None, inside: bool = False
) -> Figure | None:
    """The picture of a file as a figure; None where it cannot be read or is only an ornament."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return None
                if min(image.size) < _LEAST_EDGE:
                    return None
                image.thumbnail((_LONGEST_EDGE, _LONGEST_EDGE))
                encoded, media_type = encode(_on_white(image))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        return None
    return Figure(encoded, media_type, caption, page, inside)


def _on_white(image: Image.Image) -> Image.Image:
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    ground.alpha_composite(whole)
    return ground.convert("RGB")


def encode(image: Image.Image) -> tuple[bytes, str]:
    """The picture as PNG, or as JPEG where that would be large, with its media type."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    if out.tell() <= _LARGEST_PNG:
        return out.getvalue(), "image/png"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), "image/jpeg"
