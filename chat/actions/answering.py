"""The assistant's turn in a conversation: taken by one process, ended by an answer or by people (SPEC §9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.ids import new_id
from accounts.tokens import Principal
from chat import access, fanout, selectors
from chat.actions import answering_hooks, escalation, notes, transitions
from chat.actions.transitions import Need, Saying
from chat.events import Event, StreamEnded
from chat.message_writer import LEASE, owe_answers
from chat.models import AssistantTurn, Conversation, Message, Status

log = structlog.get_logger(__name__)

OVERDUE_AT_ONCE = 100
"""How many customers who got no answer a sweep hands to people."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to answer in a conversation, as it stood when it was taken.

    `answered` is the message up to which the answer before went, where the customer wrote during it.
    """

    conversation: Conversation
    stream_id: UUID
    answered: int | None = None

    @property
    def conversation_id(self) -> str:
        """The id, as events have it."""
        return str(self.conversation.id)

    @property
    def stream(self) -> str:
        """The id of the answer, as events have it."""
        return str(self.stream_id)


@dataclass(frozen=True, slots=True)
class HandOver:
    """Why people are needed: `reason` is for agents, `says` for everyone in the chat."""

    reason: str
    says: str
    priority: int | None = None
    skills: Collection[str] | None = None


def interrupted(conversation: Conversation) -> HandOver:
    """Why people take over when the process ended, or died, that gave an answer."""
    name = conversation.assistant.name if conversation.assistant else "The assistant"
    return HandOver(
        reason="The assistant's answer was interrupted.", says=f"{name} could not answer. A person will."
    )


def take_turn(conversation_id: UUID) -> Turn | None:
    """Take the turn that the assistant owes this customer; None when somebody else has, or nobody owes it."""
    stream_id = new_id()
    owed = AssistantTurn.objects.filter(conversation_id=conversation_id, stream_id=None)
    if not owed.update(stream_id=stream_id, lease_until=timezone.now() + LEASE):
        return None
    # Read after the turn was taken: whoever takes the chat from now on makes a version above this one.
    conversation = selectors.conversations().filter(id=conversation_id).first()
    return Turn(conversation, stream_id) if conversation is not None else None


def renew(turns: Mapping[UUID, UUID]) -> set[UUID]:
    """Renew the leases of turns, by conversation; return those conversations that have them no more."""
    mine = AssistantTurn.objects.filter(conversation_id__in=turns.keys(), stream_id__in=turns.values())
    if mine.update(lease_until=timezone.now() + LEASE) == len(turns):
        return set()
    return turns.keys() - set(mine.values_list("conversation_id", flat=True))


def say_answer(turn: Turn, text: str, *, answers: int) -> Turn | None:
    """Store the assistant's answer to everything up to the message `answers`, and end its turn.

    Nothing is said when the turn is not the assistant's any more. Returns the next turn where the customer
    has written meanwhile.
    """
    with transaction.atomic():
        conversation = _lock_turn(turn)
        if conversation is None or conversation.assistant is None:
            return None
        saying = Saying(conversation.assistant.user, text)
        has_more = _customer_wrote_after(conversation, answers)
        next_stream = new_id() if has_more else None
        mine = AssistantTurn.objects.filter(conversation=conversation)
        if next_stream is None:
            mine.delete()
        else:
            mine.update(stream_id=next_stream, lease_until=timezone.now() + LEASE)
        fanout.publish_on_commit(StreamEnded(turn.conversation_id, turn.stream, str(saying.id), "complete"))
        transitions.say(conversation, saying, now=timezone.now())
    return Turn(conversation, next_stream, answered=answers) if next_stream is not None else None


def hand_over(
    turn: Turn, why: HandOver, *, last_words: str = "", unfinished: str = "", before: Collection[Event] = ()
) -> bool:
    """Let people take over from the assistant in the middle of its turn; say whether it still had it.

    `last_words` are said, what is `unfinished` is not: agents find it in a note, for the customer has seen
    it. `before` are events that come before all others.
    """
    with transaction.atomic():
        conversation = _lock_turn(turn)
        if conversation is None:
            return False
        assistant = conversation.assistant
        saying = Saying(assistant.user, last_words) if assistant and last_words else None
        message_id = str(saying.id) if saying else None
        ended = StreamEnded(
            turn.conversation_id, turn.stream, message_id, "handed-over" if message_id else "failed"
        )
        fanout.publish_on_commit(*before, ended)
        _escalate(conversation, why, last_words=saying)
        if unfinished:
            note_unfinished(conversation.id, unfinished)
    return True


def hand_over_overdue(now: datetime) -> int:
    """Let people take over where the assistant owes an answer and nobody is giving it; return how many.

    Whoever gave it died, or its process was stopped: its lease has ended.
    """
    overdue = AssistantTurn.objects.filter(lease_until__lt=now).order_by("lease_until")
    handed_over = 0
    for conversation_id in overdue.values_list("conversation_id", flat=True)[:OVERDUE_AT_ONCE]:
        try:
            handed_over += _hand_over_overdue(conversation_id, now)
        except OperationalError:
            continue  # somebody is just changing the conversation: the next sweep looks again
        except Exception:
            log.exception("hand_over_failed", conversation_id=str(conversation_id))
    return handed_over


def resume(agent: Principal, conversation_id: str) -> Conversation:
    """Give an agent's chat back to the assistant, which knows all that was said (SPEC §5.2 `resume-ai`).

    It answers what the customer last said if nobody has. One that the assistant has stays as it is. Raises
    `Forbidden`, `NotFound`, `NotAssigned`, `ConversationClosed`, and `Conflict` where there is no assistant.
    """
    found = access.readable_conversation(access.staff(agent), conversation_id)
    with transaction.atomic():
        conversation = transitions.lock(found.id)
        if conversation.status == Status.OPEN and conversation.agent_id is None:
            return conversation
        access.check_may_transfer(agent, conversation)
        conversation.assistant = access.assistant_to_resume(conversation)
        transitions.record(
            conversation,
            kind="resumed",
            actor_id=agent.user_id,
            status=Status.OPEN,
            agent=None,
            says=f"{agent.name} handed the chat to {conversation.assistant.name}",
            now=timezone.now(),
        )
        if _awaits_answer(conversation):
            owe_answers([conversation.id], timezone.now())
            answering_hooks.owed_on_commit(conversation.id)
    return conversation


def note(conversation_id: UUID, text: str) -> None:
    """Write what the assistant tells agents alone, into any conversation."""
    with transaction.atomic():
        conversation = transitions.lock(conversation_id)
        if conversation.assistant is not None:
            notes.write(conversation, conversation.assistant.user_id, text[:MAX_NOTE_CHARACTERS])


def note_unfinished(conversation_id: UUID, text: str) -> None:
    """Tell agents what the customer has seen of an answer that was never said."""
    note(conversation_id, f"The customer saw the beginning of an answer that was cut: {text}")


MAX_NOTE_CHARACTERS = 4000


def _lock_turn(turn: Turn) -> Conversation | None:
    """Lock a conversation whose turn this still is: nobody has taken it, and its lease was not ended."""
    conversation = transitions.lock(turn.conversation.id)
    mine = AssistantTurn.objects.filter(conversation=conversation, stream_id=turn.stream_id)
    return conversation if mine.exists() else None


def _hand_over_overdue(conversation_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        found = selectors.conversations().filter(id=conversation_id)
        conversation = found.select_for_update(of=("self",), nowait=True).first()
        overdue = AssistantTurn.objects.filter(conversation_id=conversation_id, lease_until__lt=now)
        if conversation is None or not overdue.exists():
            return False
        _escalate(conversation, interrupted(conversation))
    return True


def _escalate(conversation: Conversation, why: HandOver, *, last_words: Saying | None = None) -> None:
    assert conversation.queue is not None
    escalation.escalate_locked(
        conversation,
        actor_id=last_words.sender.id if last_words else None,
        need=Need(conversation.queue, why.priority, why.skills, why.reason),
        says=why.says,
        last_words=last_words,
    )
    if conversation.assistant is not None:
        notes.write(conversation, conversation.assistant.user_id, f"Handed over: {why.reason}")


def _customer_wrote_after(conversation: Conversation, seq: int) -> bool:
    return Message.objects.filter(
        conversation=conversation, seq__gt=seq, sender_id=conversation.customer_id
    ).exists()


def _awaits_answer(conversation: Conversation) -> bool:
    last = conversation.messages.filter(sender__isnull=False).order_by("-seq").first()
    return last is not None and last.sender_id == conversation.customer_id
