"""The assistants of an organization, and what each may spend."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction

from accounts.ids import new_id
from accounts.models import Organization, Role, User, Widget
from chat.models.conversation import Conversation
from queueing.models import Queue

KEY_VARIABLE = RegexValidator(
    r"^ASSISTANT_API_KEY(_[A-Z0-9_]{1,40})?$",
    "Name a variable of the environment that begins with ASSISTANT_API_KEY.",
)


class Assistant(models.Model):
    """Who answers first (SPEC §9): how it speaks, which model it asks, and its limits.

    Without an endpoint it is the embedded assistant, which answers from the knowledge base. `user` is the
    person that it is in conversations: nobody can sign in as it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="assistants")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assistant", editable=False
    )
    name = models.CharField(max_length=80, help_text="Under which it answers.")
    is_active = models.BooleanField(default=True, help_text="Switched off, people answer its chats.")
    greeting = models.TextField(
        max_length=1000,
        blank=True,
        help_text="Its first message in a chat. Empty: it waits for the customer.",
    )
    instructions = models.TextField(
        max_length=20_000,
        blank=True,
        help_text="For a language model: what the company does, how to speak. No secrets: whatever a model "
        "knows it can be made to say.",
    )
    queue = models.ForeignKey(
        Queue,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="To which it hands over. Empty: the queue that the customer chose, else the default one.",
    )
    endpoint = models.URLField(
        max_length=300,
        blank=True,
        help_text="An OpenAI-compatible endpoint that the operator allows (ASSISTANT_ENDPOINTS). "
        "Empty: that of ASSISTANT_BASE_URL, and without one the embedded assistant.",
    )
    model = models.CharField(max_length=120, blank=True, help_text="Empty: that of ASSISTANT_MODEL.")
    key_variable = models.CharField(
        max_length=60,
        default="ASSISTANT_API_KEY",
        validators=[KEY_VARIABLE],
        verbose_name="key",
        help_text="The variable of the environment that holds the endpoint's key. The key is never stored.",
    )
    temperature = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(2)],
        help_text="0 to 2. Empty: the model's own.",
    )
    max_answer_characters = models.PositiveIntegerField(
        default=4000, validators=[MinValueValidator(100), MaxValueValidator(10_000)]
    )
    max_tool_calls = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(20)],
        verbose_name="tool calls",
        help_text="In one answer.",
    )
    silence_seconds = models.PositiveSmallIntegerField(
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="When nothing has come for so long, before or in an answer, people take over.",
    )
    answer_seconds = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
        help_text="How long a whole answer may take.",
    )
    customer_tokens_per_day = models.PositiveIntegerField(
        default=100_000, help_text="For one customer. 0: no limit."
    )
    organization_tokens_per_day = models.PositiveIntegerField(
        default=5_000_000, help_text="For all customers together. 0: no limit."
    )
    highest_priority = models.SmallIntegerField(
        default=5, help_text="The highest that the assistant may give to a chat that it hands over."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_assistant_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the person that the assistant is in conversations under the same name."""
        if self.user_id is None:
            self.user = User.objects.create(
                username=f"assistant-{self.id.hex}",
                password=make_password(None),
                role=Role.ASSISTANT,
                organization=self.organization,
                first_name=self.name,
            )
        elif self.user.first_name != self.name:
            User.objects.filter(id=self.user_id).update(first_name=self.name)
            self.user.first_name = self.name
        super().save(*args, **kwargs)


class WidgetAssistant(models.Model):
    """The assistant that answers first in the chats of a widget."""

    widget = models.OneToOneField(Widget, on_delete=models.CASCADE, primary_key=True, related_name="+")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="widgets")

    def __str__(self) -> str:
        return str(self.assistant)


class QueueAssistant(models.Model):
    """The assistant that answers first in the chats that come to a queue."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, primary_key=True, related_name="+")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="queues")

    def __str__(self) -> str:
        return str(self.assistant)


class AssistantTurn(models.Model):
    """A customer is owed an answer by the assistant (DESIGN §4).

    Stored in the transaction of the customer's message; whoever answers takes it (`stream_id`) and renews the
    lease. When the lease ends, nobody is answering any more and people take over. Every change of the
    conversation's state deletes it: an answer that finds none is not said.
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    stream_id = models.UUIDField(null=True)
    lease_until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"until {self.lease_until:%H:%M:%S}"


class AssistantUsage(models.Model):
    """How many tokens the assistants of an organization have used for a customer on a day (UTC).

    The row without a customer counts the organization's.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    day = models.DateField()
    tokens = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "day"], name="one_usage_of_a_customer_and_day"),
            models.UniqueConstraint(
                fields=["organization", "day"],
                condition=models.Q(customer__isnull=True),
                name="one_usage_of_an_organization_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tokens} on {self.day}"
