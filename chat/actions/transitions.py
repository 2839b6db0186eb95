"""Move a conversation from one state to the next, with all that follows from it.

Locks are always taken in this order: the agent who gets something (`queueing.agents`), the line's entry
(`queueing.line`), the conversation, its offers and timers, the counter of changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.ids import new_id
from accounts.models import User
from chat import fanout, selectors
from chat.access import no_such
from chat.actions import answering_hooks, asking, inactivity, waiting
from chat.actions.texts import PREVIEW_CHARACTERS
from chat.errors import Conflict
from chat.events import ConversationChanged, MessageCreated, QueueChanged
from chat.fanout.changes import message_created
from chat.message_writer.rows import append_in_transaction
from chat.models import AssistantTurn, Conversation, Message, Participant, Status, Transition
from chat.models.change_counter import take_changes
from queueing import agents, line, timers
from queueing.models import Queue


@dataclass(frozen=True, slots=True)
class Need:
    """In which queue somebody is needed, how urgently, and with which skills.

    Where they are None, those of the queue hold. `reason` is told to agents where it is an escalation.
    """

    queue: Queue
    priority: int | None = None
    skills: Collection[str] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says with a change of state: the assistant's greeting, or its last words."""

    sender: User
    text: str
    id: UUID = field(default_factory=new_id)


def lock(conversation_id: UUID) -> Conversation:
    """Lock a conversation's row until the transaction ends. Raises `NotFound`."""
    found = selectors.conversations().select_for_update(of=("self",)).filter(id=conversation_id).first()
    if found is None:
        raise no_such("conversation")
    return found


def lock_out_of_line(conversation_id: UUID) -> Conversation:
    """As `lock`, for somebody who ends its waiting if it waits.

    The caller moves a waiting conversation elsewhere or raises, which undoes the transaction. Raises
    `NotFound`, and `Conflict` while somebody else is taking it.
    """
    key = str(conversation_id)
    was_waiting = line.withdraw(key)
    conversation = lock(conversation_id)
    if conversation.status == Status.WAITING and not was_waiting:
        # It came into its line after we had looked there. Whoever holds its place waits for us: do not wait.
        if line.hold(key) is None and line.waiting_since([key]):
            raise Conflict("Somebody else is taking this chat at this moment. Please try again.")
        line.withdraw(key)
    return conversation


def record(
    conversation: Conversation,
    *,
    kind: str,
    actor_id: UUID | None,
    status: str,
    agent: User | None,
    says: str,
    now: datetime,
    need: Need | None = None,
    last_words: Saying | None = None,
    greeting: Saying | None = None,
    begins: bool = False,
) -> None:
    """Move a locked conversation to `status` and `agent`, and tell everyone once it is committed.

    In the same transaction it enters its line or is known to have left it, its timers are set, what agents
    were asked about it is withdrawn, and the audit trail and the system message `says` are written (SPEC §3).
    `last_words` stand before that message, a `greeting` after it. With a `need` it moves into that queue. One
    conversation in a transaction: see `take_changes`.
    """
    from_status, from_queue_id = ("", None) if begins else (conversation.status, conversation.queue_id)
    was_assisted = from_status == Status.OPEN and conversation.agent_id is None
    if need is not None:
        _take_on(conversation, need)
    Transition.objects.create(
        conversation=conversation,
        kind=kind,
        actor_id=actor_id,
        from_status=from_status,
        to_status=status,
        from_agent_id=conversation.agent_id,
        to_agent=agent,
        from_queue_id=from_queue_id,
        to_queue_id=conversation.queue_id,
        created_at=now,
    )
    if agent is not None and agent.id != conversation.agent_id:
        agents.note_assigned(agent.id, now)
    asking.withdraw(conversation, goes_to=agent)
    if was_assisted:
        # What the assistant is just saying finds no turn any more, and is not said.
        AssistantTurn.objects.filter(conversation=conversation).delete()
    conversation.status, conversation.agent = status, agent
    if status == Status.WAITING:
        _enter_line(conversation, now=now, restarts=kind == "reopened")
    _watch(conversation, now=now)
    said = [last_words, says, greeting]
    _tell(conversation, kind, [one for one in said if one is not None], begins=begins, now=now)
    if status == Status.WAITING:
        _tell_added(conversation, need.reason if need is not None else None)
    elif (from_status == Status.WAITING or was_assisted) and from_queue_id is not None:
        _tell_removed(conversation, from_queue_id)
    if status == Status.OPEN and agent is None:
        _tell_assisted(conversation)
    elif was_assisted and status != Status.CLOSED:
        answering_hooks.taken_from_assistant(conversation.id)


def _take_on(conversation: Conversation, need: Need) -> None:
    queue = conversation.queue = need.queue
    conversation.priority = queue.priority if need.priority is None else need.priority
    skills = queue.skills.values_list("name", flat=True) if need.skills is None else need.skills
    conversation.required_skills = sorted(set(skills))


def _enter_line(conversation: Conversation, *, now: datetime, restarts: bool) -> None:
    """Put a conversation into its queue's line.

    One that comes back stands where it first stood, before those who came later (SPEC §3).
    """
    assert conversation.queue is not None
    if conversation.queued_at is None or restarts:
        conversation.queued_at = now
    conversation.queue_timed_out_at = None
    line.enqueue(
        conversation.queue,
        str(conversation.id),
        now=conversation.queued_at,
        priority=conversation.priority,
        skills=conversation.required_skills,
    )


