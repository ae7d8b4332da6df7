"""Times whole turns as a customer's browser has them: from sending until the answer's event."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection
from queue import Queue
from urllib.parse import urlsplit

from tests.chat_client import ChatClient


class Listener:
    """Reads the live events of a conversation and keeps the time at which each bot message came."""

    def __init__(self, chat: ChatClient) -> None:
        self._heard: Queue[tuple[int, float]] = Queue()
        address = urlsplit(chat.address)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
        headers = {"Authorization": str(chat.http.headers["Authorization"])}
        self._connection.request("GET", "/chat/v1/events", headers=headers)
        self._socket = self._connection.sock
        threading.Thread(target=self._listen, daemon=True).start()

    def wait(self, after: int) -> float:
        """The time at which the first bot message after number `after` came."""
        while True:
            seq, at = self._heard.get(timeout=20)
            if seq > after:
                return at

    def close(self) -> None:
        """End the stream at once, also while it is being read."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        event = ""
        with suppress(OSError):  # closed
            for line in self._connection.getresponse():
                if line.startswith(b"event:"):
                    event = line[6:].strip().decode()
                elif line.startswith(b"data:") and event == "message":
                    message = json.loads(line[5:])
                    if message["from"] == "bot":
                        self._heard.put((message["seq"], time.perf_counter()))


def timed_turn(chat: ChatClient, listener: Listener, text: str) -> float:
    """Milliseconds from sending a text until the first words of the answer are there."""
    started = time.perf_counter()
    seq = chat.say(text)
    return (listener.wait(seq) - started) * 1000


def turns_without_action(address: str, conversations: int, each: int) -> list[float]:
    """Milliseconds of turns that a rule answers; a fresh conversation after every `each` turns."""
    times = []
    for _ in range(conversations):
        chat = ChatClient(address)
        listener = Listener(chat)
        chat.hears("Marulho")
        times += [timed_turn(chat, listener, "are you a robot?") for _ in range(each)]
        listener.close()
    return times


def turns_with_ticket(address: str, conversations: int) -> list[float]:
    """Milliseconds of the turns that write a ticket: the last answer of an intake."""
    times = []
    for number in range(conversations):
        chat = ChatClient(address)
        listener = Listener(chat)
        chat.hears("Marulho")
        for text in ("I want to talk to a person", "the invoice is wrong", "Ann Lee"):
            timed_turn(chat, listener, text)
            time.sleep(0.02)
        times.append(timed_turn(chat, listener, f"ann.lee{number}@example.com"))
        listener.close()
    return times
