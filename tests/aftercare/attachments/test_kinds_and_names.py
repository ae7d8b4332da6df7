"""The kind of a file comes from its content; its name is only ever shown."""

from __future__ import annotations

import pytest

from aftercare.attachments.kinds import KINDS, kind_of
from aftercare.attachments.names import shown_name
from aftercare.errors import FileRefused
from tests.sample_files import EICAR, HTML, MOV, MP4, PDF, SVG, WEBM, image


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (image("JPEG"), "image/jpeg"),
        (image("PNG"), "image/png"),
        (image("WEBP"), "image/webp"),
        (PDF, "application/pdf"),
        (MP4, "video/mp4"),
        (MOV, "video/quicktime"),
        (WEBM, "video/webm"),
    ],
)
def test_kind_is_told_from_the_content(content: bytes, media_type: str) -> None:
    assert kind_of(content[:4096]).media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"just words",
        HTML,
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        EICAR,
        b"PK\x03\x04" + b"\0" * 40,
        b"\x1f\x8b\x08" + b"\0" * 40,
        b"MZ" + b"\0" * 80,
        b"\x7fELF" + b"\0" * 80,
        b"#!/bin/sh\nreboot\n",
        b"GIF89a" + b"\0" * 40,
        HTML + PDF,
        b" " * 20 + PDF,
    ],
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="file_type_not_taken"):
        kind_of(content[:4096])


@pytest.mark.parametrize(
    ("given", "media_type", "shown"),
    [
        ("leak.jpg", "image/jpeg", "leak.jpg"),
        ("LEAK.JPEG", "image/jpeg", "LEAK.jpeg"),
        ("leak.html", "image/jpeg", "leak.jpg"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.pdf"),
        ("../../etc/passwd", "image/png", "passwd.png"),
        ("C:\\Users\\ana\\foto.png", "image/png", "foto.png"),
        ("", "video/mp4", "video.mp4"),
        ("...", "image/webp", "photo.webp"),
        ("/", "application/pdf", "document.pdf"),
        ("máquina de lavar.pdf", "application/pdf", "máquina de lavar.pdf"),
        ("a\r\nSet-Cookie: b=c.png", "image/png", "aSet-Cookie b=c.png"),
        ('a"; filename="b.html', "image/png", "a filename=b.png"),
        ("photo\u202egpj.exe", "image/jpeg", "photogpj.jpg"),
        ("<script>.png", "image/png", "script.png"),
        ("clip.mov", "video/mp4", "clip.mp4"),
        (".htaccess", "image/png", "htaccess.png"),
    ],
)
def test_name_is_harmless_and_ends_as_its_kind(given: str, media_type: str, shown: str) -> None:
    assert shown_name(given, KINDS[media_type]) == shown


def test_long_name_is_cut_and_keeps_its_end() -> None:
    name = shown_name("á" * 500 + ".pdf", KINDS["application/pdf"])
    assert len(name) == 100
    assert name.endswith("á.pdf")
