"""A customer's program on the website API, for tests and measurements."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import requests

#: What the desk says meanwhile begins so in English; it is no answer.
DELAY_NOTICES = ("This is taking longer", "The assistant is taking longer")


class ChatClient:
    def __init__(self, address: str, language: str = "en") -> None:
        self.address = address
        self.http = requests.Session()
        answer = self.http.post(
            f"{address}/chat/v1/sessions", json={"language": language}, timeout=10
        )
        answer.raise_for_status()
        session = answer.json()
        self.conversation_id: str = session["conversation_id"]
        self.http.headers["Authorization"] = f"Bearer {session['token']}"
        self.seq = 0

    def post(self, body: dict[str, Any]) -> requests.Response:
        return self.http.post(f"{self.address}/chat/v1/messages", json=body, timeout=15)

    def say(self, text: str) -> int:
        """Send a text; the number that it was stored under."""
        answer = self.post({"id": str(uuid.uuid4()), "text": text})
        assert answer.status_code == 202, answer.text
        self.seq = answer.json()["seq"]
        return self.seq

    def press(self, title: str) -> int:
        for message in reversed(self.messages()):
            for button in message["buttons"]:
                if title.lower() in button["title"].lower():
                    answer = self.post({"id": str(uuid.uuid4()), "button": button["id"]})
                    assert answer.status_code == 202, answer.text
                    self.seq = answer.json()["seq"]
                    return self.seq
        raise AssertionError(f"no button '{title}' was offered")

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        answer = self.http.get(
            f"{self.address}/chat/v1/messages", params={"after": after}, timeout=10
        )
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def hears(
        self, wanted: str | Callable[[str], bool], seconds: float = 20, pause: float = 0.05
    ) -> str:
        """Wait for a bot message after the last own one that holds the text; all of them joined."""
        fits = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + seconds
        text = ""
        while time.monotonic() < deadline:
            text = "\n".join(m["text"] for m in self.messages(self.seq) if m["from"] == "bot")
            if text and fits(text):
                return text
            time.sleep(pause)
        raise AssertionError(f"not heard within {seconds} s: {wanted!r}; heard: {text!r}")
