"""Customers who write in bursts, send again what was not acknowledged, and open a ticket each."""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.chaos.ear import Ear
from tests.chat_client import DELAY_NOTICES

#: Answered by rules and by actions, none of them opens a form.
_PLAIN = (
    "are you a robot?",
    "what can you do?",
    "how do I descale the coffee machine?",
    "thank you",
    "hello",
    "how often do I change the filter of the air purifier?",
)
_WISH = "I want to talk to a person"
_QUESTIONS = {
    "What is it about": "the invoice is wrong",
    "What is your name": "Ann Lee",
    "e-mail address or phone": "ann.lee{}@example.com",
    "Shall I send it": "yes",
    "Is everything right": "yes",
}
_DONE = re.compile(r"ticket number is\W*([A-Z0-9]{3}-[A-Z0-9]{4})")
_ASK_AGAIN = re.compile(r"E-[0-9a-f]{8}")
#: Far longer than any outage here.
_PATIENCE_SECONDS = 600.0
_BURST = 4
#: A ticket takes four; the rest is said again after words of trouble.
_ANSWERS = 50


@dataclass
class Talked:
    """One conversation as its customer remembers it."""

    conversation_id: str = ""
    #: (id that the client gave, number that the gateway gave), in the order of sending.
    sent: list[tuple[str, int]] = field(default_factory=list)
    #: Numbers of all messages that were shown, in the order in which they came.
    seen: list[int] = field(default_factory=list)
    ticket: str = ""
    #: Calls that failed or were refused and were made again.
    tries: int = 0
    trouble: str = ""


class Customer:
    """Drives one conversation to its end, whatever fails meanwhile."""

    def __init__(
        self,
        addresses: list[str],
        number: int,
        seed: int,
        pace: Callable[[], None],
        over: threading.Event,
    ) -> None:
        """`pace` returns when the next message may be sent; `over` ends the talk where it is."""
        self._addresses = addresses
        self._random = random.Random(seed * 100_003 + number)
        self._number = number
        self._pace = pace
        self._over = over
        self._http = requests.Session()
        self._http.trust_env = False
        self.talked = Talked()

    def talk(self, messages: int) -> Talked:
        """Send about so many messages; `trouble` says what could not be got over."""
        try:
            self._begin()
            self._open_ticket()
            while len(self.talked.sent) < messages:
                left = messages - len(self.talked.sent)
                for _ in range(min(left, self._random.randint(1, _BURST))):
                    self._say(self._random.choice(_PLAIN))
                self._hear(lambda heard: len(heard) > len(self.talked.sent))
        except TimeoutError as error:
            self.talked.trouble = str(error)
        finally:
            self._http.close()
            if hasattr(self, "_ear"):
                self._ear.close()
        return self.talked

    def _begin(self) -> None:
        made = self._insist("/chat/v1/sessions", {"language": "en"}, 201)
        self.talked.conversation_id = made["conversation_id"]
        self._http.headers["Authorization"] = f"Bearer {made['token']}"
        # One in four cannot have live events, as behind some proxies, and asks now and then.
        live = self._number % 4 != 3
        self._ear = Ear(self._addresses, self._http, self._random, live=live)
        self._hear(lambda heard: len(heard) >= 1)

    def _open_ticket(self) -> None:
        """Answer what is asked; after words of trouble say the same again."""
        text = _WISH
        for _ in range(_ANSWERS):
            seq = self._say(text)
            heard = "\n".join(self._hear(_is_understood, seq))
            if done := _DONE.search(heard):
                self.talked.ticket = done.group(1)
                return
            if _ASK_AGAIN.search(heard):
                time.sleep(self._random.uniform(0.5, 2))
            else:
                text = _answer_to(heard).format(self._number)
        raise TimeoutError(f"no ticket after {_ANSWERS} answers; heard last: {heard[:200]!r}")

    def _say(self, text: str) -> int:
        self._pace()
        client_id = str(uuid.uuid4())
        seq: int = self._insist("/chat/v1/messages", {"id": client_id, "text": text}, 202)["seq"]
        self.talked.sent.append((client_id, seq))
        return seq

    def _insist(self, path: str, body: dict[str, Any], wanted: int) -> dict[str, Any]:
        """The same call again, at any gateway, until it is acknowledged."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        said = ""
        while self._goes_on(deadline):
            try:
                address = self._random.choice(self._addresses)
                answer = self._http.post(f"{address}{path}", json=body, timeout=15)
                if answer.status_code == wanted:
                    found: dict[str, Any] = answer.json()
                    return found
                said = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code < 500:
                    raise TimeoutError(f"{path} was refused: {said}")
            except requests.RequestException as error:
                said = type(error).__name__
            self.talked.tries += 1
            time.sleep(self._random.uniform(0.05, 0.4))
        raise TimeoutError(f"{path} was not acknowledged for {_PATIENCE_SECONDS:.0f} s: {said}")

    def _hear(self, enough: Callable[[list[str]], bool], after: int = 0) -> list[str]:
        """What the bot said after a number, as soon as it is enough; no notices of delay."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._goes_on(deadline):
            heard = [
                text
                for seq, sender, text in self._ear.heard
                if seq > after and sender == "bot" and not text.startswith(DELAY_NOTICES)
            ]
            if enough(heard):
                self.talked.seen = [seq for seq, _, _ in self._ear.heard]
                return heard
            self._ear.listen()
        raise TimeoutError(f"no answer within {_PATIENCE_SECONDS:.0f} s after number {after}")

    def _goes_on(self, deadline: float) -> bool:
        return time.monotonic() < deadline and not self._over.is_set()


def _answer_to(heard: str) -> str:
    """What to say to the question in it; empty where it holds none that is known."""
    return next((answer for asked, answer in _QUESTIONS.items() if asked in heard), "")


def _is_understood(heard: list[str]) -> bool:
    """Whether the part of an answer that says how it goes on is there; live events come singly."""
    words = "\n".join(heard)
    return bool(_DONE.search(words) or _ASK_AGAIN.search(words) or _answer_to(words))
