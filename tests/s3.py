"""Stands in for an S3-compatible store: objects of one bucket in memory, large ones in parts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

_TIME = "%a, %d %b %Y %H:%M:%S GMT"


class S3StandIn:
    """A running one; `objects` by their keys, `signed` says who asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.bucket = "desk"
        self.objects: dict[str, bytes] = {}
        self.changed_at = datetime.now(UTC)
        self.parts: dict[int, bytes] = {}
        self.asked: list[str] = []
        self.fails = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        key, query = self._asked()
        held = self.server.store.objects
        if not key:
            self._list(query.get("prefix", [""])[0])
        elif key in held:
            self._answer(200, held[key], key)
        else:
            self._gone()

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        key, query = self._asked()
        content = self._body()
        if "partNumber" in query:
            self.server.store.parts[int(query["partNumber"][0])] = content
        else:
            self.server.store.objects[key] = content
        self._answer(200, b"", key, etag=sha256(content).hexdigest())

    def do_POST(self) -> None:
        key, query = self._asked()
        self._body()
        bucket, store = self.server.store.bucket, self.server.store
        if "uploads" in query:
            inner = f"<Bucket>{bucket}</Bucket><Key>{key}</Key><UploadId>1</UploadId>"
            name = "InitiateMultipartUploadResult"
        else:
            store.objects[key] = b"".join(store.parts[n] for n in sorted(store.parts))
            store.parts.clear()
            inner = f"<Bucket>{bucket}</Bucket><Key>{key}</Key><ETag>x</ETag><Location>x</Location>"
            name = "CompleteMultipartUploadResult"
        self._answer(200, f"<{name}>{inner}</{name}>".encode(), key)

    def do_DELETE(self) -> None:
        key, _ = self._asked()
        self.server.store.objects.pop(key, None)
        self._answer(204, b"", key)

    def _asked(self) -> tuple[str, dict[str, list[str]]]:
        address = urlsplit(self.path)
        self.server.store.asked.append(self.command)
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key-name/")
        _, bucket, *rest = address.path.split("/", 2)
        assert bucket == self.server.store.bucket
        return unquote("".join(rest)), parse_qs(address.query, keep_blank_values=True)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _list(self, prefix: str) -> None:
        store = self.server.store
        entries = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(content)}</Size><ETag>x</ETag>"
            f"<LastModified>{store.changed_at:%Y-%m-%dT%H:%M:%S}.000Z</LastModified></Contents>"
            for key, content in sorted(store.objects.items())
            if key.startswith(prefix)
        )
        self._answer(
            200,
            f"<ListBucketResult><Name>{store.bucket}</Name><IsTruncated>false</IsTruncated>"
            f"{entries}</ListBucketResult>".encode(),
        )

    def _gone(self) -> None:
        self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>")

    def _answer(self, status: int, content: bytes, key: str = "", etag: str = "x") -> None:
        if self.server.store.fails:
            status = 403
            content = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{etag}"')
        self.send_header("Last-Modified", self.server.store.changed_at.strftime(_TIME))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    store: S3StandIn


@contextmanager
def running_s3() -> Iterator[S3StandIn]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.store = S3StandIn(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.store
        finally:
            server.shutdown()
            thread.join(5)
