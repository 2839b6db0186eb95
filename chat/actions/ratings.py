"""Take the customer's rating."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.tokens import Principal
from chat import access
from chat.actions import transitions
from chat.errors import Conflict, InvalidInput
from chat.models import Conversation, Rating, Status
from chat.models.rating import MAX_COMMENT_CHARACTERS


def rate(customer: Principal, conversation_id: str, score: int, comment: str = "") -> Conversation:
    """Rate a conversation that is closed or resolved, 1 to 5; a later rating replaces it (SPEC §5.2).

    Raises `Forbidden` for everyone but customers, `NotFound`, `InvalidInput`, and `Conflict` before that.
    """
    access.customer(customer)
    if isinstance(score, bool) or not 1 <= score <= 5:
        raise InvalidInput("The score is a whole number from 1 to 5.", field="score")
    comment = comment.strip()
    if len(comment) > MAX_COMMENT_CHARACTERS or "\0" in comment:
        raise InvalidInput(f"The comment has at most {MAX_COMMENT_CHARACTERS:,} characters.", field="comment")
    found = access.readable_conversation(customer, conversation_id)
    with transaction.atomic():
        conversation = transitions.lock(found.id)
        if conversation.status not in (Status.CLOSED, Status.RESOLVED):
            raise Conflict("A conversation can be rated once it is closed or resolved.")
        now = timezone.now()
        conversation.rating, _ = Rating.objects.update_or_create(
            conversation=conversation, defaults={"score": score, "comment": comment, "created_at": now}
        )
        transitions.touch(conversation, "rated", now=now)
    return conversation
