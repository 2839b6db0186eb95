"""Conversations in the admin site: to look at; what changes them are actions."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_scope import OrganizationScopedAdmin
from chat.models import Conversation


@admin.register(Conversation)
class ConversationAdmin(OrganizationScopedAdmin):
    list_display = ["customer", "agent", "queue", "status", "last_seq", "updated_at"]
    # Only queues that the rows shown have: the plain filter lists those of all organizations.
    list_filter = ["status", ("queue", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["customer__email", "customer__first_name", "customer__last_name"]
    list_select_related = ["customer", "agent", "queue"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Customers start conversations."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """A conversation changes at the desk, where everyone is told."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was said stays."""
        return False
