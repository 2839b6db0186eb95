"""Clients of a running helpdesk: python-socketio for its sockets, aiohttp for its REST interface."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import socketio
from yarl import URL

TIMEOUT_SECONDS = 15.0
Person = dict[str, str]


class Refused(Exception):
    """The server did not let a client into its namespace; holds what the CONNECT_ERROR says."""

    def __init__(self, answer: Any) -> None:
        super().__init__(answer)
        self.answer = answer


class SocketClient:
    """One namespace, with a memory of every event that has come."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.heard: list[tuple[str, Any]] = []
        self.disconnects = 0
        self._news = asyncio.Event()
        self._refusal: Any = None
        self.io = socketio.AsyncClient(reconnection=False)
        self.io.on("*", self._hear, namespace=namespace)
        self.io.on("connect_error", self._refused, namespace=namespace)
        self.io.on("disconnect", self._disconnected, namespace=namespace)

    async def connect(
        self, url: str, auth: Any, transports: list[str] | None = None, origin: str | None = None
    ) -> SocketClient:
        """Join the namespace, as a page of `origin` or as a program; raises Refused."""
        try:
            await self.io.connect(
                url,
                namespaces=[self.namespace],
                auth=auth,
                headers={"Origin": origin} if origin else {},
                transports=transports,
                wait_timeout=TIMEOUT_SECONDS,
            )
        except socketio.exceptions.ConnectionError as error:
            raise Refused(self._refusal) from error
        return self

    async def _hear(self, event: str, *values: Any) -> None:
        assert len(values) == 1, f"{event} carries {len(values)} values"
        self.heard.append((event, values[0]))
        self._news.set()

    async def _refused(self, answer: Any) -> None:
        self._refusal = answer

    async def _disconnected(self, reason: str) -> None:
        self.disconnects += 1

    async def emit(self, event: str, *data: Any) -> None:
        """Send an event without asking for an ack."""
        await self.io.emit(event, data, namespace=self.namespace)

    async def ask(self, event: str, *data: Any) -> Any:
        """Send an event and return its ack's one value."""
        answered: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()
        await self.io.emit(
            event, data, namespace=self.namespace, callback=lambda *values: answered.set_result(values)
        )
        async with asyncio.timeout(TIMEOUT_SECONDS):
            values = await answered
        assert len(values) == 1, f"the ack of {event} carries {len(values)} values"
        return values[0]

    async def done(self, event: str, *data: Any) -> dict[str, Any]:
        """As `ask`, for what must succeed."""
        answer = await self.ask(event, *data)
        assert answer.pop("ok") is True, (event, answer)
        return dict(answer)

    async def denied(self, event: str, *data: Any) -> dict[str, str]:
        """As `ask`, for what must be refused: its `{code, message}`."""
        answer = await self.ask(event, *data)
        assert set(answer) == {"ok", "error"}, (event, answer)
        assert answer["ok"] is False
        assert set(answer["error"]) == {"code", "message"}
        return dict(answer["error"])

    async def next(self, event: str, fits: Callable[[Any], bool] = lambda data: True) -> Any:
        """Wait for the next event of this name that fits and that nobody has taken."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                for index, (name, data) in enumerate(self.heard):
                    if name == event and fits(data):
                        del self.heard[index]
                        return data
                self._news.clear()
                await self._news.wait()

    async def until(self, condition: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until what has been heard makes the condition hold."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def rest(self, event: str, fits: Callable[[Any], bool] = lambda data: True) -> list[Any]:
        """The events of this name that nobody has taken, after all that was sent before has come."""
        assert (await self.denied("no-such-event"))["code"] == "unknown_event"  # answered in order
        return [data for name, data in self.heard if name == event and fits(data)]


class Clients:
    """Everyone who talks to the helpdesk in one test."""

    def __init__(self, url: str, stack: AsyncExitStack, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._stack = stack
        self._http = http

    async def socket(
        self, namespace: str, person: Person, url: str | None = None, **auth: Any
    ) -> SocketClient:
        """Let a person into a namespace; raises Refused."""
        return await self.socket_saying(namespace, {"token": person["access"], **auth}, url)

    async def socket_saying(
        self,
        namespace: str,
        auth: Any,
        url: str | None = None,
        transports: list[str] | None = None,
        origin: str | None = None,
    ) -> SocketClient:
        """Join a namespace with any handshake; raises Refused."""
        client = SocketClient(namespace)
        self._stack.push_async_callback(client.io.disconnect)
        return await client.connect(url or self.url, auth, transports or ["websocket"], origin)

    async def root(self, person: Person, **auth: Any) -> SocketClient:
        return await self.socket("/", person, **auth)

    async def chat(self, person: Person, **auth: Any) -> SocketClient:
        return await self.socket("/chat", person, **auth)

    async def rest(
        self, method: str, path: str, person: Person | None = None, **options: Any
    ) -> tuple[int, Any]:
        """Call `/api/v1/chat/PATH`, or an absolute path, `encoded` as it is; the status and the JSON body."""
        headers = {"Authorization": f"Bearer {person['access']}"} if person else {}
        headers |= options.pop("headers", {})
        address = path if path.startswith("/") else f"/api/v1/chat/{path}"
        url = URL(self.url + address, encoded=options.pop("encoded", False))
        async with self._http.request(method, url, headers=headers, **options) as response:
            assert response.content_type == "application/json", (response.status, await response.text())
            return response.status, await response.json()

    async def start_conversation(self, customer: Person, queue_id: str | None = None) -> str:
        """The id of a customer's conversation, new or not."""
        status, body = await self.rest("POST", "conversations", customer, json={"queueId": queue_id})
        assert status == 200, body
        return str(body["data"]["_id"])

    async def start_taken_conversation(self, customer: Person, agent: Person) -> str:
        """The id of a customer's conversation that this agent has."""
        conversation_id = await self.start_conversation(customer)
        taker = await self.chat(agent)
        await taker.done("claim-chat", {"chatId": conversation_id})
        await taker.io.disconnect()
        return conversation_id


@asynccontextmanager
async def clients_of(url: str) -> AsyncIterator[Clients]:
    """Clients that are gone with the test."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http, AsyncExitStack() as stack:
        yield Clients(url, stack, http)


def nowhere() -> str:
    """An id that nothing has."""
    return str(uuid4())
