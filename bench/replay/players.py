"""The two sides of a conversation: a customer on namespace `/`, an agent on `/chat` (SPEC §5)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.replay.connection import Connection, Refused
from bench.replay.proof import Line
from bench.replay.transcript import Transcript

API = "/api/v1/chat"
HISTORY_PAGE = 20
"""Messages in a page of the history; smaller than most dialogues, so that there are several pages."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server says of a stored message."""

    id: str
    seq: int


class Customer:
    """Somebody who asks. Speaks the words of namespace `/`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._token = token
        self._connection: Connection | None = None
        self.conversation_id = ""
        self.transcript = Transcript()

    async def start(self, queue_id: str) -> None:
        """Start a conversation in a queue and join it. Raises `Refused`."""
        conversation = await self._rest("POST", f"{API}/conversations", json={"queueId": queue_id})
        self.conversation_id = conversation["data"]["_id"]
        self._connection = await Connection.open(self._http, self._url, "/", self._token, self._hear)
        await self._ask("conversation:join", lastSeq=0)

    async def say(self, text: str, client_message_id: str) -> Sent:
        """Send a message; returns when the server says that it is stored. Raises `Refused`."""
        ack = await self._ask(
            "message:send", messageType="text", content=text, clientMessageId=client_message_id
        )
        return Sent(ack["messageId"], ack["seq"])

    async def read(self, message_id: str) -> None:
        """Tell the server that this message has been read. Raises `Refused`."""
        await self._ask("message:read", messageId=message_id)

    async def hang_up(self) -> None:
        """End the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def history(self) -> list[Line]:
        """Read the whole history over REST, page after page. Raises `Refused`."""
        lines: list[Line] = []
        page, pages = 1, 1
        while page <= pages:
            path = f"{API}/messages/{self.conversation_id}?page={page}&limit={HISTORY_PAGE}"
            answer = await self._rest("GET", path)
            lines += map(_root_line, answer["data"])
            page, pages = page + 1, answer["pagination"]["totalPages"]
        return lines

    async def _ask(self, event: str, **data: Any) -> dict[str, Any]:
        assert self._connection is not None
        return await self._connection.ask(event, {"conversationId": self.conversation_id, **data})

    async def _rest(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._http.request(method, self._url + path, headers=headers, **options) as response:
            if response.status != 200:
                raise Refused(f"{method} {path}: {response.status}, {await response.text()}")
            answer: dict[str, Any] = await response.json()
            return answer

    def _hear(self, event: str, data: Any) -> None:
        if event == "message:new":
            self.transcript.add(_root_line(data["message"]))


class Agent:
    """Somebody who answers, several customers at once. Speaks the words of namespace `/chat`."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self.transcripts: defaultdict[str, Transcript] = defaultdict(Transcript)

    async def arrive(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        """Connect. Raises `Refused`."""
        self._connection = await Connection.open(http, url, "/chat", token, self._hear)

    async def pick_next(self, queue_id: str) -> str | None:
        """Take the chat that has waited longest in a queue; return its id. Raises `Refused`."""
        chat = (await self._ask("pick-next", queueId=queue_id))["chat"]
        return chat["chatId"] if chat else None

    async def claim(self, chat_id: str) -> None:
        """Take this chat. Raises `Refused`."""
        await self._ask("claim-chat", chatId=chat_id)

    async def say(self, chat_id: str, text: str, client_message_id: str) -> Sent:
        """Send a message; returns when the server says that it is stored. Raises `Refused`."""
        ack = await self._ask("chat-message", chatId=chat_id, text=text, clientMessageId=client_message_id)
        return Sent(ack["messageId"], ack["seq"])

    async def read(self, chat_id: str, message_id: str) -> None:
        """Tell the server that this message has been read. Raises `Refused`."""
        await self._ask("mark-read", chatId=chat_id, messageId=message_id)

    async def close_chat(self, chat_id: str) -> int:
        """Close a chat; return the `seq` of its last message. Raises `Refused`."""
        last_seq: int = (await self._ask("close-chat", chatId=chat_id))["chat"]["lastSeq"]
        return last_seq

    async def leave_chat(self, chat_id: str) -> None:
        """Put a chat away. Raises `Refused`."""
        await self._ask("leave-chat", chatId=chat_id)

    async def hang_up(self) -> None:
        """End the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _ask(self, event: str, **data: Any) -> dict[str, Any]:
        assert self._connection is not None
        return await self._connection.ask(event, data)

    def _hear(self, event: str, data: Any) -> None:
        for message in data if event == "messages" else [data] if event == "chat-message" else []:
            self.transcripts[message["chatId"]].add(_chat_line(message))


def _root_line(message: dict[str, Any]) -> Line:
    sender = message["senderId"]
    speaker = "system" if sender is None else "customer" if sender["role"] == "User" else "agent"
    return Line(message["seq"], message["_id"], speaker, message["content"])


def _chat_line(message: dict[str, Any]) -> Line:
    speaker = "agent" if message["fromAgent"] else "system" if message["type"] == "system" else "customer"
    return Line(message["seq"], message["id"], speaker, message["text"])
