"""Change what others see of a person (SPEC §6: `PATCH me`)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal
from chat import access
from chat.actions import transitions
from chat.models import Conversation, Status

FIELDS = ("first_name", "last_name", "email", "phone", "avatar")


def update_profile(person: Principal, changes: dict[str, str]) -> User:
    """Change some of one's own `FIELDS`, and tell those who are in one's live chat.

    Raises `Forbidden` for an e-mail address that says who somebody is.
    """
    user = User.objects.select_related("visitor").get(id=person.user_id)
    if "email" in changes:
        if changes["email"].lower() == user.email.lower():
            changes = {field: value for field, value in changes.items() if field != "email"}
        else:
            access.check_may_change_email(user)
    return change_profile(user, changes)


@transaction.atomic
def change_profile(user: User, changes: dict[str, str]) -> User:
    """As `update_profile`, for a caller that knows that this may be; changing nothing tells nothing."""
    new = {field: changes[field].strip() for field in FIELDS if field in changes}
    changed = [field for field, value in new.items() if getattr(user, field) != value]
    if not changed:
        return user
    for field in changed:
        setattr(user, field, new[field])
    user.save(update_fields=changed)
    _tell_live_conversation(user)
    return user


def _tell_live_conversation(user: User) -> None:
    """Only a customer's, of which there is one: a transaction numbers the changes of one conversation."""
    live = Conversation.objects.filter(customer=user).exclude(status=Status.CLOSED)
    for conversation_id in live.values_list("id", flat=True):
        transitions.touch(transitions.lock(conversation_id), "profile", now=timezone.now())
