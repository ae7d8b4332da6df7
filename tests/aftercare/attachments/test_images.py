"""Images are drawn anew: pixels stay, everything else goes, and none is too large to be drawn."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from aftercare.attachments.images import draw_anew
from aftercare.attachments.kinds import kind_of
from aftercare.errors import FileRefused
from tests.sample_files import HTML, PLACE, bomb, image

FORMS = ["JPEG", "PNG", "WEBP"]
EDGE = 2560


def drawn(content: bytes, edge: int = EDGE) -> tuple[bytes, tuple[int, int]]:
    target = io.BytesIO()
    size = draw_anew(io.BytesIO(content), kind_of(content[:4096]), target, edge)
    return target.getvalue(), size


@pytest.mark.parametrize("form", FORMS)
def test_place_and_description_are_gone(form: str) -> None:
    before = image(form)
    assert PLACE.encode() in before
    after, _ = drawn(before)
    assert PLACE.encode() not in after
    with Image.open(io.BytesIO(after)) as picture:
        assert picture.format == form
        assert dict(picture.getexif()) == {}
        assert not {"exif", "xmp", "comment", "icc_profile"} & set(picture.info)


@pytest.mark.parametrize("form", FORMS)
def test_turn_of_the_phone_is_carried_out(form: str) -> None:
    after, size = drawn(image(form, (60, 40), turned=True))
    assert size == (40, 60)
    with Image.open(io.BytesIO(after)) as picture:
        red, _, blue = picture.convert("RGB").getpixel((20, 5))
        assert red > 200 > 60 > blue


@pytest.mark.parametrize("form", FORMS)
def test_long_edges_are_reduced_in_proportion(form: str) -> None:
    _, size = drawn(image(form, (900, 300)), 320)
    assert size == (320, 107)


def test_small_image_keeps_its_size() -> None:
    assert drawn(image("PNG", (7, 3)))[1] == (7, 3)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_transparency_stays(form: str) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(content, form)
    after, _ = drawn(content.getvalue())
    with Image.open(io.BytesIO(after)) as picture:
        assert picture.convert("RGBA").getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_unusual_colours_are_drawn(mode: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (6, 6)).save(content, "JPEG" if mode == "CMYK" else "PNG")
    assert drawn(content.getvalue())[1] == (6, 6)


def test_only_the_first_picture_of_an_animation_stays() -> None:
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    content = io.BytesIO()
    pictures[0].save(content, "WEBP", save_all=True, append_images=pictures[1:])
    after, _ = drawn(content.getvalue())
    with Image.open(io.BytesIO(after)) as picture:
        assert getattr(picture, "n_frames", 1) == 1


@pytest.mark.parametrize("form", FORMS)
def test_what_is_appended_or_hidden_is_gone(form: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("evil.html", HTML)
    after, _ = drawn(image(form) + packed.getvalue() + HTML)
    assert b"script" not in after
    assert b"PK\x03\x04" not in after


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 500), (6000, 5000)])
def test_image_that_would_fill_the_memory_is_refused(size: tuple[int, int]) -> None:
    content = bomb(*size)
    assert len(content) < 100_000
    with pytest.raises(FileRefused, match="image_too_large"):
        drawn(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0" + HTML,
        b"\xff\xd8\xff",
        image("JPEG")[:300],
        image("PNG")[:60],
        image("WEBP")[:40],
        image("PNG").replace(b"IDAT", b"IDAX"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 50,
    ],
)
def test_broken_image_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="file_damaged"):
        drawn(content)
