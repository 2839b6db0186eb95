"""Assistants in the admin site, and who answers first: on the pages of widgets and queues (SPEC §9)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import WidgetAdmin
from accounts.admin_forms import OneOrganizationFormSet
from accounts.admin_scope import OrganizationScopedAdmin, OrganizationScopedInline
from accounts.models import Widget
from chat.admin.assistant_forms import AssistantForm
from chat.models import Assistant, Conversation, Message, QueueAssistant, Status, WidgetAssistant
from queueing.admin.queues import QueueAdmin
from queueing.models import Queue


@admin.register(Assistant)
class AssistantAdmin(OrganizationScopedAdmin):
    form = AssistantForm
    list_display = ["name", "organization", "answers_with", "answers_first_in", "queue", "is_active"]
    list_filter = ["is_active", ("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization", "queue"]
    search_fields = ["name"]
    ordering = ["name"]
    readonly_fields = ["key_is_set"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organization", "name", "is_active", "greeting"],
                "description": "Where it answers first is said on the pages of widgets and queues.",
            },
        ),
        (
            "Who writes its answers",
            {"fields": ["endpoint", "model", "key_variable", "key_is_set", "temperature", "instructions"]},
        ),
        (
            "Limits",
            {
                "fields": [
                    "max_answer_characters",
                    "max_tool_calls",
                    "silence_seconds",
                    "answer_seconds",
                    "customer_tokens_per_day",
                    "organization_tokens_per_day",
                ],
                "description": "When one is reached, people take over. Days are those of UTC.",
            },
        ),
        ("When people take over", {"fields": ["queue", "highest_priority"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assistant]:
        """With what the list shows of each."""
        return super().get_queryset(request).prefetch_related("widgets__widget", "queues__queue")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """It speaks as a person of its organization, and stays there."""
        return [*self.readonly_fields, *(["organization"] if obj is not None else [])]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """One that has spoken stays: its name stands over what it said."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        needed = [f"{one}: {why}" for one in objs if (why := _why_it_stays(one))]
        return to_delete, counts, perms_needed, [*protected, *needed]

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Assistant) -> None:
        """Delete it, and the person that it was in conversations."""
        obj.delete()
        obj.user.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Assistant]) -> None:
        """As one by one."""
        for assistant in queryset.select_related("user"):
            self.delete_model(request, assistant)

    @admin.display(description="answers with")
    def answers_with(self, assistant: Assistant) -> str:
        """Which model at which endpoint, or the knowledge base."""
        endpoint = assistant.endpoint or settings.ASSISTANT_BASE_URL
        if not endpoint:
            return "the knowledge base"
        return f"{assistant.model or settings.ASSISTANT_MODEL or 'no model named'} at {endpoint}"

    @admin.display(description="answers first in")
    def answers_first_in(self, assistant: Assistant) -> str:
        """The widgets and queues that have it."""
        widgets = [f"widget {one.widget}" for one in assistant.widgets.all()]
        queues = [f"queue {one.queue}" for one in assistant.queues.all()]
        return ", ".join([*widgets, *queues]) or "none"

    @admin.display(description="key found", boolean=True)
    def key_is_set(self, assistant: Assistant) -> bool:
        """Whether the environment of this process has the key; never which it is."""
        return bool(settings.ASSISTANT_API_KEYS.get(assistant.key_variable))


def _why_it_stays(assistant: Assistant) -> str | None:
    has_live_chats = Conversation.objects.filter(assistant=assistant).exclude(status=Status.CLOSED).exists()
    if has_live_chats or Message.objects.filter(sender_id=assistant.user_id).exists():
        return "it has talked to customers; switch it off instead, then people answer"
    return None


class OneAssistantFormSet(OneOrganizationFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        """Name the form's fields: Django makes no name of a relation without one."""
        return "assistant"


class AnswersFirstInline(OrganizationScopedInline):
    formset = OneAssistantFormSet
    verbose_name_plural = "who answers first, before people do"
    can_delete = True


class WidgetAssistantInline(AnswersFirstInline):
    model = WidgetAssistant


class QueueAssistantInline(AnswersFirstInline):
    model = QueueAssistant


admin.site.unregister([Widget, Queue])


@admin.register(Widget)
class AnsweringWidgetAdmin(WidgetAdmin):
    """Widgets with their assistants; `accounts` below knows nothing of chats."""

    inlines = [WidgetAssistantInline]


@admin.register(Queue)
class AnsweringQueueAdmin(QueueAdmin):
    """Queues with their assistants; `queueing` below knows nothing of chats."""

    inlines = [*QueueAdmin.inlines, QueueAssistantInline]
