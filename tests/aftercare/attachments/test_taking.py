"""All files of a message are kept, or none."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator

import pytest

from aftercare.attachments.stores import open_store
from aftercare.attachments.taking import Files, Upload, open_files
from aftercare.errors import FileRefused, FilesUnavailable, ScannerUnavailable
from aftercare.settings import Settings
from tests.clamav import ClamAvStandIn, running_clamav
from tests.sample_files import EICAR, HTML, MP4, PDF, PLACE, image


def upload(name: str, content: bytes) -> Upload:
    digest = hashlib.sha256(content).hexdigest()
    return Upload(name, io.BytesIO(content), len(content), digest)


def stored(settings: Settings) -> list[bytes]:
    return [file.read_bytes() for file in settings.var_dir.glob("attachments/*/*")]


@pytest.fixture
def clamav() -> Iterator[ClamAvStandIn]:
    with running_clamav() as running:
        yield running


def test_image_is_kept_without_its_place_and_others_as_they_are(settings: Settings) -> None:
    photo = image("JPEG", (60, 40), turned=True)
    files = open_files(settings)
    kept = files.keep([upload("leak.png", photo), upload("bill.pdf", PDF), upload("a", MP4)])
    assert [(k.name, k.media_type, k.width, k.height) for k in kept] == [
        ("leak.jpg", "image/jpeg", 40, 60),
        ("bill.pdf", "application/pdf", None, None),
        ("a.mp4", "video/mp4", None, None),
    ]
    read = [b"".join(files.store.read(k.id)) for k in kept]
    assert [len(content) for content in read] == [k.size for k in kept]
    assert PLACE.encode() not in read[0]
    assert read[1:] == [PDF, MP4]
    assert kept[0].digest == hashlib.sha256(photo).hexdigest()
    assert len({k.id for k in kept}) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (HTML, "file_type_not_taken"),
        (b"\xff\xd8\xff\xe0" + HTML, "file_damaged"),
        (PDF + bytes(70_000), "file_too_large"),
    ],
)
def test_one_bad_file_keeps_the_others_out(settings: Settings, content: bytes, code: str) -> None:
    small = settings.model_copy(update={"max_file_bytes": 65_536})
    with pytest.raises(FileRefused, match=code):
        open_files(small).keep([upload("good.pdf", PDF), upload("bad.jpg", content)])
    assert stored(settings) == []


def test_harmful_file_is_refused_before_anything_is_kept(
    settings: Settings, clamav: ClamAvStandIn
) -> None:
    watched = settings.model_copy(update={"virus_scanner": clamav.address})
    with pytest.raises(FileRefused, match="file_infected"):
        open_files(watched).keep([upload("a.pdf", PDF), upload("b.pdf", PDF + EICAR)])
    assert clamav.scanned == [PDF, PDF + EICAR]
    assert stored(settings) == []


@pytest.mark.parametrize("rule", ["refuse", "accept"])
def test_setting_says_what_happens_without_a_verdict(settings: Settings, rule: str) -> None:
    nobody = {"virus_scanner": "tcp://127.0.0.1:9", "virus_scanner_down": rule}
    files = open_files(settings.model_copy(update=nobody))
    if rule == "refuse":
        with pytest.raises(ScannerUnavailable):
            files.keep([upload("a.pdf", PDF)])
        assert stored(settings) == []
    else:
        files.keep([upload("a.pdf", PDF)])
        assert stored(settings) == [PDF]


def test_store_that_fails_in_between_keeps_nothing(settings: Settings) -> None:
    class FailsLater:
        def __init__(self) -> None:
            self.inner = open_store(settings)
            self.puts = 0

        def put(self, name: str, content: io.BytesIO, size: int, media_type: str) -> None:
            self.puts += 1
            if self.puts == 2:
                raise FilesUnavailable("the disk is full")
            self.inner.put(name, content, size, media_type)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    with pytest.raises(FilesUnavailable):
        Files(settings, FailsLater(), open_files(settings)._scanner).keep(  # type: ignore[arg-type]
            [upload("a.pdf", PDF), upload("b.pdf", PDF)]
        )
    assert stored(settings) == []


def test_many_at_once_do_not_take_every_thread(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aftercare.attachments.taking._PATIENCE_SECONDS", 0.05)
    free, begun = threading.Event(), threading.Semaphore(0)

    class Slow:
        def finds(self, content: object) -> bool:
            begun.release()
            return not free.wait(10)

    files = Files(settings, open_store(settings), Slow())
    others = [threading.Thread(target=files.keep, args=([upload("a.pdf", PDF)],)) for _ in range(4)]
    for one in others:
        one.start()
    for _ in others:
        assert begun.acquire(timeout=10)
    with pytest.raises(FilesUnavailable, match="at once"):
        files.keep([upload("b.pdf", PDF)])
    free.set()
    for one in others:
        one.join(10)
    assert len(files.keep([upload("b.pdf", PDF)])) == 1