def _watch(conversation: Conversation, *, now: datetime) -> None:
    """Set the timers of the state it is in now, and no others: a waiting chat is never closed for silence."""
    timers.disarm(str(conversation.id))
    if conversation.status == Status.WAITING:
        waiting.watch(conversation, now=now)
    elif conversation.status != Status.CLOSED:
        inactivity.watch(conversation, now=now)


def _tell_added(conversation: Conversation, escalation: str | None) -> None:
    """Tell a queue's agents that a conversation waits, and ask them where the queue asks."""
    assert conversation.queue is not None
    fanout.publish_on_commit(
        QueueChanged(
            kind="added" if escalation is None else "escalated",
            queue_id=str(conversation.queue.id),
            conversation_id=str(conversation.id),
            waiting=line.waiting_count(conversation.queue.id),
            customer=selectors.person(conversation.customer),
            preview=selectors.last_texts([conversation]).get(str(conversation.id), "")[:PREVIEW_CHARACTERS],
            waiting_since=conversation.queued_at,
            priority=conversation.priority,
            skills=tuple(conversation.required_skills),
            reason=escalation or "",
        )
    )
    asking.ask_on_commit(conversation.queue)


def _tell_assisted(conversation: Conversation) -> None:
    """Tell a queue's agents that the assistant answers in a chat, so that they can watch it."""
    if conversation.queue_id is not None:
        fanout.publish_on_commit(
            QueueChanged(
                kind="assisted",
                queue_id=str(conversation.queue_id),
                conversation_id=str(conversation.id),
                customer=selectors.person(conversation.customer),
                preview=selectors.last_texts([conversation]).get(str(conversation.id), "")[
                    :PREVIEW_CHARACTERS
                ],
                waiting_since=conversation.created_at,
            )
        )


def _tell_removed(conversation: Conversation, queue_id: UUID) -> None:
    """Tell a queue's agents that a conversation waits no more, and who has it."""
    taken_by = conversation.agent if conversation.status == Status.OPEN else None
    fanout.publish_on_commit(
        QueueChanged(
            kind="removed",
            queue_id=str(queue_id),
            conversation_id=str(conversation.id),
            waiting=line.waiting_count(queue_id),
            taken_by=selectors.person(taken_by) if taken_by is not None else None,
        )
    )


def _tell(
    conversation: Conversation, kind: str, said: Sequence[Saying | str], *, begins: bool, now: datetime
) -> None:
    change = take_changes(conversation.organization_id, 1 + len(said))
    _count_change(conversation, change)
    changed_version = conversation.version
    joins = [conversation.customer_id] if begins else []
    if conversation.agent_id is not None:
        joins.append(conversation.agent_id)
    _take_part(conversation, joins)
    messages = [
        _append(conversation, one, change=number, now=now)
        for number, one in enumerate(said, start=change + 1)
    ]
    conversation.last_activity_at = now
    conversation.save()
    # Counted after the messages, so that what is told is what stands there after the commit.
    facts = selectors.conversation_facts(conversation)
    fanout.publish_on_commit(
        ConversationChanged(facts.id, changed_version, facts, kind),
        *(_created(conversation, message) for message in messages),
    )


def _append(conversation: Conversation, said: Saying | str, *, change: int, now: datetime) -> Message:
    if isinstance(said, str):
        return append_in_transaction(conversation, said, change=change, now=now)
    return append_in_transaction(
        conversation, said.text, change=change, now=now, sender=said.sender, message_id=said.id
    )


def _created(conversation: Conversation, message: Message) -> MessageCreated:
    said = selectors.new_message_facts(conversation, message)
    return message_created(conversation, said, message.created_version)


def say(conversation: Conversation, saying: Saying, *, now: datetime) -> None:
    """Let somebody say something in a locked conversation; tell everyone once it is committed.

    For what is said together with other changes: all else goes through `chat.message_writer`.
    """
    message = _append(conversation, saying, change=take_changes(conversation.organization_id), now=now)
    conversation.last_activity_at = now
    conversation.save(update_fields=["last_seq", "version", "change", "updated_at", "last_activity_at"])
    fanout.publish_on_commit(_created(conversation, message))


def touch(conversation: Conversation, kind: str, *, now: datetime) -> None:
    """Tell everyone, once it is committed, that something else about a locked conversation is new.

    For what is part of a conversation's facts and no transition: its rating, the customer's profile. The
    caller has saved its own columns.
    """
    _count_change(conversation, take_changes(conversation.organization_id))
    conversation.updated_at = now
    conversation.save(update_fields=["version", "state_version", "change", "state_change", "updated_at"])
    facts = selectors.conversation_facts(conversation)
    fanout.publish_on_commit(ConversationChanged(facts.id, conversation.version, facts, kind))


def _count_change(conversation: Conversation, change: int) -> None:
    conversation.version += 1
    conversation.state_version = conversation.version
    conversation.change = conversation.state_change = change


def _take_part(conversation: Conversation, user_ids: Collection[UUID]) -> None:
    """Make participants of people who are none yet."""
    joined_change = conversation.state_change
    Participant.objects.bulk_create(
        [
            Participant(conversation=conversation, user_id=one, joined_change=joined_change)
            for one in user_ids
        ],
        ignore_conflicts=True,
    )
