"""A reply that an agent may send, written for that agent alone (SPEC §9)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import structlog

from accounts.ids import new_id
from accounts.tokens import Principal
from chat import access, payloads
from chat.actions.assistant_usage import OverQuota
from chat.assistant import metering
from chat.assistant.cleaning import clean_answer
from chat.assistant.provider import ProviderFailed, Request
from chat.assistant.requests import request_for
from chat.assistant.toolbox import SearchTool, TooManyTools
from chat.events import StreamChunk, StreamEnded
from chat.models import Assistant
from chat.payloads import Payload
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

SUGGESTION_SECONDS = 30

Tell = Callable[[Payload], None]


def request_suggestion(agent: Principal, chat_id: str) -> tuple[Request, Assistant | None]:
    """Describe a chat to the assistant that is to suggest a reply. Raises `Forbidden` and `NotFound`."""
    conversation = access.readable_conversation(access.staff(agent), chat_id)
    return request_for(conversation, "suggestion")[0], conversation.assistant


class Suggestion:
    """One suggested reply: a stream as of an answer, to one socket, marked as a suggestion."""

    def __init__(self, chat_id: str, request: Request, assistant: Assistant | None, tell: Tell) -> None:
        self.stream_id = str(new_id())
        self._chat_id = chat_id
        self._request = request
        self._assistant = assistant
        self._tell = tell
        self._length = 0

    async def write(self) -> None:
        """Tell it piece by piece, and its end: "complete", "failed", or "cut" by a cancelled task."""
        reason = "failed"
        try:
            async with asyncio.timeout(SUGGESTION_SECONDS):
                await self._listen()
            reason = "complete" if self._length else "failed"
        except asyncio.CancelledError:
            reason = "cut"
            raise
        except (OverQuota, ProviderFailed, TimeoutError, TooManyTools) as error:
            log.warning("suggestion_failed", error=type(error).__name__)
        except Exception:
            log.exception("suggestion_failed")
        finally:
            self._say(payloads.stream_event(StreamEnded(self._chat_id, self.stream_id, None, reason)))

    async def _listen(self) -> None:
        request = self._request
        tools = SearchTool(request.organization_id, request.max_tool_calls)
        async with aclosing(metering.ask(request, tools, self._assistant)) as pieces:
            async for piece in pieces:
                text = clean_answer(piece)[: request.max_answer_characters - self._length]
                if text:
                    chunk = StreamChunk(self._chat_id, self.stream_id, 0, self._length, text)
                    self._length += len(text)
                    self._say(payloads.stream_event(chunk))
                if self._length >= request.max_answer_characters:
                    return

    def _say(self, part: Payload) -> None:
        self._tell({**part, "suggestion": True})


async def begin(agent: Principal, chat_id: str, tell: Tell) -> Suggestion:
    """Prepare a suggestion for an agent. Raises `Forbidden` and `NotFound`."""
    request, assistant = await in_database_thread(request_suggestion, agent, chat_id)
    return Suggestion(str(access.parse_id(chat_id, "chat")), request, assistant, tell)
