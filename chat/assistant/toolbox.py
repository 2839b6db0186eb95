"""The tools of an answer, bound to the conversation in which it is given (SPEC §9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from chat import knowledge
from chat.actions.answering import HandOver, Turn
from chat.assistant.cleaning import clean_answer
from chat.assistant.provider import SEARCH, TRANSFER
from chat.events import StreamTool
from chat.threads import in_database_thread
from queueing.models import Skill
from queueing.models.entry import MAX_SKILLS

MAX_QUERY_CHARACTERS = 1000
MAX_REASON_CHARACTERS = 500
MAX_RESULT_CHARACTERS = 6000
NOTHING_FOUND = "The knowledge base has nothing about this."


class PeopleAskedFor(Exception):
    """The answer ends here: people are to take over."""

    def __init__(self, why: HandOver, used: StreamTool) -> None:
        super().__init__(why.reason)
        self.why = why
        self.used = used


class TooManyTools(Exception):
    """An answer that goes on using tools and does not come to an end (THREATS D7)."""


class Search(msgspec.Struct):
    """What `search_knowledge_base` takes; whatever else a model says is not looked at."""

    query: str


class Transfer(msgspec.Struct):
    """What `transfer_chat_to_agent` takes."""

    reason: str = ""
    skills: list[str] = []
    priority: int | None = None


class SearchTool:
    """The one tool of suggestions and summaries: it changes nothing."""

    names: tuple[str, ...] = (SEARCH,)

    def __init__(self, organization_id: UUID, limit: int) -> None:
        self._organization_id = organization_id
        self._left = limit

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Use a tool (see `Toolbox`). Raises `TooManyTools`."""
        if self._left <= 0:
            raise TooManyTools("The answer uses more tools than it may.")
        self._left -= 1
        tool = self._tools().get(name)
        if tool is None:
            return f"There is no such tool. There are: {', '.join(self.names)}."
        takes, use = tool
        try:
            command = msgspec.convert(arguments, takes, strict=False)
        except msgspec.ValidationError as error:
            return f"These arguments cannot be used: {error}."
        return await use(command)

    def _tools(self) -> dict[str, tuple[type[msgspec.Struct], Callable[[Any], Awaitable[str]]]]:
        return {SEARCH: (Search, self._search)}

    async def _search(self, command: Search) -> str:
        query = command.query[:MAX_QUERY_CHARACTERS]
        hits = await in_database_thread(knowledge.find, self._organization_id, query)
        found = [f"{hit.title}\n{hit.text}" for hit in hits]
        return "\n\n".join(found)[:MAX_RESULT_CHARACTERS] or NOTHING_FOUND


class ConversationTools(SearchTool):
    """The tools of an answer to the customer; everyone in the chat sees that they are used.

    Conversation and organization are those of the turn, whatever a model says (THREATS D3).
    """

    names = (SEARCH, TRANSFER)

    def __init__(self, turn: Turn, limit: int, show: Callable[[StreamTool], None]) -> None:
        """`show` tells the chat, or raises for what must not be seen."""
        super().__init__(turn.conversation.organization_id, limit)
        self._turn = turn
        self._show = show

    def _tools(self) -> dict[str, tuple[type[msgspec.Struct], Callable[[Any], Awaitable[str]]]]:
        return {**super()._tools(), TRANSFER: (Transfer, self._transfer)}

    async def _search(self, command: Search) -> str:
        self._show(self._event(SEARCH, {"query": clean_answer(command.query[:MAX_QUERY_CHARACTERS])}))
        result = await super()._search(command)
        self._show(self._event(SEARCH, {}, result))
        return result

    async def _transfer(self, command: Transfer) -> str:
        assistant = self._turn.conversation.assistant
        name = assistant.name if assistant else "The assistant"
        reason = clean_answer(command.reason).strip()[:MAX_REASON_CHARACTERS] or "It did not say why."
        skills = await in_database_thread(self._known, command.skills)
        used: dict[str, Any] = {"reason": reason}
        if skills:
            used["skills"] = skills
        priority = self._allowed(command.priority)
        if priority is not None:
            used["priority"] = priority
        self._show(self._event(TRANSFER, used))
        why = HandOver(
            reason=reason,
            says=f"{name} asked a person to take over",
            priority=priority,
            skills=skills or None,
        )
        raise PeopleAskedFor(why, self._event(TRANSFER, {}, "A person has been asked to take over."))

    def _known(self, names: list[str]) -> list[str]:
        wanted = {name.strip().lower() for name in names}
        known = Skill.objects.filter(organization_id=self._organization_id, name__in=wanted)
        return sorted(known.values_list("name", flat=True))[:MAX_SKILLS]

    def _allowed(self, priority: int | None) -> int | None:
        """A priority as far as the assistant may give it: never below the queue's own."""
        assistant, queue = self._turn.conversation.assistant, self._turn.conversation.queue
        if priority is None or assistant is None or queue is None:
            return None
        return max(queue.priority, min(priority, assistant.highest_priority))

    def _event(self, name: str, arguments: dict[str, Any], result: str | None = None) -> StreamTool:
        turn = self._turn
        return StreamTool(
            turn.conversation_id, turn.stream, turn.conversation.version, name, arguments, result
        )
