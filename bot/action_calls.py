"""Makes calls of the action server short: one connection for all, and only what actions read.

Rasa 3.6.21 opens a session and a connection for each call of an endpoint and closes both after it.
It also sends the whole domain along, 60 kB, which no action of this project reads, and every event
of the conversation, of which actions read those since the customer's last message but one. Rasa's
setting `enable_selective_domain` leaves the domain out altogether, which today's rasa-sdk refuses.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from itertools import islice
from typing import Any, Callable, Deque, Dict, List, Tuple

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.event_kinds import is_message
from bot.json_text import write_json

#: An action looks back to what was said before the message that it answers
#: (actions/translation.py).
_MESSAGES_READ = 2
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
    _write_quickly()
    _leave_the_rest_at_home()


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


def _write_quickly() -> None:
    request: Callable[..., Any] = EndpointConfig.request
    if hasattr(request, "__wrapped__"):
        return

    @wraps(request)
    async def request_written(self: EndpointConfig, *args: Any, **kwargs: Any) -> Any:
        if "json" in kwargs:  # its header is set by Rasa
            kwargs["data"] = write_json(kwargs.pop("json")).encode()
        return await request(self, *args, **kwargs)

    EndpointConfig.request = request_written


def _leave_the_rest_at_home() -> None:
    format_call: Callable[..., Dict[str, Any]] = RemoteAction._action_call_format
    if hasattr(format_call, "__wrapped__"):
        return

    @wraps(format_call)
    def _action_call_format(
        self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
    ) -> Dict[str, Any]:
        call = format_call(self, _Shortened(tracker), domain)
        if "domain" in call:
            call["domain"] = {"version": call["domain"].get("version")}
        return call

    RemoteAction._action_call_format = _action_call_format


class _Shortened:
    """A tracker as Rasa asks it for its state, which is given with the latest events alone."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        self.sender_id = tracker.sender_id
        self._tracker = tracker

    def current_state(self, _verbosity: EventVerbosity) -> Dict[str, Any]:
        """What Rasa's own says, without copies of what is written down at once."""
        tracker, loop = self._tracker, self._tracker.active_loop
        return {
            "sender_id": tracker.sender_id,
            "slots": tracker.current_slot_values(),
            "latest_message": tracker._latest_message_data(),
            "latest_event_time": tracker.events[-1].timestamp if tracker.events else None,
            "followup_action": tracker.followup_action,
            "paused": tracker.is_paused(),
            "events": [event.as_dict() for event in latest_events(tracker.events)],
            "latest_input_channel": tracker.get_latest_input_channel(),
            "active_loop": dict(loop.__dict__) if loop else {},
            "latest_action": tracker.latest_action,
            "latest_action_name": tracker.latest_action_name,
        }


def latest_events(events: Deque[Event]) -> List[Event]:
    """The last events, from the customer's last message but one on."""
    messages = 0
    for back, event in enumerate(reversed(events), 1):
        messages += is_message(event)
        if messages == _MESSAGES_READ:
            return list(islice(events, len(events) - back, None))
    return list(events)


async def close() -> None:
    """Close the sessions of this event loop, as the server does when it stops."""
    loop = asyncio.get_running_loop()
    for key in [key for key in _kept if key[0] is loop]:
        await _kept.pop(key)[1].close()
