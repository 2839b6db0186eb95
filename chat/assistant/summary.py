"""What the next agent should know, as an internal note (SPEC §9)."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from uuid import UUID

import structlog

from chat import selectors
from chat.actions import answering
from chat.actions.assistant_usage import OverQuota
from chat.assistant import metering
from chat.assistant.cleaning import clean_answer
from chat.assistant.provider import Model, ProviderFailed, Request
from chat.assistant.requests import request_for
from chat.assistant.toolbox import SearchTool, TooManyTools
from chat.models import Assistant, Conversation
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)

SUMMARY_SECONDS = 20
MAX_SUMMARY_CHARACTERS = 2000


async def write(conversation_id: UUID) -> None:
    """Sum up a chat that people take over from the assistant; nothing where nobody has said anything."""
    try:
        conversation = await in_database_thread(_read, conversation_id)
        if conversation is None or conversation.assistant is None:
            return
        request, _ = await in_database_thread(request_for, conversation, "summary")
        if not any(line.speaker == "customer" for line in request.history):
            return
        text = await _sum_up(request, conversation.assistant)
        if text:
            await in_database_thread(answering.note, conversation_id, f"Summary: {text}")
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("summary_failed", conversation_id=str(conversation_id))


async def _sum_up(request: Request, assistant: Assistant) -> str:
    try:
        return await _asked(request, assistant)
    except (OverQuota, ProviderFailed, TimeoutError, TooManyTools) as error:
        if not request.model.endpoint:
            raise
        log.warning("summary_by_embedded", error=type(error).__name__)
    return await _asked(replace(request, model=Model()), assistant)


async def _asked(request: Request, assistant: Assistant) -> str:
    tools = SearchTool(request.organization_id, request.max_tool_calls)
    text = ""
    async with asyncio.timeout(SUMMARY_SECONDS):
        async with aclosing(metering.ask(request, tools, assistant)) as pieces:
            async for piece in pieces:
                text += clean_answer(piece)
                if len(text) > MAX_SUMMARY_CHARACTERS:
                    break
    return text[:MAX_SUMMARY_CHARACTERS].strip()


def _read(conversation_id: UUID) -> Conversation | None:
    return selectors.conversations().filter(id=conversation_id).first()
