"""Lists of conversations: what a query may ask for, and pages that cost the same however deep they are."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from accounts.tokens import Principal
from chat import access, search, selectors
from chat.api.answers import page_number_and_limit
from chat.api.queries import choice, moment
from chat.errors import InvalidInput
from chat.models import Conversation, Status

NEWEST_FIRST = ("-updated_at", "-id")
OLDEST_FIRST = ("updated_at", "id")
MAX_OF_CUSTOMERS = 5_000
"""So many conversations are listed of those customers whose name was searched for."""
HANDLERS = {
    "assistant": Q(status=Status.OPEN, agent=None),
    "queue": Q(status=Status.WAITING),
    "agent": Q(agent__isnull=False) & ~Q(status=Status.CLOSED),
}
"""Who has a conversation, as `ConversationFacts.handler` says it."""


def asked_for(request: Request, caller: Principal) -> QuerySet[Conversation]:
    """The conversations that somebody may read, as far as the query's `status` and `search` ask for them.

    `search` looks for its words in the name and the e-mail address of the customer, and in the 500 newest
    messages that hold them. Raises `InvalidInput`.
    """
    text = request.query_params.get("search", "").strip()
    found = _found(search.words_of(text, field="search"), caller) if text else None
    conversations = (
        access.readable_conversations(caller)
        if found is None
        # Looked for in what this person may read. To ask for the organization again would have SQLite look
        # through all of it, since it cannot know that these are fewer.
        else Conversation.objects.filter(id__in=found)
    )
    status = choice(request, "status", Status.values)
    return conversations if status is None else conversations.filter(status=status)


def _found(words: Sequence[str], caller: Principal) -> set[UUID]:
    organization_id = caller.organization_id
    customer_id = caller.user_id if caller.is_customer else None
    messages = search.message_ids(words, organization_id=organization_id, customer_id=customer_id)
    found = selectors.conversation_ids_of_messages(messages)
    if caller.is_customer:
        return found
    customers = search.customer_ids(words, organization_id=organization_id)
    # Customers of this organization; sorted here, since SQLite would rather walk all that are in order.
    theirs = Conversation.objects.filter(customer_id__in=customers).values_list("updated_at", "id")
    return found | {conversation_id for _, conversation_id in nlargest(MAX_OF_CUSTOMERS, theirs)}


def filtered_for_team(
    conversations: QuerySet[Conversation], request: Request, caller: Principal
) -> QuerySet[Conversation]:
    """Keep those that the team's own filters ask for: by who has it, queue and time of the last change.

    Raises `InvalidInput`.
    """
    if (handler := choice(request, "handler", tuple(HANDLERS))) is not None:
        conversations = conversations.filter(HANDLERS[handler])
    if choice(request, "mine", ("true", "false")) == "true":
        conversations = conversations.filter(agent_id=caller.user_id)
    if (assigned := choice(request, "assigned", ("me", "none"))) is not None:
        conversations = conversations.filter(agent_id=caller.user_id if assigned == "me" else None)
    if (agent_id := _id(request, "agentId", "an agent")) is not None:
        conversations = conversations.filter(agent_id=agent_id)
    if (queue_id := _id(request, "queueId", "a queue")) is not None:
        conversations = conversations.filter(queue_id=queue_id)
    if (since := moment(request, "since")) is not None:
        conversations = conversations.filter(updated_at__gte=since)
    if (until := moment(request, "until")) is not None:
        conversations = conversations.filter(updated_at__lt=until)
    return conversations


def _id(request: Request, name: str, what: str) -> UUID | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(f"{name} must be the id of {what}.", field=name) from None


def page_of(
    conversations: QuerySet[Conversation], request: Request, caller: Principal
) -> tuple[list[Conversation], dict[str, int]]:
    """Take the page that the query names, the latest changed first, and say where it stands.

    Raises `InvalidInput` for numbers out of range; a page after the last is empty.
    """
    page, limit = page_number_and_limit(request, default_limit=20)
    total = conversations.count()
    ids = _ids_of_page(conversations, first=(page - 1) * limit, limit=limit, total=total)
    found = selectors.conversations().in_bulk(ids)
    pagination = {"currentPage": page, "totalPages": -(-total // limit), "totalItems": total}
    listed = [found[conversation_id] for conversation_id in ids if conversation_id in found]
    return [conversation for conversation in listed if access.may_read(caller, conversation)], pagination


def _ids_of_page(conversations: QuerySet[Conversation], *, first: int, limit: int, total: int) -> list[UUID]:
    """Find out which rows stand on a page, in an index alone, and from the end that is nearer."""
    if first >= total:
        return []
    if first <= total // 2:
        nearest = conversations.order_by(*NEWEST_FIRST)[first : first + limit]
        return list(nearest.values_list("id", flat=True))
    end = total - first
    nearest = conversations.order_by(*OLDEST_FIRST)[max(end - limit, 0) : end]
    return list(nearest.values_list("id", flat=True))[::-1]
