"""Makes calls of the action server short: one connection for all, and not the whole domain in each.

Rasa 3.6.21 opens a session and a connection for each call of an endpoint and closes both after it.
It also sends the whole domain along, 60 kB, which no action of this project reads. Rasa's setting
`enable_selective_domain` leaves the domain out altogether, which today's rasa-sdk refuses.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from typing import Any, Callable, Dict, Tuple

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

_Key = Tuple[asyncio.AbstractEventLoop, int]
#: One session for each endpoint and event loop; the endpoint is kept, so its id stays its own.
_kept: Dict[_Key, Tuple[EndpointConfig, aiohttp.ClientSession]] = {}


class _OpenSession:
    """Lends a session for `async with` and leaves it open behind it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_error: object) -> None:
        """The next call goes on with it."""


def install() -> None:
    """Make all calls short from now on; a second call does nothing more."""
    _keep_sessions()
    _leave_the_domain_at_home()


def _keep_sessions() -> None:
    open_session: Callable[[EndpointConfig], aiohttp.ClientSession] = EndpointConfig.session
    if hasattr(open_session, "__wrapped__"):
        return

    def session(self: EndpointConfig) -> Any:
        key = (asyncio.get_running_loop(), id(self))
        if key not in _kept or _kept[key][1].closed:
            _kept[key] = (self, open_session(self))
        return _OpenSession(_kept[key][1])

    session.__wrapped__ = open_session  # type: ignore[attr-defined]
    EndpointConfig.session = session


def _leave_the_domain_at_home() -> None:
    format_call: Callable[..., Dict[str, Any]] = RemoteAction._action_call_format
    if hasattr(format_call, "__wrapped__"):
        return

    @wraps(format_call)
    def _action_call_format(
        self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
    ) -> Dict[str, Any]:
        call = format_call(self, tracker, domain)
        if "domain" in call:
            call["domain"] = {"version": call["domain"].get("version")}
        return call

    RemoteAction._action_call_format = _action_call_format


async def close() -> None:
    """Close the sessions of this event loop, as the server does when it stops."""
    loop = asyncio.get_running_loop()
    for key in [key for key in _kept if key[0] is loop]:
        await _kept.pop(key)[1].close()
