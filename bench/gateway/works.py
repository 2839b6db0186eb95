"""What clients do at a server: each its next thing when its last is done, so that none waits for a clock."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from bench.gateway.client import Client
from bench.gateway.crowd import Chat
from bench.gateway.stage import Target

CONNECTING_AT_ONCE = 40
TEXT = "Hello, I have a question about the order that I placed last week: when will it be sent?"
ANSWERS_SECONDS = 10.0
"""How long the last answers may take."""
SETTLING_SECONDS = 2.0


@dataclass(slots=True)
class Tally:
    """What has been done; `done` counts what a work counts, `latencies` are seconds."""

    done: int = 0
    latencies: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    goes_on: bool = True
    idle: int = 0

    def begin(self) -> None:
        """Count from here on."""
        self.done = 0
        self.latencies.clear()

    def check(self, ack: bytes) -> None:
        """Note an ack that does not say that all is well."""
        if b'"ok":true' not in ack:
            self.problems.append(ack.decode(errors="replace")[:200])


class Doing(Protocol):
    """Something that goes on until the tally stops it."""

    def go(self) -> None:
        """Begin the next one."""


class Echo:
    """Sends an event that changes nothing, and waits for its ack, which says the same."""

    def __init__(self, tally: Tally, client: Client, chat: Chat) -> None:
        self._tally = tally
        self._client = client
        self._packet = packet("typing:stop", conversationId=chat.id)
        client.on_ack = self._acked

    def go(self) -> None:
        """Ask."""
        self._asked_at = time.perf_counter()
        self._client.send(self._packet)

    def _acked(self, ack: bytes) -> None:
        tally = self._tally
        tally.latencies.append(time.perf_counter() - self._asked_at)
        tally.check(ack)
        tally.done += 1
        if tally.goes_on:
            self.go()
        else:
            tally.idle += 1


class Typing:
    """In one room somebody begins and ends typing by turns, when all the others know of the last turn."""

    def __init__(self, tally: Tally, sender: Client, others: Sequence[Client], chat: Chat) -> None:
        self._tally = tally
        self._sender = sender
        self._count = len(others)
        self._packets = [packet(f"typing:{what}", conversationId=chat.id) for what in ("start", "stop")]
        sender.on_ack = self._acked
        for other in others:
            other.on_event = self._heard

    def go(self) -> None:
        """Take a turn."""
        self._missing = self._count + 1
        self._packets.reverse()
        self._asked_at = time.perf_counter()
        self._sender.send(self._packets[1])

    def _acked(self, ack: bytes) -> None:
        self._tally.check(ack)
        self._one_less()

    def _heard(self, event: bytes) -> None:
        if event.startswith(b'42["typing:user-'):
            self._tally.done += 1
            self._tally.latencies.append(time.perf_counter() - self._asked_at)
            self._one_less()

    def _one_less(self) -> None:
        self._missing -= 1
        if not self._missing:
            if self._tally.goes_on:
                self.go()
            else:
                self._tally.idle += 1


class Sending:
    """A customer sends a message when the last one is stored, and both sides of the chat have it."""

    def __init__(self, tally: Tally, customer: Client, agent: Client, chat: Chat) -> None:
        self._tally = tally
        self._client = customer
        self._chat_id = chat.id
        customer.on_ack = self._acked
        customer.on_event = agent.on_event = self._heard

    def go(self) -> None:
        """Send one."""
        self._missing = 3
        message = packet(
            "message:send",
            conversationId=self._chat_id,
            messageType="text",
            content=TEXT,
            clientMessageId=uuid.uuid4().hex,
        )
        self._asked_at = time.perf_counter()
        self._client.send(message)

    def _acked(self, ack: bytes) -> None:
        self._tally.latencies.append(time.perf_counter() - self._asked_at)
        self._tally.check(ack)
        self._one_less()

    def _heard(self, event: bytes) -> None:
        if event.startswith(b'42["message:new"'):
            self._one_less()

    def _one_less(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._tally.done += 1
            if self._tally.goes_on:
                self.go()
            else:
                self._tally.idle += 1


def packet(event: str, **data: str) -> bytes:
    """An event of namespace `/` that asks for an ack."""
    return b"420" + orjson.dumps([event, data])


Prepare = Callable[[Tally, Target, Iterator[Chat]], Awaitable[tuple[list[Doing], list[Client]]]]


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: how many chats it needs in a round, and who does what.

    `key` is W1 to W5. Its `goals` are ratios against Node socket.io and python-socketio.
    """

    key: str
    about: str
    unit: str
    chats: int
    goals: tuple[float, float]
    prepare: Prepare
    databases: tuple[str, ...] = ("sqlite",)
    is_paired: bool = False
    is_memory: bool = False


