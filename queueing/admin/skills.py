"""Skills in the admin site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.admin_scope import OrganizationScopedAdmin
from queueing import line
from queueing.admin.forms import SkillForm
from queueing.models import Skill


@admin.register(Skill)
class SkillAdmin(OrganizationScopedAdmin):
    form = SkillForm
    list_display = ["name", "organization", "agents_with_it"]
    list_filter = [("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        """With what the list shows of each."""
        return super().get_queryset(request).annotate(agent_count=Count("agents"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What waits names the skills that it needs: under another name nobody would have them."""
        return [] if obj is None else ["organization", "name"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """One that something waits for stays: without it nobody could take that."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        needed = [
            f"{skill}: {waiting} waiting that need it"
            for skill in objs
            if (waiting := line.waiting_for_skill(skill.organization_id, skill.name))
        ]
        return to_delete, counts, perms_needed, [*protected, *needed]

    @admin.display(description="agents with it", ordering="agent_count")
    def agents_with_it(self, skill: Any) -> int:
        """How many have it."""
        return int(skill.agent_count)
