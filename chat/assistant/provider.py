"""What somebody who writes answers is given and gives back: a language model, or the embedded assistant."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

Purpose = Literal["answer", "suggestion", "summary"]
"""An answer to the customer, a reply that an agent may send, or what the next agent should know."""

SEARCH = "search_knowledge_base"
TRANSFER = "transfer_chat_to_agent"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said: by the "customer", the "assistant", or an "agent", whose name it has."""

    speaker: Literal["customer", "assistant", "agent"]
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """Which language model to ask; `endpoint` empty for the embedded assistant. `api_key` is the key itself:
    it is read from the environment for this request and kept nowhere."""

    endpoint: str = ""
    name: str = ""
    api_key: str = ""
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider.

    `history` is the whole conversation as the database has it, oldest first. `organization_id` comes from the
    conversation's row, never from anybody's words.
    """

    purpose: Purpose
    organization_id: UUID
    assistant_name: str
    instructions: str
    model: Model
    history: tuple[Line, ...]
    max_answer_characters: int
    max_tool_calls: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How many tokens an answer took, as the provider counts them."""

    tokens: int


class ProviderFailed(Exception):
    """A provider is down, refuses, or says what cannot be understood; the message is for the log alone."""


class Toolbox(Protocol):
    """The tools of one answer. Whose conversation it is stands here, not in the arguments."""

    @property
    def names(self) -> tuple[str, ...]:
        """The tools that may be used for this purpose: `SEARCH`, and for an answer `TRANSFER`."""

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Use a tool and return its result as a text.

        What is wrong with the arguments is the result too, so that a model can do better. Ends the answer by
        an exception of the toolbox's own after a hand-over or too many calls: let it pass.
        """


class Provider(Protocol):
    """Somebody who writes answers."""

    def answer(self, request: Request, tools: Toolbox) -> AsyncGenerator[str | Usage, None]:
        """Give the answer piece by piece, as it is written.

        Closing the iterator stops the work. Raises `ProviderFailed`; a silence is the caller's to notice.
        """
