"""Every permission rule (SPEC §2, §3, §6): a function returns the object or raises, never None.

What is not yours and what does not exist are the same `NotFound`, so that nobody can probe ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from accounts.tokens import Principal
from chat.errors import ConversationClosed, Forbidden, NotAssigned, NotFound
from chat.models import Conversation, Message, Status
from chat.payloads import ROLE_NAMES
from queueing import line
from queueing.models import Queue


class ConversationOwnership(Protocol):
    """The columns of a conversation that the rules look at; a row or a model has them."""

    @property
    def organization_id(self) -> UUID: ...
    @property
    def customer_id(self) -> UUID: ...
    @property
    def agent_id(self) -> UUID | None: ...
    @property
    def status(self) -> str: ...


def check_claims(principal: Principal, said: Any) -> None:
    """Compare what a client says of itself with what the database says; believe nothing (SPEC §2).

    Looks at `orgId`, `userEmail` and `role` of a handshake or a body. Raises `Forbidden` for a
    claim that is not true.
    """
    if not isinstance(said, Mapping):
        return
    true_claims = {
        "orgId": {str(principal.organization_id), principal.organization_slug},
        "userEmail": {principal.email.lower()},
        "role": {principal.role, ROLE_NAMES[principal.role].lower()},
    }
    for name, true_values in true_claims.items():
        claimed = said.get(name)
        if claimed is not None and (
            not isinstance(claimed, str) or claimed.strip().lower() not in true_values
        ):
            raise Forbidden(f"The {name} is not that of the token.")


def parse_id(value: str, what: str = "conversation") -> UUID:
    """Read an id as a client writes it. Raises `NotFound` for what cannot be one: nothing has such an id."""
    try:
        return UUID(value)
    except ValueError:
        raise no_such(what) from None


def no_such(what: str) -> NotFound:
    """The one answer for "does not exist" and "is not yours"."""
    return NotFound(f"There is no such {what}.")


def check_may_read(principal: Principal, conversation: ConversationOwnership) -> None:
    """Customers read their own conversations, agents and admins those of their organization."""
    if conversation.organization_id != principal.organization_id:
        raise no_such("conversation")
    if not principal.is_staff_member and conversation.customer_id != principal.user_id:
        raise no_such("conversation")


def check_may_write(principal: Principal, conversation: ConversationOwnership) -> None:
    """The customer, the agent who has the chat, and admins write; to a closed one nobody (SPEC §3)."""
    check_may_read(principal, conversation)
    if conversation.status == Status.CLOSED:
        raise ConversationClosed("This conversation is closed. Start a new one to write again.")
    if principal.is_customer or principal.is_admin or conversation.agent_id == principal.user_id:
        return
    raise NotAssigned("Only the agent who has this chat can do that. Take the chat first.")


def readable_conversation(principal: Principal, conversation_id: str) -> Conversation:
    """Find a conversation that this person may read. Raises `NotFound`."""
    found = (
        Conversation.objects.select_related("customer", "agent", "queue", "closed_by")
        .filter(id=parse_id(conversation_id), organization_id=principal.organization_id)
        .first()
    )
    if found is None:
        raise no_such("conversation")
    check_may_read(principal, found)
    return found


def readable_message_seq(conversation: Conversation, message_id: str) -> int:
    """Find the number of a message of this conversation. Raises `NotFound`."""
    seq = (
        Message.objects.filter(id=parse_id(message_id, "message"), conversation=conversation)
        .values_list("seq", flat=True)
        .first()
    )
    if seq is None:
        raise no_such("message")
    return seq


def staff(principal: Principal) -> Principal:
    """Agents and admins only. Raises `Forbidden`."""
    if not principal.is_staff_member:
        raise Forbidden("Only agents can do that.")
    return principal


def customer(principal: Principal) -> Principal:
    """Customers only. Raises `Forbidden`."""
    if not principal.is_customer:
        raise Forbidden("Only customers can do that.")
    return principal


def served_queue_ids(principal: Principal, queue_id: str | None = None) -> list[UUID]:
    """List the queues from which this person takes chats; with `queue_id`, that one alone.

    An agent serves the queues in which it is a member, an admin all of the organization. Raises
    `Forbidden` for a customer, and `NotFound` for a queue that is not served.
    """
    staff(principal)
    if principal.is_admin:
        served = list(
            Queue.objects.filter(organization_id=principal.organization_id).values_list("id", flat=True)
        )
    else:
        served = line.queue_ids_served_by(principal.user_id)
    if queue_id is None:
        return served
    wanted = parse_id(queue_id, "queue")
    if wanted not in served:
        raise no_such("queue")
    return [wanted]


def queue_for_customer(principal: Principal, queue_id: str | None) -> Queue:
    """Find the queue in which a customer's chat waits: the one named, else the organization's default.

    Raises `NotFound` for a queue of another organization, and where the organization has none.
    """
    queues = Queue.objects.filter(organization_id=principal.organization_id)
    if queue_id is not None:
        queue = queues.filter(id=parse_id(queue_id, "queue")).first()
    else:
        queue = queues.order_by("-is_default", "name").first()
    if queue is None:
        raise no_such("queue")
    return queue
