"""Conversations and their audit trail in the admin site: to look at; what changes them are actions."""

from django.contrib import admin

from accounts.admin_scope import ReadOnlyAdmin, ReadOnlyInline
from chat.admin.reassigning import ReassigningAdmin
from chat.models import Conversation, MessageRevision, Transition


class TransitionInline(ReadOnlyInline):
    model = Transition
    fields = readonly_fields = (
        "created_at", "kind", "actor", "from_status", "to_status", "from_agent", "to_agent", "to_queue",
    )  # fmt: skip
    verbose_name_plural = "audit trail"


@admin.register(Conversation)
class ConversationAdmin(ReassigningAdmin):
    list_display = ["customer", "agent", "queue", "status", "priority", "last_seq", "updated_at"]
    # Only queues that the rows shown have: the plain filter lists those of all organizations.
    list_filter = ["status", ("queue", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["customer__email", "customer__first_name", "customer__last_name"]
    list_select_related = ["customer", "agent", "queue"]
    inlines = [TransitionInline]
    fieldsets = [
        (None, {"fields": ["organization", "customer", "agent", "queue", "status", "context"]}),
        ("Waiting", {"fields": ["priority", "required_skills", "queued_at", "queue_timed_out_at"]}),
        (
            "Times",
            {"fields": ["created_at", "updated_at", "last_activity_at", "inactivity_warned_at"]},
        ),
        ("End", {"fields": ["close_reason", "closed_by"]}),
        (
            "Counters, by which clients find out what they have missed",
            {
                "classes": ["collapse"],
                "fields": ["last_seq", "version", "state_version", "change", "state_change"],
            },
        ),
    ]


@admin.register(MessageRevision)
class MessageRevisionAdmin(ReadOnlyAdmin):
    organization_path = "message__conversation__organization"
    list_display = ["created_at", "kind", "actor", "message", "text"]
    list_filter = ["kind", "created_at"]
    search_fields = ["text", "message__conversation__id"]
    list_select_related = ["actor", "message"]
