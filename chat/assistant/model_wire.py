"""What a web process and its model process say to each other: MessagePack, each message after its length."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from chat.assistant.provider import Request

MAX_FRAME_BYTES = 16 * 1024 * 1024
_LENGTH_BYTES = 4


class Ask(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Answer a request, using these tools; whatever follows about it bears its `number`."""

    number: int
    request: Request
    tools: tuple[str, ...]


class ToolResult(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What a tool that was called has returned."""

    number: int
    call: int
    text: str


class Stop(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Nobody wants the answer any more."""

    number: int


class Text(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """More of an answer."""

    number: int
    text: str


class ToolCall(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The model calls a tool and waits for its result."""

    number: int
    call: int
    name: str
    arguments: dict[str, Any]


class Ended(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """No more comes: the answer is whole, or it is none for the reason in `failed`. `tokens` were used."""

    number: int
    tokens: int
    failed: str = ""


Command = Ask | ToolResult | Stop
"""What the web process says."""

Report = Text | ToolCall | Ended
"""What the model process says."""

_commands = msgspec.msgpack.Decoder(Command)
_reports = msgspec.msgpack.Decoder(Report)
_encode = msgspec.msgpack.Encoder().encode


def framed(message: Command | Report) -> bytes:
    """Return a message as it goes over the pipe."""
    body = _encode(message)
    return len(body).to_bytes(_LENGTH_BYTES) + body


async def read_command(reader: asyncio.StreamReader) -> Command:
    """Read what the web process says next. Raises `asyncio.IncompleteReadError` at the end."""
    return _commands.decode(await _read_body(reader))


async def read_report(reader: asyncio.StreamReader) -> Report:
    """Read what the model process says next. Raises `asyncio.IncompleteReadError` at the end."""
    return _reports.decode(await _read_body(reader))


async def _read_body(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES))
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"A message of {length:,} bytes; at most {MAX_FRAME_BYTES:,} are read.")
    return await reader.readexactly(length)
