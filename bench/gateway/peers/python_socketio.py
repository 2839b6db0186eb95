"""A helpdesk's chats on python-socketio: who you are, who may join, typing, and stored messages."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import psycopg_pool
import redis.asyncio
import socketio  # type: ignore[import-untyped]
import uvicorn

OPTIONS = json.loads(Path(sys.argv[1]).read_text())
DATABASE = OPTIONS["database"]
TYPING_SECONDS = 6
MAX_CHARACTERS = 4000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SELECT = "SELECT 1 FROM peer_conversation WHERE id = {0} AND (customer_id = {1} OR agent_id = {1})"
NUMBER = (
    "UPDATE peer_conversation SET last_seq = last_seq + 1, updated_at = {2}"
    " WHERE id = {0} AND (customer_id = {1} OR agent_id = {1}) RETURNING last_seq"
)
COLUMNS = "(id, conversation_id, sender_id, text, client_message_id, created_at, seq)"
Said = dict[str, Any]


class PostgreSQL:
    """A pool of connections, one statement for each message."""

    def __init__(self) -> None:
        self._pool = psycopg_pool.AsyncConnectionPool(
            f"host={DATABASE['host']} user=postgres dbname={DATABASE['name']}",
            max_size=10,
            open=False,
            kwargs={"autocommit": True},
        )
        names = [f"%({name})s" for name in ("chat", "user", "at")]
        self._select = SELECT.format(*names)
        self._insert = (
            f"WITH numbered AS ({NUMBER.format(*names)}) INSERT INTO peer_message {COLUMNS}"
            " SELECT %(message_id)s::uuid, %(chat)s, %(user)s, %(text)s, %(key)s, %(at)s, last_seq"
            " FROM numbered RETURNING seq"
        )

    async def _one(self, statement: str, values: Said) -> Any:
        await self._pool.open()
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement, values)).fetchone()

    async def may_read(self, chat: str, user: str) -> bool:
        return await self._one(self._select, {"chat": chat, "user": user}) is not None

    async def store(self, **values: Any) -> int | None:
        row = await self._one(self._insert, values)
        return row[0] if row else None


class SQLite:
    """One connection in the event loop's thread, one transaction for each message."""

    def __init__(self) -> None:
        self._file = sqlite3.connect(DATABASE["path"], isolation_level=None, timeout=5)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")

    async def may_read(self, chat: str, user: str) -> bool:
        return self._file.execute(SELECT.format("?1", "?2"), (chat, user)).fetchone() is not None

    async def store(
        self, *, chat: str, user: str, at: str, message_id: str, text: str, key: str
    ) -> int | None:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            row = self._file.execute(NUMBER.format("?1", "?2", "?3"), (chat, user, at)).fetchone()
            if row:
                values = (message_id, chat, user, text, key, at, row[0])
                self._file.execute(f"INSERT INTO peer_message {COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            self._file.execute("COMMIT")
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        return row[0] if row else None


stored = PostgreSQL() if "host" in DATABASE else SQLite()
notes = redis.asyncio.Redis(unix_socket_path=OPTIONS["redis"])
manager = socketio.AsyncRedisManager(f"unix://{OPTIONS['redis']}") if OPTIONS["has_adapter"] else None
server = socketio.AsyncServer(async_mode="asgi", client_manager=manager, cors_allowed_origins=[])
users: dict[str, str] = {}
noted_at: dict[str, float] = {}
typing: dict[tuple[str, str], asyncio.TimerHandle] = {}
tasks: set[asyncio.Task[None]] = set()


@server.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: Said, auth: Said) -> None:
    try:
        claims = jwt.decode(
            auth["token"], OPTIONS["secret"], algorithms=["HS256"], audience="helpdesk", issuer="helpdesk"
        )
    except (jwt.InvalidTokenError, KeyError, TypeError):
        raise socketio.exceptions.ConnectionRefusedError("The access token is not valid.") from None
    users[sid] = claims["user_id"]


@server.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str, reason: str) -> None:
    users.pop(sid, None)
    for key in [key for key in typing if key[0] == sid]:
        typing.pop(key).cancel()


def on(event: str) -> Callable[[Callable[[str, Said], Awaitable[Said]]], None]:
    """Check what is said, answer what comes of it, and what went wrong as an error."""

    def register(handle: Callable[[str, Said], Awaitable[Said]]) -> None:
        async def checked(sid: str, data: Any) -> Said:
            try:
                if not UUID.fullmatch(data["conversationId"]):
                    raise ValueError("conversationId")
                return {"ok": True, **await handle(sid, data)}
            except (ValueError, KeyError, TypeError) as error:
                return {"ok": False, "error": {"code": "invalid_input", "message": str(error)}}

        server.on(event, checked)

    return register


@on("conversation:join")
async def join(sid: str, data: Said) -> Said:
    chat = data["conversationId"]
    if not await stored.may_read(chat, users[sid]):
        raise ValueError("There is no such conversation.")
    await server.enter_room(sid, chat)
    return {"conversation": {"id": chat}}


async def tell_typing(sid: str, chat: str, event: str) -> None:
    told = {"conversationId": chat, "userId": users.get(sid), "userName": "Customer"}
    await server.emit(event, told, room=chat, skip_sid=sid)


def in_background(work: Any) -> None:
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def stop(sid: str, chat: str) -> None:
    timer = typing.pop((sid, chat), None)
    if timer is not None:
        timer.cancel()
        await tell_typing(sid, chat, "typing:user-stopped")


@on("typing:start")
async def start_typing(sid: str, data: Said) -> Said:
    chat = data["conversationId"]
    if chat not in server.rooms(sid):
        raise ValueError("Join the conversation before you type in it.")
    if time.monotonic() - noted_at.get(chat, 0.0) >= 5:
        noted_at[chat] = time.monotonic()
        in_background(notes.set(f"typing:{chat}", time.time(), ex=86400))
    running = typing.pop((sid, chat), None)
    if running is not None:
        running.cancel()
    else:
        await tell_typing(sid, chat, "typing:user-typing")
    loop = asyncio.get_running_loop()
    typing[sid, chat] = loop.call_later(TYPING_SECONDS, lambda: in_background(stop(sid, chat)))
    return {"conversationId": chat}


@on("typing:stop")
async def stop_typing(sid: str, data: Said) -> Said:
    await stop(sid, data["conversationId"])
    return {"conversationId": data["conversationId"]}


@on("message:send")
async def send(sid: str, data: Said) -> Said:
    chat, text, key, user = data["conversationId"], data["content"], data["clientMessageId"], users[sid]
    if data["messageType"] != "text" or not isinstance(text, str) or not 0 < len(text) <= MAX_CHARACTERS:
        raise ValueError("content")
    message_id, at = str(uuid.uuid4()), datetime.now(UTC).isoformat()
    seq = await stored.store(chat=chat, user=user, at=at, message_id=message_id, text=text, key=key)
    if seq is None:
        raise ValueError("There is no such conversation.")
    sent = {"messageId": message_id, "clientMessageId": key, "seq": seq, "createdAt": at}
    message = {
        "id": message_id,
        "conversationId": chat,
        "seq": seq,
        "senderId": user,
        "senderName": "Customer",
        "messageType": "text",
        "content": text,
        "clientMessageId": key,
        "createdAt": at,
    }
    await server.emit("message:sent", {**sent, "conversationId": chat}, to=sid)
    await server.emit("message:new", {"message": message, "conversationId": chat}, room=chat)
    return sent


if __name__ == "__main__":
    uvicorn.run(
        socketio.ASGIApp(server),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
        lifespan="off",
    )
