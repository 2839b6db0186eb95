"""Conversations and their audit trail in the admin site: to look at; what changes them are actions."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_scope import OrganizationScopedAdmin, OrganizationScopedInline
from chat.models import Conversation, MessageRevision, Transition


class TransitionInline(OrganizationScopedInline):
    model = Transition
    fields = readonly_fields = (
        "created_at", "kind", "actor", "from_status", "to_status", "from_agent", "to_agent", "to_queue",
    )  # fmt: skip
    verbose_name_plural = "audit trail"
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What happened writes itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What happened stays."""
        return False

    has_delete_permission = has_change_permission


@admin.register(Conversation)
class ConversationAdmin(OrganizationScopedAdmin):
    list_display = ["customer", "agent", "queue", "status", "last_seq", "updated_at"]
    # Only queues that the rows shown have: the plain filter lists those of all organizations.
    list_filter = ["status", ("queue", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["customer__email", "customer__first_name", "customer__last_name"]
    list_select_related = ["customer", "agent", "queue"]
    inlines = [TransitionInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Customers start conversations."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A conversation changes at the desk, where everyone is told."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was said stays."""
        return False


@admin.register(MessageRevision)
class MessageRevisionAdmin(OrganizationScopedAdmin):
    organization_path = "message__conversation__organization"
    list_display = ["created_at", "kind", "actor", "message", "text"]
    list_filter = ["kind", "created_at"]
    search_fields = ["text", "message__conversation__id"]
    list_select_related = ["actor", "message"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """What was edited or deleted writes itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was said stays."""
        return False

    has_delete_permission = has_change_permission
