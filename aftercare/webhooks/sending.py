"""Sends one signed request and says how it ended. Nothing of the answer but its status is read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from aftercare.webhooks.addresses import AddressRefused, AddressRule

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
#: After so long the connection is cut, however slowly something still comes in.
LONGEST_SECONDS = 20.0
#: The status with which a receiver says that it wants no more.
GONE = 410


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: a status, or why there is none."""

    status: int | None
    problem: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def told(self) -> str:
        return self.problem or f"HTTP {self.status}"


class Sender:
    """Keeps to the rule about addresses, follows no redirect and no proxy of the environment."""

    def __init__(self, rule: AddressRule) -> None:
        self._rule = rule

    def send(self, url: str, body: str, headers: dict[str, str]) -> Outcome:
        """Post the body. Every failure is an outcome; nothing is raised."""
        with requests.Session() as session:
            session.trust_env = False
            adapter = _GuardedAdapter(self._rule)
            for scheme in ("https://", "http://"):
                session.mount(scheme, adapter)
            try:
                with _cut_off_after(LONGEST_SECONDS, adapter.close_sockets):
                    answer = session.post(
                        url,
                        data=body.encode(),
                        headers={
                            **headers,
                            "Content-Type": "application/json",
                            "User-Agent": "Aftercare-Webhooks/1",
                        },
                        timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                        allow_redirects=False,
                        stream=True,
                    )
                    answer.close()
            except requests.exceptions.SSLError:
                return Outcome(None, "the certificate is not valid")
            except requests.exceptions.Timeout:
                return Outcome(None, "no answer in time")
            except requests.exceptions.ConnectionError as error:
                return Outcome(None, _reason(error))
            except requests.exceptions.RequestException as error:
                return Outcome(None, type(error).__name__)
        if adapter.was_cut:
            # What had come in by then may look like a whole answer.
            return Outcome(None, "no answer in time")
        if answer.is_redirect:
            return Outcome(answer.status_code, f"HTTP {answer.status_code}: redirects are refused")
        return Outcome(answer.status_code)


def _reason(error: BaseException) -> str:
    found: BaseException | None = error
    for _ in range(6):
        if isinstance(found, AddressRefused):
            return "the address is private, or not encrypted"
        inner = [one for one in (found.args if found else ()) if isinstance(one, BaseException)]
        reason = getattr(found, "reason", None)
        cause = found.__cause__ if found else None
        found = cause or (reason if isinstance(reason, BaseException) else None)
        found = found or (inner[0] if inner else None)
    return "the connection failed"


@contextmanager
def _cut_off_after(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Guarded:
    """A connection to the very address that was judged; the name stays for the certificate."""

    rule: ClassVar[AddressRule]
    encrypted: ClassVar[bool]
    opened: ClassVar[list[socket.socket]]

    def _new_conn(self: Any) -> socket.socket:
        try:
            address = self.rule.resolve(self.host, self.port, encrypted=self.encrypted)
            connected = socket.create_connection((address, self.port), self.timeout)
        except TimeoutError as error:
            raise NewConnectionError(self, "no connection in time") from error
        except (AddressRefused, OSError, UnicodeError) as error:
            raise NewConnectionError(self, "not connected") from error
        # A second handle: TLS takes the first one over.
        self.opened.append(connected.dup())
        return connected


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, rule: AddressRule) -> None:
        self.was_cut = False
        self._opened: list[socket.socket] = []
        shared = {"rule": rule, "opened": self._opened}
        plain = type("Plain", (_Guarded, HTTPConnection), {**shared, "encrypted": False})
        secure = type("Secure", (_Guarded, HTTPSConnection), {**shared, "encrypted": True})
        self._pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def close_sockets(self) -> None:
        """End what is in work, from another thread."""
        self.was_cut = True
        for one in self._opened:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It has ended by itself.
                continue

    def close(self) -> None:
        super().close()
        for one in self._opened:
            one.close()
        self._opened.clear()
