"""A conversation: who asks, who answers, and where it stands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from accounts.ids import new_id
from accounts.models import Organization
from queueing.models import Queue


class Status(models.TextChoices):
    """Where a conversation stands (SPEC §3)."""

    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


def forget_queue_of_closed(collector: Any, field: Any, conversations: Any, using: str) -> None:
    """Let a queue be deleted once no conversation can return to it any more: an `on_delete`.

    Raises `ProtectedError` with some that can.
    """
    if live := set(conversations.exclude(status=Status.CLOSED)[:10]):
        raise models.ProtectedError("There are conversations in this queue that are not closed.", live)
    models.SET_NULL(collector, field, conversations, using)


# As of SET_NULL: without it Django would read every conversation of the queue.
forget_queue_of_closed.lazy_sub_objs = True  # type: ignore[attr-defined]


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations, and what is told of them."""

    def with_related(self) -> ConversationQuerySet:
        """Read with each what its facts need of other tables."""
        return self.select_related("customer", "agent", "assistant__user", "queue", "closed_by", "rating")


class Conversation(models.Model):
    """One customer's conversation.

    `last_seq` numbers its messages without gaps. `version` numbers every durable change, messages
    included; each row that belongs to the conversation keeps the version at which it last changed,
    so "what have I missed" is always "rows with a version above mine". `state_version` is that
    number for the status and the assignment.

    `change` places the latest change among all changes of the organization (`ChangeCounter`); internal
    notes move `version` alone, so that no customer can tell that there is one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="conversations")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conversations"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_conversations",
    )
    assistant = models.ForeignKey(
        "chat.Assistant",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Answers while the chat is open and no agent's.",
    )
    queue = models.ForeignKey(
        Queue, on_delete=forget_queue_of_closed, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    priority = models.SmallIntegerField(default=0, help_text="In its queue; the highest is served first.")
    required_skills = models.JSONField(
        default=list, blank=True, help_text="Names of the skills that an agent needs for it."
    )
    queued_at = models.DateTimeField(
        null=True, blank=True, help_text="Its place in a queue: when it first began to wait for people."
    )
    queue_timed_out_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    context = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the customer's client said of itself when it began: page, device.",
    )
    last_seq = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    state_version = models.PositiveIntegerField(default=0)
    change = models.BigIntegerField(default=0)
    state_change = models.BigIntegerField(default=0)
    last_activity_at = models.DateTimeField()
    inactivity_warned_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            # SPEC §3: one live conversation for each customer. A visitor is a customer of one widget,
            # so this is also one for each widget, however many tabs start at once.
            models.UniqueConstraint(
                fields=["customer"], condition=~models.Q(status="closed"), name="one_live_conversation"
            ),
        ]
        indexes = [
            # Lists: each is in the order in which they are shown. All begin with the organization, so that an
            # index for a filter always fits better than the one for no filter. The status at the end lets a
            # list be counted and filtered in the index alone.
            models.Index(fields=["organization", "-updated_at", "-id"], name="conversations_of_all"),
            models.Index(
                fields=["organization", "status", "-updated_at", "-id"], name="conversations_of_status"
            ),
            models.Index(
                fields=["organization", "agent", "-updated_at", "-id", "status"],
                name="conversations_of_agent",
            ),
            models.Index(
                fields=["organization", "queue", "-updated_at", "-id", "status"],
                name="conversations_of_queue",
            ),
            models.Index(
                fields=["organization", "customer", "-updated_at", "-id", "status"],
                name="conversations_of_customer",
            ),
            models.Index(fields=["agent", "status"]),
            models.Index(fields=["organization", "change"], name="conversations_by_change"),
            models.Index(fields=["queue", "state_change"]),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ({self.status})"
