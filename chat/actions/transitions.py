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
from chat.models import Conversation, Transition


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

    Writes the audit trail and the system message `says` in the same transaction (SPEC §3).
    """
    Transition.objects.create(
        conversation=conversation,
        kind=kind,
        actor_id=actor_id,
        from_status=conversation.status if from_status is None else from_status,
        to_status=status,
        from_agent_id=conversation.agent_id,
        to_agent=agent,
        created_at=now,
    )
    conversation.status, conversation.agent = status, agent
    conversation.version += 1
    conversation.state_version = conversation.version
    changed_version = conversation.version
    message = append_in_transaction(conversation, says, now=now)
    conversation.last_activity_at = now
    conversation.save()
    # Counted after the message, so that what is told is what stands there after the commit.
    facts = selectors.conversation_facts(conversation)
    [said] = selectors.message_facts(conversation, [message])
    fanout.publish_on_commit(
        ConversationChanged(facts.id, changed_version, facts), message_created(conversation, said)
    )
