"""Files as customers send them, and as nobody should: made here, so that none lies in the tree."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

#: Stands in for the place where a photo was taken; must never leave the desk.
PLACE = "Rua das Palmeiras 12"
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08mdat" + b"\0" * 200
MOV = b"\0\0\0\x14ftypqt  \0\0\2\0qt  \0\0\0\x08wide" + b"\0" * 200
WEBM = bytes.fromhex(
    "1A45DFA39F4286810142F7810142F2810442F381084282847765626D42878104428581021853806701"
) + bytes(200)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
#: What virus scanners agree to find, in two parts so that this file is not one of its finds.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def image(form: str = "JPEG", size: tuple[int, int] = (60, 40), *, turned: bool = False) -> bytes:
    """An image, red on its left half and blue on its right, with the place where it was taken.

    `turned`: with the note of a phone that was held upright, by a quarter to the right.
    """
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[Base.ImageDescription] = PLACE
    if turned:
        exif[Base.Orientation] = 6
    place = exif.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "S", (23.0, 33.0, 1.0)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "W", (46.0, 38.0, 2.0)
    content = io.BytesIO()
    picture.save(content, form, exif=exif, **({"comment": PLACE} if form == "JPEG" else {}))
    return content.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is this large, and is."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
