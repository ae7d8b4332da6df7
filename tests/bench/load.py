"""Customers who write at their own times, whether or not the desk keeps up (open loop).

Each message counts from the moment at which it was to be sent: a desk that is busy cannot hide the
queue before it by keeping the next customer from writing.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.bench.open_chat import OpenChat, Said
from tests.chat_client import ChatClient


async def open_chats(stack: AsyncExitStack, address: str, count: int) -> list[OpenChat]:
    """So many chats, greeted; they are closed with the stack."""
    chats = []
    for _ in range(count):
        chat = OpenChat(await asyncio.to_thread(ChatClient, address))
        await chat.open()
        stack.push_async_callback(chat.close)
        chats.append(chat)
    return chats


async def steady_load(
    chats: Sequence[OpenChat],
    texts: Sequence[str],
    per_second: float,
    seconds: float,
    seed: int = 1,
) -> list[Said]:
    """Messages at random moments, so many a second on average, from one chat after the other.

    Returns when all are answered, refused or given up.
    """
    chance = random.Random(seed)
    asked = []
    meant = time.perf_counter()
    end = meant + seconds
    async with asyncio.TaskGroup() as group:
        while (meant := meant + chance.expovariate(per_second)) < end:
            await asyncio.sleep(meant - time.perf_counter())
            chat = chats[len(asked) % len(chats)]
            asked.append(group.create_task(chat.ask(chance.choice(texts), meant)))
    return [task.result() for task in asked]


async def one_after_the_other(chats: Sequence[OpenChat], text: str, turns: int) -> list[list[Said]]:
    """The turns of each chat, one at a time on the whole desk."""
    asked: list[list[Said]] = [[] for _ in chats]
    for _ in range(turns):
        for chat, own in zip(chats, asked, strict=True):
            own.append(await chat.ask(text))
    return asked
