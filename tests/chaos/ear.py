"""Hears a conversation as a browser does: live events resumed after each break, or by asking."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator

import requests

_SILENCE_SECONDS = 20
_ASK_SECONDS = 0.3


class Ear:
    """`heard` holds (number, sender, text) in the order in which they came."""

    def __init__(
        self, addresses: list[str], http: requests.Session, steps: random.Random, *, live: bool
    ) -> None:
        self._addresses = addresses
        self._http = http
        self._random = steps
        self._live = live
        self._stream: requests.Response | None = None
        self._lines: Iterator[bytes] = iter(())
        self.heard: list[tuple[int, str, str]] = []

    def listen(self) -> None:
        """Wait for something new, for some seconds at most; a break is no error."""
        try:
            if self._live:
                self._follow()
            else:
                self._ask()
        except (requests.RequestException, OSError, ValueError):
            self.close()
            time.sleep(self._random.uniform(0.05, 0.4))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _last(self) -> int:
        return self.heard[-1][0] if self.heard else 0

    def _ask(self) -> None:
        answer = self._http.get(
            f"{self._random.choice(self._addresses)}/chat/v1/messages",
            params={"after": self._last()},
            timeout=10,
        )
        answer.raise_for_status()
        found = answer.json()["messages"]
        self._keep(*found)
        if not found:
            time.sleep(_ASK_SECONDS)

    def _follow(self) -> None:
        if self._stream is None:
            self._stream = self._http.get(
                f"{self._random.choice(self._addresses)}/chat/v1/events",
                headers={"Last-Event-ID": str(self._last())},
                stream=True,
                timeout=(5, _SILENCE_SECONDS),
            )
            self._stream.raise_for_status()
            self._lines = self._stream.iter_lines(chunk_size=1)
        event = ""
        for line in self._lines:
            if line.startswith(b"event:"):
                event = line[6:].strip().decode()
            elif line.startswith(b"data:") and event == "message":
                self._keep(json.loads(line[5:]))
                return
            elif line.startswith(b":"):
                return  # a sign of life
        raise ValueError("the stream ended")

    def _keep(self, *messages: dict[str, object]) -> None:
        self.heard += [(int(str(m["seq"])), str(m["from"]), str(m["text"])) for m in messages]
