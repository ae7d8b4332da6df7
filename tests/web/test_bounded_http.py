"""Clients that begin a request and never finish it, or never stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import requests
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from tests.gateway.doors import served
from web.bounded_http import BoundedHttp

Connect = Callable[[], socket.socket]


class Impatient(BoundedHttp):
    request_seconds = 0.2


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    async def echo(request: Request) -> Response:
        return PlainTextResponse(await request.body())

    def slowly() -> Response:
        pause = threading.Event()
        return StreamingResponse("x" for _ in range(4) if not pause.wait(0.1))

    app.post("/echo")(echo)
    app.get("/slowly")(slowly)
    return app


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app, http=Impatient) as url:
        yield url


@pytest.fixture
def connect(address: str) -> Connect:
    return lambda: socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), 5)


def read_to_the_end(client: socket.socket) -> None:
    """Return when the server has closed the connection; fails where it keeps it open."""
    with suppress(ConnectionError):
        while client.recv(65536):
            pass


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /echo HT",
        b"GET /echo HTTP/1.1\r\nHost: x\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
    ],
)
def test_request_that_is_never_finished_is_ended(connect: Connect, begun: bytes) -> None:
    with connect() as client:
        client.sendall(begun)
        read_to_the_end(client)


@pytest.mark.parametrize("endless", [b"GET /" + b"a" * 1000, b"X-Note: " + b"b" * 1000 + b"\r\n"])
def test_head_that_does_not_end_is_refused(app: FastAPI, endless: bytes) -> None:
    with served(app, http=BoundedHttp) as url:
        door = ("127.0.0.1", int(url.rpartition(":")[2]))
        with socket.create_connection(door, 5) as client, pytest.raises(ConnectionError):
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" if b"X-" in endless else b"")
            for _ in range(100_000):
                client.sendall(endless)


def test_slow_answers_and_several_requests_on_a_connection_are_served(address: str) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"{address}/slowly", timeout=5).text == "xxxx"
            body = b"z" * 300_000
            assert session.post(f"{address}/echo", data=body, timeout=5).content == body


def test_body_that_keeps_coming_may_take_longer(app: FastAPI) -> None:
    class SmallPieces(Impatient):
        piece_bytes = 1000

    pause = threading.Event()
    with served(app, http=SmallPieces) as url:
        door = ("127.0.0.1", int(url.rpartition(":")[2]))
        with socket.create_connection(door, 5) as client:
            client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\n")
            for _ in range(8):
                pause.wait(0.1)
                client.sendall(b"z" * 1000)
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        with socket.create_connection(door, 5) as client:
            client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\n")
            with suppress(ConnectionError):
                for _ in range(8):
                    pause.wait(0.1)
                    client.sendall(b"z" * 10)
            read_to_the_end(client)
