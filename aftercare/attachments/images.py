"""Draws images anew: what leaves is pixels only, whatever else the file carried.

Place, camera, comments, previews and anything appended stay behind; the turn that a phone noted for
a photo is carried out.
"""

from __future__ import annotations

import threading
from typing import BinaryIO

from PIL import Image, ImageOps

from aftercare.attachments.kinds import Kind
from aftercare.errors import FileRefused

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
#: JPEG is reduced while it is read, the others take up to 16 bytes of memory a pixel.
_MOST_PIXELS = {"image/jpeg": 64_000_000, "image/png": 16_000_000, "image/webp": 16_000_000}
_QUALITY = 85
#: Memory for one large image at a time, however many customers send one.
_alone = threading.Lock()


def draw_anew(source: BinaryIO, kind: Kind, target: BinaryIO, longest_edge: int) -> tuple[int, int]:
    """Write the image in the same format, no edge longer than so many pixels; width and height.

    Raises FileRefused: `image_too_large` (in pixels), `file_damaged`.
    """
    with _alone:
        try:
            with Image.open(source, formats=[_FORMATS[kind.media_type]]) as image:
                _check_size(image, kind)
                return _draw(image, kind, target, longest_edge)
        except FileRefused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise FileRefused("image_too_large") from None
        except Exception as error:
            # Broken and hostile images make the library fail in many ways, all with one meaning.
            raise FileRefused("file_damaged") from error


def _check_size(image: Image.Image, kind: Kind) -> None:
    width, height = image.size
    if width * height > _MOST_PIXELS[kind.media_type]:
        raise FileRefused("image_too_large")


def _draw(image: Image.Image, kind: Kind, target: BinaryIO, longest_edge: int) -> tuple[int, int]:
    if kind.media_type == "image/jpeg":
        # Reads large photos at half, a quarter or an eighth of their size.
        image.draft("RGB", (longest_edge, longest_edge))
    # Smaller first: every further step costs as much memory as the image.
    image.thumbnail((longest_edge, longest_edge), Image.Resampling.LANCZOS)
    turned = ImageOps.exif_transpose(image)
    drawn = turned.convert(_mode(turned, kind))
    # Saving writes some of what stands here into the file.
    drawn.info = {}
    drawn.save(target, _FORMATS[kind.media_type], quality=_QUALITY)
    return drawn.size


def _mode(image: Image.Image, kind: Kind) -> str:
    see_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    return "RGBA" if see_through and kind.media_type != "image/jpeg" else "RGB"
