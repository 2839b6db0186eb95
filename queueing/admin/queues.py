"""Queues in the admin site: how they work, when they are open, and who serves them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_forms import OneOrganizationFormSet
from accounts.admin_scope import OrganizationScopedAdmin, OrganizationScopedInline
from queueing import hours, line
from queueing.admin.forms import QueueForm
from queueing.models import Member, OpeningHours, Queue


class OpeningHoursInline(OrganizationScopedInline):
    model = OpeningHours
    extra = 0
    verbose_name = "time of the week"
    verbose_name_plural = "opening hours"


class MemberInline(OrganizationScopedInline):
    model = Member
    formset = OneOrganizationFormSet
    extra = 0
    autocomplete_fields = ["user"]
    verbose_name = "agent"
    verbose_name_plural = "agents who serve this queue"


@admin.register(Queue)
class QueueAdmin(OrganizationScopedAdmin):
    form = QueueForm
    list_display = ["name", "organization", "is_default", "mode", "agents", "waiting", "is_open"]
    list_filter = ["mode", ("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["name"]
    ordering = ["name"]
    autocomplete_fields = ["skills"]
    inlines = [OpeningHoursInline, MemberInline]
    fieldsets = [
        (None, {"fields": ["organization", "name", "is_default"]}),
        (
            "How chats come to agents",
            {
                "fields": ["mode", "answer_timeout_seconds"],
                "description": "Agents always may take what waits. In the second mode one of them is asked "
                "besides: who is online, has room and the skills, and of those who has the fewest chats, "
                "then who has been without a new one the longest.",
            },
        ),
        (
            "Who comes first, and to whom",
            {
                "fields": ["priority", "skills", "relax_skills_after_seconds"],
                "description": "For chats that come to wait from now on.",
            },
        ),
        (
            "How long customers wait, and how long silence may last",
            {"fields": ["queue_timeout_seconds", "inactivity_warning_seconds", "inactivity_close_seconds"]},
        ),
        (
            "Opening hours",
            {
                "fields": ["time_zone"],
                "description": "The times stand below; with none the queue is always open. What comes while "
                "it is closed waits, and nobody is asked. A time that ends at or before its beginning ends "
                "on the next day; 00:00 to 00:00 is a whole day.",
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        """With what the list shows of each."""
        queues = super().get_queryset(request).prefetch_related("opening_hours")
        return queues.annotate(member_count=Count("members"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What waits in a queue cannot move to another organization with it."""
        return [] if obj is None else ["organization"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say what keeps a queue from being deleted, not that nobody may delete that."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set() if protected else perms_needed, protected

    @admin.display(description="agents", ordering="member_count")
    def agents(self, queue: Any) -> int:
        """How many serve it."""
        return int(queue.member_count)

    @admin.display(description="waiting now")
    def waiting(self, queue: Queue) -> int:
        """How many wait in it."""
        return line.waiting_count(queue.id)

    @admin.display(description="open now", boolean=True)
    def is_open(self, queue: Queue) -> bool:
        """Whether it is open at this moment."""
        return hours.is_open(queue, timezone.now())