async def _connect_all(wanted: Sequence[tuple[int, str, str]]) -> list[Client]:
    """Connect clients, given by port, token and conversation."""
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def connect(port: int, token: str, conversation_id: str) -> Client:
        async with gate:
            client = await Client.connect(port, token)
            await client.join(conversation_id)
            return client

    return list(await asyncio.gather(*(connect(*one) for one in wanted)))


def echo(connections: int) -> Work:
    """W1."""

    async def prepare(
        tally: Tally, target: Target, chats: Iterator[Chat]
    ) -> tuple[list[Doing], list[Client]]:
        of = [next(chats) for _ in range(connections)]
        clients = await _connect_all([(target.ports[0], chat.customer_token, chat.id) for chat in of])
        return [Echo(tally, client, chat) for client, chat in zip(clients, of, strict=True)], clients

    return Work("W1", f"echo with ack, {connections} connections", "acks", connections, (0.8, 4), prepare)


def fan_out(size: int, rooms: int, goals: tuple[float, float], *, is_paired: bool = False) -> Work:
    """W2, and W5: the sender is at the first process, the others at both by turns."""

    async def prepare(
        tally: Tally, target: Target, chats: Iterator[Chat]
    ) -> tuple[list[Doing], list[Client]]:
        of = [next(chats) for _ in range(rooms)]
        ports = target.ports
        wanted = [(ports[0], chat.customer_token, chat.id) for chat in of]
        for chat in of:
            wanted += [(ports[(n + 1) % len(ports)], chat.agent_token, chat.id) for n in range(size - 1)]
        clients = await _connect_all(wanted)
        doing: list[Doing] = [
            Typing(tally, clients[n], clients[rooms + n * (size - 1) : rooms + (n + 1) * (size - 1)], chat)
            for n, chat in enumerate(of)
        ]
        return doing, clients

    about = f"{rooms} room{'s' if rooms > 1 else ''} of {size}" + (", two processes" if is_paired else "")
    key = "W5" if is_paired else "W2"
    return Work(key, about, "deliveries", rooms, goals, prepare, is_paired=is_paired)


def memory(connections: int) -> Work:
    """W3."""

    async def prepare(
        tally: Tally, target: Target, chats: Iterator[Chat]
    ) -> tuple[list[Doing], list[Client]]:
        of = [next(chats) for _ in range(connections // 2)]
        wanted = [(target.ports[0], chat.customer_token, chat.id) for chat in of]
        wanted += [(target.ports[0], chat.agent_token, chat.id) for chat in of]
        return [], await _connect_all(wanted)

    about = f"{connections:,} idle connections"
    return Work("W3", about, "KB", connections // 2, (1.0, 0.6), prepare, is_memory=True)


def durable(senders: int, database: str, goals: tuple[float, float]) -> Work:
    """W4."""

    async def prepare(
        tally: Tally, target: Target, chats: Iterator[Chat]
    ) -> tuple[list[Doing], list[Client]]:
        of = [next(chats) for _ in range(senders)]
        wanted = [(target.ports[0], chat.customer_token, chat.id) for chat in of]
        wanted += [(target.ports[0], chat.agent_token, chat.id) for chat in of]
        clients = await _connect_all(wanted)
        doing: list[Doing] = [
            Sending(tally, clients[n], clients[senders + n], chat) for n, chat in enumerate(of)
        ]
        return doing, clients

    about = f"stored messages, {senders} senders, {'PostgreSQL' if database == 'postgresql' else 'SQLite'}"
    return Work("W4", about, "messages", senders, goals, prepare, databases=(database,))


FULL = [
    memory(2_000),
    echo(200),
    fan_out(2, 100, (0.9, 6)),
    fan_out(10, 20, (1.1, 6)),
    fan_out(500, 1, (1.3, 6)),
    durable(100, "sqlite", (1.2, 3)),
    durable(500, "sqlite", (1.2, 3)),
    durable(100, "postgresql", (2, 3)),
    durable(500, "postgresql", (2, 3)),
    fan_out(2, 100, (1.6, 5), is_paired=True),
    fan_out(10, 20, (1.6, 5), is_paired=True),
]
QUICK = [
    memory(100),
    echo(20),
    fan_out(10, 4, (1.1, 6)),
    durable(20, "sqlite", (1.2, 3)),
    durable(20, "postgresql", (2, 3)),
    fan_out(2, 10, (1.6, 5), is_paired=True),
]
