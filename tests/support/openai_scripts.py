"""What the local OpenAI-compatible server can do with a request: answer well, badly, or never."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from aiohttp import web

from tests.support import openai_obey

Script = Callable[["Reply", str], Awaitable[web.StreamResponse]]

SCRIPTS: dict[str, Script] = {}
"""By name; each takes a reply to write and the rest of what was told."""


class Reply:
    """The answer to one request, written event by event as the chat completions API streams it."""

    def __init__(self, request: web.Request, body: dict[str, Any]) -> None:
        self.request = request
        self.body = body
        self.messages: list[dict[str, Any]] = body.get("messages", [])
        self.response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        self.characters = 0

    @property
    def tool_results(self) -> list[str]:
        """The results of the tools that were called since the user spoke last."""
        results: list[str] = []
        for message in reversed(self.messages):
            if message["role"] == "user":
                break
            if message["role"] == "tool":
                results.insert(0, str(message["content"]))
        return results

    async def write(self, data: str) -> None:
        """Write as it stands."""
        if not self.response.prepared:
            await self.response.prepare(self.request)
        await self.response.write(data.encode())

    async def chunk(self, delta: dict[str, Any], finish: str | None = None) -> None:
        """Write one chunk."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        await self._event({"choices": [choice]})

    async def say(self, text: str) -> None:
        """Say some text."""
        self.characters += len(text)
        await self.chunk({"role": "assistant", "content": text})

    async def call(self, name: str, arguments: str, *, piece: int = 0) -> None:
        """Call a tool, its arguments in pieces of so many characters."""
        index = len(self.tool_results)
        function = {"name": name, "arguments": "" if piece else arguments}
        call = {
            "index": 0,
            "id": f"call-{index}-{time.monotonic_ns()}",
            "type": "function",
            "function": function,
        }
        await self.chunk({"role": "assistant", "content": None, "tool_calls": [call]})
        for start in range(0, len(arguments) if piece else 0, piece or 1):
            part = {"index": 0, "function": {"arguments": arguments[start : start + piece]}}
            await self.chunk({"tool_calls": [part]})

    async def end(self, reason: str = "stop", *, usage: bool = True) -> web.StreamResponse:
        """End as one should, with the tokens used (here: one for four characters)."""
        await self.chunk({}, reason)
        if usage and (self.body.get("stream_options") or {}).get("include_usage"):
            asked = sum(len(str(message.get("content"))) for message in self.messages) // 4
            said = self.characters // 4
            used = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
            await self._event({"choices": [], "usage": used})
        await self.write("data: [DONE]\n\n")
        await self.response.write_eof()
        return self.response

    async def _event(self, data: dict[str, Any]) -> None:
        whole = {"id": "answer-1", "object": "chat.completion.chunk", "created": int(time.time())}
        await self.write(f"data: {json.dumps({**whole, 'model': self.body.get('model'), **data})}\n\n")


def script(function: Script) -> Script:
    """List a script under its function's name."""
    SCRIPTS[function.__name__.strip("_").replace("_", "-")] = function
    return function


def _number_and_pace(argument: str, number: int) -> tuple[int, float]:
    parts = argument.split()
    return int(parts[0]) if parts else number, float(parts[1]) if len(parts) > 1 else 0.0


@script
async def words(reply: Reply, argument: str) -> web.StreamResponse:
    """`words N SECONDS`: N numbered words, each so long after the one before."""
    number, pace = _number_and_pace(argument, 20)
    for position in range(number):
        await reply.say(f"word{position} ")
        await asyncio.sleep(pace)
    return await reply.end()


@script
async def clock(reply: Reply, argument: str) -> web.StreamResponse:
    """`clock N SECONDS`: N words, each the time (`time.time()`) at which it was sent."""
    number, pace = _number_and_pace(argument, 20)
    for _ in range(number):
        await reply.say(f"{time.time():.4f} ")
        await asyncio.sleep(pace)
    return await reply.end()


@script
async def say(reply: Reply, argument: str) -> web.StreamResponse:
    """`say TEXT`: these words."""
    for word in argument.split(" "):
        await reply.say(f"{word} ")
    return await reply.end()


@script
async def pieces(reply: Reply, argument: str) -> web.StreamResponse:
    """`pieces TEXT`: this text, each character by itself."""
    for character in argument:
        await reply.say(character)
    return await reply.end()


@script
async def tool(reply: Reply, argument: str) -> web.StreamResponse:
    """`tool NAME JSON`: call a tool, its arguments in pieces; then say what it returned."""
    if reply.tool_results:
        return await say(reply, f"It said: {reply.tool_results[-1]}")
    name, _, arguments = argument.partition(" ")
    await reply.say("One moment. ")
    await reply.call(name, arguments or "{}", piece=3)
    return await reply.end("tool_calls")


@script
async def endless_tools(reply: Reply, argument: str) -> web.StreamResponse:
    """Call a tool again and again."""
    await reply.call(argument or "search_knowledge_base", '{"query": "again"}')
    return await reply.end("tool_calls")


