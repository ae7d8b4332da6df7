"""Both stores keep the same promises: whole or not at all, random names, nothing left behind."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from aftercare.attachments.stores import FileStore, FolderStore, open_store
from aftercare.errors import FilesUnavailable, NotFound
from aftercare.settings import Settings
from tests.s3 import S3StandIn, running_s3

NAME, OTHER = "a" * 32, "b" * 31 + "1"
SOON = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def s3() -> Iterator[S3StandIn]:
    with running_s3() as running:
        yield running


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, settings: Settings) -> FileStore:
    if request.param == "folder":
        return open_store(settings)
    return bucket_of(request.getfixturevalue("s3"), settings)


def bucket_of(s3: S3StandIn, settings: Settings) -> FileStore:
    changes = {
        "file_store": "s3://desk/files",
        "s3_endpoint": s3.address,
        "s3_region": "local",
        "s3_access_key": "key-name",
        "s3_secret_key": "key-secret",
    }
    return open_store(settings.model_copy(update=changes))


def put(store: FileStore, name: str, content: bytes) -> None:
    store.put(name, io.BytesIO(content), len(content), "image/png")


@pytest.mark.parametrize("content", [b"x", bytes(range(256)) * 1000, os.urandom(12_000_000)])
def test_what_was_put_is_read_again(store: FileStore, content: bytes) -> None:
    put(store, NAME, content)
    pieces = list(store.read(NAME))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 65536


def test_what_is_not_there_is_not_found_before_the_first_piece(store: FileStore) -> None:
    with pytest.raises(NotFound):
        store.read(NAME)


def test_removing_counts_what_was_there_and_can_be_repeated(store: FileStore) -> None:
    put(store, NAME, b"x")
    assert store.remove([NAME, OTHER]) == 1
    assert store.remove([NAME]) == 0
    with pytest.raises(NotFound):
        store.read(NAME)


def test_old_ones_are_listed(store: FileStore) -> None:
    put(store, NAME, b"x")
    put(store, OTHER, b"y")
    assert sorted(store.older_than(SOON)) == [NAME, OTHER]
    assert list(store.older_than(SOON - timedelta(days=2))) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 32, "a" * 31, "a" * 33, "a/" * 16])
def test_only_own_names_become_paths(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        put(store, name, b"x")
    with pytest.raises(ValueError, match="not a name"):
        store.read(name)


def test_only_the_owner_reads_the_folder(settings: Settings) -> None:
    put(open_store(settings), NAME, b"x")
    file = settings.var_dir / "attachments" / "aa" / NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == [NAME]


@pytest.mark.parametrize("broken", ["put", "read", "remove"])
def test_folder_that_cannot_be_used_is_told(tmp_path: Path, broken: str) -> None:
    (tmp_path / "aa").write_text("a file where a folder should be")
    store = FolderStore(tmp_path)
    actions: dict[str, Callable[[], object]] = {
        "put": lambda: put(store, NAME, b"x"),
        "read": lambda: store.read(NAME),
        "remove": lambda: store.remove([NAME]),
    }
    with pytest.raises(FilesUnavailable):
        actions[broken]()


def test_files_leave_room_on_the_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftercare.attachments.stores.LEFT_FREE_BYTES", 2**60)
    with pytest.raises(FilesUnavailable, match="nearly full"):
        put(open_store(settings), NAME, b"x")


def test_half_written_file_is_removed(settings: Settings) -> None:
    part = settings.var_dir / "attachments" / "aa" / f".{NAME}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    assert list(open_store(settings).older_than(SOON)) == []
    assert not part.exists()


def test_content_that_ends_early_leaves_nothing(settings: Settings) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(FilesUnavailable):
        open_store(settings).put(NAME, Broken(), 10, "image/png")
    assert list((settings.var_dir / "attachments").rglob("*.*")) == []


def test_objects_of_a_bucket_have_the_prefix_and_large_ones_go_in_parts(
    s3: S3StandIn, settings: Settings
) -> None:
    put(bucket_of(s3, settings), NAME, bytes(6 * 1024 * 1024))
    assert list(s3.objects) == [f"files/{NAME}"]
    assert s3.asked == ["POST", "PUT", "PUT", "POST"]


def test_strangers_in_a_bucket_are_left_alone(s3: S3StandIn, settings: Settings) -> None:
    s3.objects = {"files/readme.txt": b"", f"elsewhere/{NAME}": b"", f"files/{NAME}": b""}
    assert list(bucket_of(s3, settings).older_than(SOON)) == [NAME]


def test_bucket_that_refuses_or_is_gone_is_told(s3: S3StandIn, settings: Settings) -> None:
    s3.fails = True
    with pytest.raises(FilesUnavailable, match="AccessDenied"):
        put(bucket_of(s3, settings), NAME, b"x")
    s3.address = "http://127.0.0.1:9"
    with pytest.raises(FilesUnavailable, match="does not answer"):
        put(bucket_of(s3, settings), NAME, b"x")


def test_file_that_nobody_reads_in_the_end_is_not_left_open(settings: Settings) -> None:
    store = open_store(settings)
    store.put(NAME, io.BytesIO(b"photo"), 5, "image/jpeg")
    pieces = store.read(NAME)
    assert not [file for file in psutil.Process().open_files() if file.path.endswith(NAME)]
    assert b"".join(pieces) == b"photo"
