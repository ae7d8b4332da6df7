"""Times turns at the bot's own channel: what Rasa and the action server take of a turn."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.stack import SECRET

#: A rule answers these; the action server has no part in it.
WITHOUT_ACTION = ("are you a robot?", "what can you do?", "thank you", "hello")
#: Each of these is taken by the action server once: a wish, then two answers of its intake.
WITH_ACTION = ("I want to talk to a person", "the invoice is wrong", "Ann Lee")


class TurnTaker:
    """Sends turns as the gateway does, over one connection that stays open."""

    _path = "/webhooks/aftercare/turn"

    def __init__(self, bot_url: str) -> None:
        address = urlsplit(bot_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        self._conversation = ""
        self.start_conversation()

    def start_conversation(self) -> None:
        self._conversation = uuid.uuid4().hex

    def take(self, text: str) -> float:
        """Milliseconds until the bot has answered. Raises RuntimeError for a turn that failed."""
        body = json.dumps(self._body(text))
        headers = {"Content-Type": "application/json", "X-Aftercare-Secret": SECRET}
        started = time.perf_counter()
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        taken = (time.perf_counter() - started) * 1000
        if response.status != 200 or not self._replied(answer):
            raise RuntimeError(f"the turn {text!r} failed: {response.status} {answer}")
        return taken

    def _body(self, text: str) -> dict[str, Any]:
        return {
            "conversation_id": self._conversation,
            "turn_id": uuid.uuid4().hex,
            "channel": "website",
            "text": text,
            "payload": None,
        }

    def _replied(self, answer: Any) -> bool:
        return bool(answer["replies"]) and not answer["error_id"]

    def close(self) -> None:
        self._connection.close()


class RestTurnTaker(TurnTaker):
    """Sends turns to Rasa's own REST channel, which a Rasa without this project's code has."""

    _path = "/webhooks/rest/webhook"

    def _body(self, text: str) -> dict[str, Any]:
        return {"sender": self._conversation, "message": text}

    def _replied(self, answer: Any) -> bool:
        return bool(answer)


#: Gives a new customer a connection to the bot that is measured.
Connect = Callable[[], TurnTaker]


def timed_turns(connect: Connect, texts: tuple[str, ...], conversations: int) -> list[float]:
    """Milliseconds of each turn of so many conversations, one after the other.

    The first turn of a conversation is not counted where it only begins it.
    """
    taker = connect()
    times = []
    for _ in range(conversations):
        taker.start_conversation()
        taker.take("hello")
        times += [taker.take(text) for text in texts]
    taker.close()
    return times


def long_conversation(connect: Connect, turns: int) -> list[float]:
    """Milliseconds of each turn of one conversation, to see whether it gets slower."""
    taker = connect()
    times = [taker.take(WITHOUT_ACTION[turn % len(WITHOUT_ACTION)]) for turn in range(turns)]
    taker.close()
    return times


def turns_per_second(connect: Connect, clients: int, seconds: float) -> float:
    """Turns without an action that so many customers get answered who write all the time."""
    done = [0] * clients
    failed: list[Exception] = []
    until = time.monotonic() + seconds

    def write(client: int) -> None:
        taker = connect()
        try:
            while time.monotonic() < until:
                taker.take(WITHOUT_ACTION[done[client] % len(WITHOUT_ACTION)])
                done[client] += 1
                if done[client] % 10 == 0:
                    taker.start_conversation()
        except Exception as error:
            failed.append(error)
        finally:
            taker.close()

    threads = [threading.Thread(target=write, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(done) / seconds
