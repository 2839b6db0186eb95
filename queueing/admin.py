"""Queues in the admin site."""

from django.contrib import admin

from accounts.admin_scope import OrganizationScopedAdmin, OrganizationScopedInline
from queueing.models import Member, Queue


class MemberInline(OrganizationScopedInline):
    model = Member
    extra = 1
    autocomplete_fields = ["user"]


@admin.register(Queue)
class QueueAdmin(OrganizationScopedAdmin):
    list_display = ["name", "organization", "is_default"]
    list_filter = ["organization"]
    search_fields = ["name"]
    inlines = [MemberInline]
