"""Keeps files in a bucket of Amazon S3 or of any service that speaks its protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from aftercare.attachments.stores import PIECE_BYTES, is_name, require_name
from aftercare.errors import FilesUnavailable, NotFound
from aftercare.settings import Settings

_TIMEOUT = Timeout(connect=3.0, read=30.0)
_RETRIES = Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504))
#: What S3 takes at least; larger files go in pieces, of which one is in memory at a time.
_PART_BYTES = 5 * 1024 * 1024


class Bucket:
    """`prefix`: what the names of this desk's objects begin with."""

    def __init__(self, client: Minio, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, name: str, content: BinaryIO, size: int, media_type: str) -> None:
        with _translated():
            self._client.put_object(
                self._bucket,
                self._key(name),
                content,
                size,
                # Whoever reaches the bucket itself must not get a page of ours either.
                content_type="application/octet-stream",
                part_size=_PART_BYTES,
                num_parallel_uploads=1,
            )

    def read(self, name: str) -> Iterator[bytes]:
        with _translated():
            return _pieces(self._client.get_object(self._bucket, self._key(name)))

    def remove(self, names: Iterable[str]) -> int:
        removed = 0
        for name in names:
            with _translated():
                if self._is_there(name):
                    self._client.remove_object(self._bucket, self._key(name))
                    removed += 1
        return removed

    def older_than(self, moment: datetime) -> Iterator[str]:
        with _translated():
            for entry in self._client.list_objects(self._bucket, self._prefix, recursive=True):
                name = (entry.object_name or "").removeprefix(self._prefix)
                if is_name(name) and entry.last_modified and entry.last_modified < moment:
                    yield name

    def _is_there(self, name: str) -> bool:
        try:
            self._client.stat_object(self._bucket, self._key(name))
        except S3Error as error:
            if error.code in _GONE:
                return False
            raise
        return True

    def _key(self, name: str) -> str:
        require_name(name)
        return self._prefix + name


def open_bucket(settings: Settings) -> Bucket:
    """The bucket of `s3://bucket/prefix`; nothing is asked of the service yet."""
    place, service = urlsplit(settings.file_store), urlsplit(settings.s3_endpoint)
    prefix = place.path.strip("/")
    client = Minio(
        service.netloc,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        secure=service.scheme == "https",
        region=settings.s3_region or None,
        http_client=PoolManager(timeout=_TIMEOUT, retries=_RETRIES, maxsize=10),
    )
    return Bucket(client, place.netloc, f"{prefix}/" if prefix else "")


_GONE = frozenset({"NoSuchKey", "NoSuchObject"})


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in _GONE:
            raise NotFound("there is no such file") from None
        raise FilesUnavailable(f"the bucket refuses: {error.code}") from error
    except (HTTPError, InvalidResponseError, ServerError, OSError) as error:
        raise FilesUnavailable(f"the bucket does not answer: {type(error).__name__}") from error


def _pieces(response: BaseHTTPResponse) -> Iterator[bytes]:
    free: Callable[[], None] = response.release_conn
    try:
        with _translated():
            yield from response.stream(PIECE_BYTES)
    finally:
        response.close()
        free()
