"""Talks with the running bot over its private channel, as the gateway does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from aftercare.database import open_engine, open_sessions, writing
from aftercare.settings import Settings
from aftercare.tables import conversations
from tests.stack import Stack


@dataclass
class Said:
    """The bot's answer to one message."""

    replies: list[dict[str, Any]]
    understood: dict[str, Any]
    language: str | None
    error_id: str | None

    @property
    def responses(self) -> list[str]:
        return [reply["response"] for reply in self.replies]

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for reply in self.replies for button in reply["buttons"]]


@dataclass
class Conversation:
    settings: Settings
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    turns: int = 0
    last: Said | None = None
    _http: requests.Session = field(default_factory=requests.Session)

    def say(self, text: str, payload: str | None = None) -> Said:
        """Send a typed message, or a button's payload."""
        self.turns += 1
        answer = self._http.post(
            f"{self.settings.bot_url}/webhooks/aftercare/turn",
            json={
                "conversation_id": self.id,
                "turn_id": f"{self.id}:{self.turns}",
                "channel": "website",
                "text": text,
                "payload": payload,
                "repeat": False,
            },
            headers={"X-Aftercare-Secret": self.settings.private_secret},
            timeout=30,
        )
        answer.raise_for_status()
        body = answer.json()
        self.last = Said(body["replies"], body["understood"], body["language"], body["error_id"])
        return self.last

    def press(self, title: str) -> Said:
        """Press a button of the last answer by a part of its title."""
        assert self.last is not None
        for button in self.last.buttons:
            if title.lower() in button["title"].lower():
                return self.say(button["title"], button["payload"])
        offered = [button["title"] for button in self.last.buttons]
        raise AssertionError(f"no button '{title}' was offered, only {offered}")


def begin_conversation(stack: Stack, language: str) -> Conversation:
    """A conversation that stands in the database, as the gateway writes it."""
    talk = Conversation(stack.settings)
    now = datetime.now(UTC)
    engine = open_engine(stack.settings)
    with writing(open_sessions(engine)) as session:
        session.add(
            conversations.Conversation(
                id=talk.id,
                channel="website",
                language=language,
                started_at=now,
                last_message_at=now,
            )
        )
    engine.dispose()
    return talk
