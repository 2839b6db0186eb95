"""One answer of the assistant, from the question to the message or to people (SPEC §9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import structlog

from chat import fanout, selectors
from chat.actions import answering
from chat.actions.answering import HandOver, Turn
from chat.actions.assistant_usage import OverQuota
from chat.assistant import metering
from chat.assistant.cleaning import clean_answer
from chat.assistant.guard import Leaked, LeakGuard
from chat.assistant.provider import ProviderFailed
from chat.assistant.requests import request_for
from chat.assistant.toolbox import ConversationTools, PeopleAskedFor, TooManyTools
from chat.assistant.voice import Voice
from chat.events import StreamTool, TypingChanged
from chat.models import Assistant
from chat.threads import in_database_thread

log = structlog.get_logger(__name__)


class NoAnswer(Exception):
    """What the provider said is none; the message says why, for agents."""


class Run:
    """Gives one answer. Cancelling its task cuts it: nothing more is said."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._is_typing = False
        self._voice = Voice(turn, self._stop_typing)
        self._guard = LeakGuard("", "")
        self._is_said = False
        self._is_interrupted = False
        self._task: asyncio.Task[Turn | None] | None = None
        self._heard_at = asyncio.get_running_loop().time()

    async def answer(self) -> Turn | None:
        """Answer, or let people take over; return the next turn where the customer has written meanwhile."""
        assistant = self._turn.conversation.assistant
        self._task = asyncio.current_task()
        try:
            if assistant is None or not assistant.is_active:
                raise NoAnswer("The assistant is switched off.")
            return await self._answer(assistant)
        except PeopleAskedFor as asked:
            await self._transfer(asked)
        except asyncio.CancelledError:
            if not self._is_interrupted:
                await asyncio.shield(self._note_cut())
                raise
            await asyncio.shield(self._let_people_finish())
        except Exception as error:
            await self._fail(error)
        finally:
            self._voice.stop()
            self._stop_typing()
        return None

    def interrupt(self) -> None:
        """Let people take over: this process ends."""
        if self._task is not None:
            self._is_interrupted = True
            self._task.cancel()

    async def _answer(self, assistant: Assistant) -> Turn | None:
        conversation = self._turn.conversation
        self._start_typing()
        request, last_seq = await in_database_thread(request_for, conversation, "answer", self._turn.answered)
        self._guard = LeakGuard(request.instructions, "\n".join(line.text for line in request.history))
        tools = ConversationTools(self._turn, request.max_tool_calls, self._show)
        async with asyncio.timeout(assistant.answer_seconds):
            async with aclosing(metering.ask(request, tools, assistant, conversation.customer_id)) as pieces:
                await self._listen(pieces, assistant.silence_seconds, request.max_answer_characters)
        self._say(self._guard.flush())
        self._voice.flush()
        if not self._voice.text.strip():
            raise NoAnswer("The model said nothing.")
        self._is_said = True
        return await in_database_thread(
            answering.say_answer, self._turn, self._voice.text.strip(), answers=last_seq
        )

    async def _listen(self, pieces: AsyncIterator[str], silence_seconds: float, limit: int) -> None:
        before = ""
        while True:
            # From the question on, whatever had to be done before the model could be asked.
            async with asyncio.timeout_at(self._heard_at + silence_seconds):
                piece = await anext(pieces, None)
            if piece is None:
                return
            self._heard_at = asyncio.get_running_loop().time()
            said = clean_answer(piece, before)
            before = said[-1:] or before
            self._say(self._guard.feed(said))
            if len(self._voice.text) > limit:
                raise NoAnswer(f"The answer was longer than {limit:,} characters.")

    def _say(self, text: str) -> None:
        # An answer begins with its first word: what is stored is trimmed, and is what was heard.
        self._voice.say(text if self._voice.text else text.lstrip())

    def _show(self, event: StreamTool) -> None:
        shown = LeakGuard(self._guard.instructions, self._guard.allowed)
        shown.feed("\n".join(str(value) for value in event.arguments.values()))
        shown.flush()
        self._say(self._guard.flush())
        if event.result is not None:
            self._guard.allow(event.result)
        self._voice.flush()
        fanout.publish(event)

    async def _transfer(self, asked: PeopleAskedFor) -> None:
        words = self._voice.text.strip()
        self._is_said = True
        await in_database_thread(
            answering.hand_over, self._turn, asked.why, last_words=words, before=[asked.used]
        )

    async def _fail(self, error: Exception) -> None:
        conversation = self._turn.conversation
        name = conversation.assistant.name if conversation.assistant else "The assistant"
        reason = _reason(error)
        if reason is None:
            log.error("assistant_failed", conversation_id=self._turn.conversation_id, exc_info=error)
            reason = "Something went wrong on our side."
        else:
            log.warning(
                "assistant_gave_no_answer",
                conversation_id=self._turn.conversation_id,
                error=type(error).__name__,
                detail=str(error)[:200],
            )
        why = HandOver(reason=reason, says=f"{name} could not answer. A person will.")
        # Not what a leak would show, to nobody.
        unfinished = "" if isinstance(error, Leaked) else self._voice.text.strip()
        self._is_said = True
        await in_database_thread(answering.hand_over, self._turn, why, unfinished=unfinished)

    async def _let_people_finish(self) -> None:
        # Where it has been said already this is not the assistant's turn any more.
        why = answering.interrupted(self._turn.conversation)
        unfinished = self._voice.text.strip()
        await in_database_thread(answering.hand_over, self._turn, why, unfinished=unfinished)

    async def _note_cut(self) -> None:
        unfinished = self._voice.text.strip()
        if unfinished and not self._is_said:
            conversation_id = self._turn.conversation.id
            await in_database_thread(answering.note_unfinished, conversation_id, unfinished)

    def _start_typing(self) -> None:
        self._is_typing = True
        self._tell_typing()

    def _stop_typing(self) -> None:
        if self._is_typing:
            self._is_typing = False
            self._tell_typing()

    def _tell_typing(self) -> None:
        assistant = self._turn.conversation.assistant
        assert assistant is not None
        person = selectors.person(assistant.user)
        fanout.publish(TypingChanged(self._turn.conversation_id, person, self._is_typing))


def _reason(error: Exception) -> str | None:
    """Why there is no answer, as agents are told; None for what nobody has thought of."""
    match error:
        case TimeoutError():
            return "The model did not answer in time."
        case ProviderFailed():
            return "The model gave no answer that can be used."
        case Leaked():
            return "The answer would have told the assistant's instructions."
        case OverQuota() | TooManyTools() | NoAnswer():
            return str(error)
    return None