@script
async def many_tools(reply: Reply, argument: str) -> web.StreamResponse:
    """`many-tools N`: N calls in one answer."""
    calls = [
        {"index": i, "id": f"c{i}", "type": "function"}
        | {"function": {"name": "search_knowledge_base", "arguments": json.dumps({"query": f"q{i}"})}}
        for i in range(int(argument or 50))
    ]
    await reply.chunk({"role": "assistant", "content": None, "tool_calls": calls})
    return await reply.end("tool_calls")


@script
async def stall_first(reply: Reply, _argument: str) -> web.StreamResponse:
    """Take the request and say nothing, ever."""
    await asyncio.Event().wait()
    return await reply.end()


@script
async def stall_middle(reply: Reply, _argument: str) -> web.StreamResponse:
    """Fall silent in the middle."""
    await reply.say("Well, as far as I ")
    await asyncio.Event().wait()
    return await reply.end()


@script
async def drip(reply: Reply, _argument: str) -> web.StreamResponse:
    """Keep the connection alive with comments, and say nothing."""
    while True:
        await reply.write(": still thinking\n\n")
        await asyncio.sleep(0.05)


@script
async def break_(reply: Reply, _argument: str) -> web.StreamResponse:
    """Break the connection in the middle."""
    await reply.say("Your parcel is on its ")
    assert reply.request.transport is not None
    reply.request.transport.abort()
    return reply.response


@script
async def cut_short(reply: Reply, _argument: str) -> web.StreamResponse:
    """Close the stream properly, but without an end of the answer."""
    await reply.say("Your parcel is on its ")
    await reply.response.write_eof()
    return reply.response


@script
async def status(reply: Reply, argument: str) -> web.StreamResponse:
    """`status 429`: refuse, repeating the caller's key and words as some servers do."""
    key = reply.request.headers.get("Authorization", "")
    error = {"message": f"Refused: {key} {reply.messages[-1:]}", "type": "server_error", "code": None}
    return web.json_response({"error": error}, status=int(argument or 500), headers={"Retry-After": "0"})


@script
async def html(_reply: Reply, _argument: str) -> web.StreamResponse:
    """A page for people, with 200."""
    return web.Response(text="<html><body>Sign in to the network</body></html>", content_type="text/html")


@script
async def malformed(reply: Reply, _argument: str) -> web.StreamResponse:
    """What is no JSON in the middle of the stream."""
    await reply.say("Your parcel ")
    await reply.write("data: {oh no\n\n")
    return await reply.end()


@script
async def wrong_shape(reply: Reply, _argument: str) -> web.StreamResponse:
    """JSON of another shape."""
    await reply.write('data: {"choices": {"surprise": [1, 2]}}\n\ndata: [1]\n\n')
    return await reply.end()


@script
async def error_event(reply: Reply, _argument: str) -> web.StreamResponse:
    """An error in the middle of the stream, as some servers tell it."""
    await reply.say("Your parcel ")
    await reply.write('data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n')
    await reply.response.write_eof()
    return reply.response


@script
async def silent(reply: Reply, _argument: str) -> web.StreamResponse:
    """An answer without a word."""
    return await reply.end()


@script
async def endless(reply: Reply, argument: str) -> web.StreamResponse:
    """`endless SECONDS`: words for ever, so far apart."""
    for position in count():
        await reply.say(f"and {position} ")
        await asyncio.sleep(float(argument or 0))
    raise AssertionError("it never ends")


@script
async def flood(reply: Reply, _argument: str) -> web.StreamResponse:
    """As much as can be sent, for ever."""
    while True:
        await reply.say("flood " * 2000)


@script
async def long_line(reply: Reply, _argument: str) -> web.StreamResponse:
    """One line of 10 MB."""
    await reply.write("data: " + "x" * 10_000_000 + "\n\n")
    return await reply.end()


@script
async def bomb(_reply: Reply, _argument: str) -> web.StreamResponse:
    """A small body that unpacks to 200 MB."""
    headers = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
    body = await asyncio.to_thread(gzip.compress, b"data: " + b"x" * 200_000_000, 1)
    return web.Response(body=body, headers=headers)


@script
async def redirect(_reply: Reply, argument: str) -> web.StreamResponse:
    """`redirect URL`: send the caller elsewhere."""
    return web.Response(status=307, headers={"Location": argument})


@script
async def obey(reply: Reply, _argument: str) -> web.StreamResponse:
    """Do whatever any text in the conversation says, however it was hidden."""
    order = openai_obey.next_order(reply.messages, len(reply.tool_results))
    if order is None:
        return await say(reply, f"Done. {' '.join(reply.tool_results)}")
    if order.tool:
        await reply.call(order.tool, order.arguments)
        return await reply.end("tool_calls")
    for start in range(0, len(order.text), 7):
        await reply.say(order.text[start : start + 7])
    return await reply.end()
