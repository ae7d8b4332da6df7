"""How often an address, a session and a conversation may ask; who asks too often is told when."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from typing import Literal

from fastapi import Request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool

from aftercare.settings import UNLIMITED, Settings
from gateway.measures import Measures
from gateway.trouble import ApiError

_log = logging.getLogger(__name__)

Kind = Literal[
    "requests",
    "conversations",
    "session_requests",
    "messages",
    "uploads",
    "renewals",
    "api_requests",
]

_WHAT: dict[Kind, str] = {
    "requests": "requests from this network address",
    "conversations": "new conversations from this network address",
    "session_requests": "requests with this session",
    "messages": "messages in this conversation",
    "uploads": "messages with files in this conversation",
    "renewals": "renewals of this conversation's token",
    "api_requests": "requests with this token",
}
_RENEWALS = "10/hour"
#: How long a shared storage may hold up a request, and is left alone once it has failed.
_STORAGE_SECONDS = 0.5
_STORAGE_PAUSE = 10.0
#: One household or office gets a network of this size, and with it as many addresses as it likes.
_IPV6_NETWORK = 64


class Limits:
    """Counts in this process or in a shared Redis; where that fails, nobody is held up.

    `waits` tells whether counting may take a while, so that an event loop leaves it to a thread.
    """

    def __init__(self, settings: Settings, measures: Measures) -> None:
        self._measures = measures
        self._rates: dict[Kind, list[RateLimitItem]] = {
            "requests": _parsed(settings.limit_requests),
            "conversations": _parsed(settings.limit_conversations),
            "session_requests": _parsed(settings.limit_session_requests),
            "messages": _parsed(settings.limit_messages),
            "uploads": _parsed(settings.limit_uploads),
            "renewals": _parsed(_RENEWALS),
            "api_requests": _parsed(settings.limit_api),
        }
        storage = _open_storage(settings.limit_storage)
        self.waits = not isinstance(storage, MemoryStorage)
        self._counter = SlidingWindowCounterRateLimiter(storage)
        self._not_before = 0.0

    def spend(self, kind: Kind, key: str) -> None:
        """Count one more. Raises ApiError (429, with Retry-After) where that is too many."""
        if not self._rates[kind] or time.monotonic() < self._not_before:
            return
        try:
            seconds = self._wait(kind, key)
        except StorageError as error:
            self._leave_storage_alone(error)
            return
        if seconds is None:
            return
        self._measures.refusals.labels(kind).inc()
        raise ApiError(
            429,
            f"too_many_{kind}",
            f"Too many {_WHAT[kind]}. Send the same request again in {seconds} seconds.",
            {"Retry-After": str(seconds)},
        )

    def _wait(self, kind: Kind, key: str) -> int | None:
        """Seconds until the next one may come, None where it may come now."""
        rates = self._rates[kind]
        # All rates are looked at before one is counted: a refusal must cost nothing.
        full = [rate for rate in rates if not self._counter.test(rate, kind, key)]
        if not full:
            full = [rate for rate in rates if not self._counter.hit(rate, kind, key)]
        if not full:
            return None
        ends = [self._counter.get_window_stats(rate, kind, key).reset_time for rate in full]
        return max(1, math.ceil(max(ends) - time.time()))

    def _leave_storage_alone(self, error: StorageError) -> None:
        self._not_before = time.monotonic() + _STORAGE_PAUSE
        self._measures.failures.labels("limit_storage").inc()
        _log.warning("limits.storage_unavailable %s", type(error.storage_error).__name__)


def address_of(request: Request) -> str:
    """The client's address, as the trusted proxies tell it; of IPv6 the network."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, _IPV6_NETWORK), strict=False))


async def limit_address(request: Request) -> None:
    """A dependency of every call and page: not too many requests from one address."""
    limits: Limits = request.app.state.desk.limits
    if limits.waits:
        await run_in_threadpool(limits.spend, "requests", address_of(request))
    else:
        limits.spend("requests", address_of(request))


def _parsed(rates: str) -> list[RateLimitItem]:
    return [] if rates == UNLIMITED else parse_many(rates)


def _open_storage(address: str) -> Storage:
    if address.startswith("memory:"):
        return MemoryStorage()
    return RedisStorage(
        address,
        wrap_exceptions=True,
        socket_timeout=_STORAGE_SECONDS,
        socket_connect_timeout=_STORAGE_SECONDS,
    )
