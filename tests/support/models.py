"""Requests to language models, and what comes of them."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from chat.assistant.model_process import ModelProcess
from chat.assistant.provider import SEARCH, TRANSFER, Line, Model, ProviderFailed, Request, Toolbox, Usage


def request(endpoint: str, *lines: Line | str, **fields: Any) -> Request:
    """A request to this endpoint; a line that is a text is the customer's."""
    history = tuple(Line("customer", "Vera", line) if isinstance(line, str) else line for line in lines)
    defaults: dict[str, Any] = {
        "purpose": "answer",
        "organization_id": uuid4(),
        "assistant_name": "Ada",
        "instructions": "",
        "model": Model(endpoint, "local", "sk-key-of-the-tests"),
        "max_answer_characters": 4000,
        "max_tool_calls": 5,
    }
    return Request(**{**defaults, "history": history, **fields})


class Tools:
    """A toolbox that remembers what was called, and gives one result."""

    names = (SEARCH, TRANSFER)

    def __init__(self, result: str | Exception = "Within 30 days.") -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._result = result

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Remember the call."""
        self.calls.append((name, arguments))
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


@dataclass
class Heard:
    """What came of a request: texts with the moment of each, tokens, and why it failed."""

    pieces: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    tokens: int = 0
    failed: str = ""

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(self.pieces)


async def hear(models: ModelProcess, asked: Request, tools: Toolbox | None = None) -> Heard:
    """Ask, and take everything that comes."""
    heard = Heard()
    try:
        async with aclosing(models.answer(asked, tools or Tools())) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    heard.tokens = piece.tokens
                else:
                    heard.pieces.append(piece)
                    heard.moments.append(time.monotonic())
    except ProviderFailed as error:
        heard.failed = str(error)
    return heard
