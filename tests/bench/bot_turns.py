"""Times turns at the bot's private channel: what Rasa and the action server take of a turn."""

from __future__ import annotations

import json
import threading
import time
import uuid
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.stack import SECRET

#: A rule answers these; the action server has no part in it.
WITHOUT_ACTION = ("are you a robot?", "what can you do?", "thank you", "hello")
#: Each of these is taken by the action server once: a wish, then two answers of its intake.
WITH_ACTION = ("I want to talk to a person", "the invoice is wrong", "Ann Lee")


class TurnTaker:
    """Sends turns as the gateway does, over one connection that stays open."""

    def __init__(self, bot_url: str) -> None:
        address = urlsplit(bot_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        self._conversation = ""
        self.start_conversation()

    def start_conversation(self) -> None:
        self._conversation = uuid.uuid4().hex

    def take(self, text: str) -> float:
        """Milliseconds until the bot has answered. Raises RuntimeError for a turn that failed."""
        body = {
            "conversation_id": self._conversation,
            "turn_id": uuid.uuid4().hex,
            "channel": "website",
            "text": text,
            "payload": None,
            "repeat": False,
        }
        headers = {"Content-Type": "application/json", "X-Aftercare-Secret": SECRET}
        started = time.perf_counter()
        self._connection.request("POST", "/webhooks/aftercare/turn", json.dumps(body), headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        taken = (time.perf_counter() - started) * 1000
        if response.status != 200 or not answer["replies"] or answer["error_id"]:
            raise RuntimeError(f"the turn {text!r} failed: {response.status} {answer}")
        return taken

    def close(self) -> None:
        self._connection.close()


def timed_turns(bot_url: str, texts: tuple[str, ...], conversations: int) -> list[float]:
    """Milliseconds of each turn of so many conversations, one after the other.

    The first turn of a conversation is not counted where it only begins it.
    """
    taker = TurnTaker(bot_url)
    times = []
    for _ in range(conversations):
        taker.start_conversation()
        taker.take("hello")
        times += [taker.take(text) for text in texts]
    taker.close()
    return times


def long_conversation(bot_url: str, turns: int) -> list[float]:
    """Milliseconds of each turn of one conversation, to see whether it gets slower."""
    taker = TurnTaker(bot_url)
    times = [taker.take(WITHOUT_ACTION[turn % len(WITHOUT_ACTION)]) for turn in range(turns)]
    taker.close()
    return times


def turns_per_second(bot_url: str, clients: int, seconds: float) -> float:
    """Turns without an action that so many customers get answered who write all the time."""
    done = [0] * clients
    failed: list[Exception] = []
    until = time.monotonic() + seconds

    def write(client: int) -> None:
        taker = TurnTaker(bot_url)
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
