"""Change a conversation's state: the one place where status and assignment are written."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import User
from chat import fanout, selectors
from chat.access import no_such
from chat.events import ConversationChanged
from chat.fanout.changes import message_created
from chat.message_writer.rows import append_in_transaction
from chat.models import Conversation, Participant, Transition
from chat.models.change_counter import take_changes


def lock(conversation_id: UUID) -> Conversation:
    """Lock a conversation's row until the transaction ends. Raises `NotFound`.

    A caller that also takes an entry out of a line does that first (see `queueing.line`).
    """
    found = selectors.conversations().select_for_update(of=("self",)).filter(id=conversation_id).first()
    if found is None:
        raise no_such("conversation")
    return found


def record(
    conversation: Conversation,
    *,
    kind: str,
    actor_id: UUID | None,
    status: str,
    agent: User | None,
    says: str,
    now: datetime,
    from_status: str | None = None,
) -> None:
    """Move a locked conversation to `status` and `agent`, and tell everyone once it is committed.

    Writes the audit trail and the system message `says` in the same transaction (SPEC §3), and makes a
    participant of the agent. `from_status` is empty where the conversation begins. One conversation in a
    transaction: see `take_changes`.
    """
    Transition.objects.create(
        conversation=conversation,
        kind=kind,
        actor_id=actor_id,
        from_status=conversation.status if from_status is None else from_status,
        to_status=status,
        from_agent_id=conversation.agent_id,
        to_agent=agent,
        from_queue_id=None if from_status == "" else conversation.queue_id,
        to_queue_id=conversation.queue_id,
        created_at=now,
    )
    conversation.status, conversation.agent = status, agent
    _count_change(conversation)
    changed_version = conversation.version
    if from_status == "":
        _take_part(conversation, conversation.customer_id)
    if agent is not None:
        _take_part(conversation, agent.id)
    message = append_in_transaction(
        conversation, says, change=take_changes(conversation.organization_id), now=now
    )
    conversation.last_activity_at = now
    conversation.save()
    # Counted after the message, so that what is told is what stands there after the commit.
    facts = selectors.conversation_facts(conversation)
    [said] = selectors.message_facts(conversation, [message])
    fanout.publish_on_commit(
        ConversationChanged(facts.id, changed_version, facts, kind),
        message_created(conversation, said, message.created_version),
    )


def touch(conversation: Conversation, kind: str, *, now: datetime) -> None:
    """Tell everyone, once it is committed, that something else about a locked conversation is new.

    For what is part of a conversation's facts and no transition: its rating, the customer's profile.
    """
    _count_change(conversation)
    conversation.updated_at = now
    conversation.save(update_fields=["version", "state_version", "change", "state_change", "updated_at"])
    facts = selectors.conversation_facts(conversation)
    fanout.publish_on_commit(ConversationChanged(facts.id, conversation.version, facts, kind))


def _count_change(conversation: Conversation) -> None:
    conversation.version += 1
    conversation.state_version = conversation.version
    conversation.change = conversation.state_change = take_changes(conversation.organization_id)


def _take_part(conversation: Conversation, user_id: UUID) -> None:
    Participant.objects.get_or_create(
        conversation=conversation,
        user_id=user_id,
        defaults={"joined_change": conversation.state_change},
    )
