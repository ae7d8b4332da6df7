"""Speaks with the bot over its one private channel. It stores nothing and shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import urllib3
from pydantic import TypeAdapter, ValidationError
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, TimeoutError

from aftercare.errors import AftercareError, BotUnavailable
from aftercare.settings import Settings

#: The name of the header, not a secret itself.
SECRET_HEADER = "X-Aftercare-Secret"  # noqa: S105
_CONNECT_SECONDS = 2.0


@dataclass(frozen=True)
class Turn:
    """One message on its way to the bot, which does a turn of the same identity once only."""

    conversation_id: str
    turn_id: str
    channel: str
    text: str
    payload: str | None


def turn_id(conversation_id: str, seq: int) -> str:
    """The identity of a turn, which the logs of gateway, bot and action server name as well."""
    return f"{conversation_id}:{seq}"


@dataclass(frozen=True)
class OfferedButton:
    title: str
    payload: str


@dataclass(frozen=True)
class QuotedSource:
    title: str
    section: str
    path: str
    language: str = ""
    """Of the manual; empty where no words of it are quoted."""
    quote: str = ""


@dataclass(frozen=True)
class BotReply:
    text: str
    response: str | None = None
    buttons: tuple[OfferedButton, ...] = ()
    sources: tuple[QuotedSource, ...] = ()


@dataclass(frozen=True)
class Understood:
    intent: str | None = None
    confidence: float | None = None
    entities: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class TurnResult:
    """The bot's answer; `error_id` names a custom action that failed in it."""

    replies: tuple[BotReply, ...] = ()
    understood: Understood | None = None
    language: str | None = None
    error_id: str | None = None
    failed_action: str | None = None


class BotNotAnswering(BotUnavailable):
    """No answer came, whether the bot took the turn or not; asked again, it knows."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GiveUp(AftercareError):
    """The bot will never take this turn; sending it again changes nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Bot(Protocol):
    def take_turn(self, turn: Turn) -> TurnResult:
        """The bot's answer. Raises BotUnavailable or GiveUp."""
        ...

    def close(self) -> None:
        """Give the connections up when no more turns are taken."""
        ...


class RasaBot:
    """The bot process behind settings.bot_url; a connection for each thread is kept alive.

    This is the one call of every turn, so it goes without what `requests` puts on top of urllib3
    (cookies, redirects, proxies), which costs more than the rest of the call.
    """

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.bot_url.rstrip('/')}/webhooks/aftercare/turn"
        self._answer = TypeAdapter(TurnResult)
        self._connections = urllib3.PoolManager(
            headers={SECRET_HEADER: settings.private_secret},
            timeout=urllib3.Timeout(
                connect=min(_CONNECT_SECONDS, settings.bot_timeout), read=settings.bot_timeout
            ),
            # Who asks again, and when, is decided where the message waits.
            retries=False,
            maxsize=settings.turn_workers,
        )

    def take_turn(self, turn: Turn) -> TurnResult:
        try:
            response = self._connections.request("POST", self._url, json=_body(turn))
        except HTTPError as error:
            raise _not_answering(error) from error
        status = response.status
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise BotNotAnswering("not_up")
        if 400 <= status < 500:
            raise GiveUp(f"refused_{status}")
        if status != HTTPStatus.OK:
            raise BotNotAnswering(f"status_{status}")
        try:
            return self._answer.validate_json(response.data)
        except ValidationError as error:
            raise BotNotAnswering("unreadable_answer") from error

    def close(self) -> None:
        """Close the connections; a later turn opens a new one."""
        self._connections.clear()


def _body(turn: Turn) -> dict[str, object]:
    return {
        "conversation_id": turn.conversation_id,
        "turn_id": turn.turn_id,
        "channel": turn.channel,
        "text": turn.text,
        "payload": turn.payload,
    }


def _not_answering(error: HTTPError) -> BotNotAnswering:
    if isinstance(error, NewConnectionError | ConnectTimeoutError):
        return BotNotAnswering("no_connection")
    if isinstance(error, TimeoutError):
        return BotNotAnswering("timeout")
    return BotNotAnswering("connection_broken")
