"""Asking a provider on somebody's account: what answers take is counted, and limited (SPEC §9)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from chat.actions import assistant_usage
from chat.assistant import providers
from chat.assistant.provider import Request, Toolbox, Usage
from chat.models import Assistant
from chat.threads import in_database_thread

CHARACTERS_IN_A_TOKEN = 4


async def ask(
    request: Request, tools: Toolbox, assistant: Assistant | None, customer_id: UUID | None = None
) -> AsyncGenerator[str, None]:
    """Give the answer piece by piece, and count what it takes, also where it fails or is cut.

    It counts for the customer, where one asks, and for the organization. Raises `OverQuota` where today's
    tokens are used up, `ProviderFailed`, and whatever a tool raises. The embedded assistant takes nothing.
    """
    if assistant is not None and request.model.endpoint:
        await in_database_thread(assistant_usage.check, assistant, customer_id)
    tokens: int | None = None
    characters = sum(len(line.text) for line in request.history)
    try:
        async with aclosing(providers.of(request.model).answer(request, tools)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    tokens = piece.tokens
                else:
                    characters += len(piece)
                    yield piece
    finally:
        if tokens is None:
            tokens = characters // CHARACTERS_IN_A_TOKEN
        if assistant is not None and tokens:
            await in_database_thread(assistant_usage.add, assistant, customer_id, tokens)
