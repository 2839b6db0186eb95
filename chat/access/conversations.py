"""Who reads, writes, takes and hands on conversations (SPEC §3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from accounts.tokens import Principal
from chat.access.lookup import no_such, parse_id
from chat.access.people import staff
from chat.errors import Conflict, ConversationClosed, Forbidden, NotAssigned, NotFound
from chat.models import Conversation, Message, Status


class ConversationOwnership(Protocol):
    """The columns of a conversation that the rules look at; a row or a model has them."""

    @property
    def organization_id(self) -> UUID: ...
    @property
    def customer_id(self) -> UUID: ...
    @property
    def agent_id(self) -> UUID | None: ...
    @property
    def queue_id(self) -> UUID | None: ...
    @property
    def status(self) -> str: ...


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


def check_may_send(principal: Principal, conversation: ConversationOwnership) -> None:
    """As `check_may_write`; but where the assistant answers, whoever of the team has something to say first
    takes the chat over, so that the two never talk at once (SPEC §9)."""
    check_may_write(principal, conversation)
    if principal.is_staff_member and conversation.status == Status.OPEN and conversation.agent_id is None:
        raise NotAssigned("The assistant has this chat. Take it over first.")


def check_may_resolve(
    principal: Principal, conversation: ConversationOwnership, served: Collection[UUID]
) -> None:
    """As `check_may_write`, for staff; an agent also resolves what waits in a queue it serves (SPEC §3)."""
    staff(principal)
    if (
        conversation.status == Status.WAITING
        and conversation.organization_id == principal.organization_id
        and conversation.queue_id in served
    ):
        return
    check_may_write(principal, conversation)


def check_may_take_over(
    principal: Principal, conversation: ConversationOwnership, served: Collection[UUID]
) -> None:
    """Agents take what no agent has, out of the queues they serve; an admin also what an agent has (SPEC §3).

    Raises `Forbidden`, `NotFound`, `NotAssigned`, `Conflict` for a resolved one, and `ConversationClosed`.
    """
    check_may_read(staff(principal), conversation)
    if conversation.status == Status.WAITING and conversation.queue_id not in served:
        raise no_such("conversation")
    if conversation.status == Status.CLOSED:
        raise ConversationClosed("This chat is closed.")
    if conversation.status == Status.RESOLVED:
        raise Conflict("This conversation is resolved. Open it again first.")
    if conversation.agent_id not in (None, principal.user_id) and not principal.is_admin:
        raise NotAssigned("Another agent has this chat. Only an admin can take it over.")


def check_may_transfer(principal: Principal, conversation: ConversationOwnership) -> None:
    """Who has an open chat hands it on, and admins (SPEC §3).

    Raises `Forbidden`, `NotAssigned`, `ConversationClosed`, and `Conflict` for one that no agent has.
    """
    check_may_write(staff(principal), conversation)
    if conversation.status != Status.OPEN or conversation.agent_id is None:
        raise Conflict("Only a chat that an agent has can be transferred. Take it first.")


def check_may_revise(
    principal: Principal, conversation: ConversationOwnership, sender_id: UUID | None
) -> None:
    """Who sent a message may change it while it may write there; an admin always (SPEC §6)."""
    check_may_read(principal, conversation)
    if sender_id is None:
        raise Forbidden("System messages cannot be changed.")
    if principal.is_admin:
        return
    if sender_id != principal.user_id:
        raise Forbidden("Only the sender of a message, or an admin, can change it.")
    check_may_write(principal, conversation)


def readable_conversations(principal: Principal) -> QuerySet[Conversation]:
    """All conversations that this person may read: `check_may_read`, for lists and search."""
    readable = Conversation.objects.filter(organization_id=principal.organization_id)
    return readable if principal.is_staff_member else readable.filter(customer_id=principal.user_id)


def may_read(principal: Principal, conversation: ConversationOwnership) -> bool:
    """Whether `check_may_read` lets somebody in: for lists, which leave out what may not be read."""
    try:
        check_may_read(principal, conversation)
    except NotFound:
        return False
    return True


def readable_conversation(principal: Principal, conversation_id: str) -> Conversation:
    """Find a conversation that this person may read. Raises `NotFound`."""
    [found] = conversations_to_read([(principal, conversation_id)])
    if isinstance(found, NotFound):
        raise found
    return found


def conversations_to_read(asked: Sequence[tuple[Principal, str]]) -> list[Conversation | NotFound]:
    """As `readable_conversation`, for many people with one query: for each the conversation, or NotFound."""
    wanted = [_id_or_none(conversation_id) for _, conversation_id in asked]
    rows = Conversation.objects.with_related().filter(id__in={one for one in wanted if one is not None})
    by_id: dict[UUID | None, Conversation] = {row.id: row for row in rows}
    return [
        found
        if (found := by_id.get(one)) is not None and may_read(principal, found)
        else no_such("conversation")
        for (principal, _), one in zip(asked, wanted, strict=True)
    ]


def _id_or_none(conversation_id: str) -> UUID | None:
    try:
        return parse_id(conversation_id)
    except NotFound:
        return None


def readable_message(principal: Principal, message_id: str) -> Message:
    """Find a message of a conversation that this person may read. Raises `NotFound`."""
    found = (
        Message.objects.select_related("conversation")
        .filter(id=parse_id(message_id, "message"), conversation__organization_id=principal.organization_id)
        .first()
    )
    if found is None or not may_read(principal, found.conversation):
        raise no_such("message")
    return found
