"""Customers who ask an assistant, and when each of its words came to them."""

from __future__ import annotations

import asyncio
import re
import time
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Any

import aiohttp

from bench.replay.connection import Connection

MOMENT = re.compile(r"\d{10}\.\d{4}")
"""A word of the local model's script `clock`: when it was sent."""


class Listener:
    """A customer on namespace `/chat`, in whose chat an assistant answers."""

    def __init__(self) -> None:
        self.text = ""
        self.came: list[tuple[int, float]] = []
        """How long the text was after each chunk, and when that came (`time.time()`)."""
        self.asked_at = 0.0
        self.end: dict[str, Any] | None = None
        self.stored: dict[str, str] = {}
        self.has_heard = asyncio.Event()
        """Something came: a first word, or the end without one."""
        self.has_ended = asyncio.Event()
        self._connection: Connection | None = None
        self._chat_id = ""

    async def arrive(self, http: aiohttp.ClientSession, url: str, token: str, queue_id: str) -> None:
        """Begin a chat. Raises `Refused`."""
        self._connection = await Connection.open(http, url, "/chat", token, self._hear)
        chat = (await self._connection.ask("join-chat", {"queueId": queue_id}))["chat"]
        assert chat["handler"] == "assistant", chat
        self._chat_id = chat["chatId"]

    async def ask(self, question: str) -> None:
        """Ask. Raises `Refused`."""
        assert self._connection is not None
        self.asked_at = time.time()
        await self._connection.ask("chat-message", {"chatId": self._chat_id, "text": question})

    async def hang_up(self) -> None:
        """End the connection."""
        if self._connection is not None:
            await self._connection.close()

    def delays(self, since: float, until: float) -> Iterator[float]:
        """How many seconds after they were sent those words came that were sent in this time."""
        lengths = [length for length, _ in self.came]
        for word in MOMENT.finditer(self.text):
            sent = float(word[0])
            if since <= sent < until:
                yield self.came[bisect_left(lengths, word.end())][1] - sent

    def first_delay(self) -> Iterator[float]:
        """How many seconds after it was sent the first word came, if that is known."""
        return islice(self.delays(0, float("inf")), 1)

    def chunks(self, since: float, until: float) -> int:
        """How many chunks came in this time."""
        return sum(since <= came < until for _, came in self.came)

    def problem(self) -> str:
        """What is wrong with the answer; nothing if it is whole, and stored as it was heard."""
        if self.end is None:
            return f"not ended after {len(self.text):,} characters"
        if self.end["reason"] != "complete":
            return f"ended: {self.end['reason']}"
        if self.stored.get(self.end["messageId"]) != self.text.strip():
            return "what is stored is not what was heard"
        return ""

    def _hear(self, event: str, data: Any) -> None:
        if event == "chat-stream" and data["event"] == "chunk":
            self.text = self.text[: data["offset"]] + data["text"]
            self.came.append((len(self.text), time.time()))
            self.has_heard.set()
        elif event == "chat-stream" and data["event"] == "end":
            self.end = data
            self.has_heard.set()
        elif event == "chat-message":
            self.stored[data["id"]] = data["text"]
        if self.end is not None and (self.end["messageId"] is None or self.end["messageId"] in self.stored):
            self.has_ended.set()
