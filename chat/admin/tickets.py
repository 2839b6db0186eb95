"""Missed chats in the admin site: read, and marked as done."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_scope import ReadOnlyAdmin, is_admin
from chat.actions import tickets
from chat.models import Ticket


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "widget", "status", "created_at"]
    list_filter = ["status", ("widget", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "email", "description"]
    list_select_related = ["widget"]
    date_hierarchy = "created_at"
    actions = ["mark_as_done", "reopen"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Admins delete: what strangers leave may be rubbish."""
        return is_admin(request)

    @admin.action(description="Mark as done", permissions=["view"])
    def mark_as_done(self, request: HttpRequest, chosen: QuerySet[Ticket]) -> None:
        """Say that somebody has seen to them."""
        self.message_user(request, f"{tickets.mark_done(chosen)} marked as done.")

    @admin.action(description="Reopen", permissions=["view"])
    def reopen(self, request: HttpRequest, chosen: QuerySet[Ticket]) -> None:
        """Say that they need somebody again."""
        self.message_user(request, f"{tickets.reopen(chosen)} reopened.")
