"""What agents can take, on their page among the users: capacity, skills, and the queues they serve."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import UserAdmin
from accounts.admin_forms import OneOrganizationFormSet
from accounts.admin_scope import OrganizationScopedInline
from accounts.models import Role, User
from queueing.models import Agent, Member


class AgentInline(OrganizationScopedInline):
    model = Agent
    formset = OneOrganizationFormSet
    autocomplete_fields = ["skills"]
    can_delete = False
    verbose_name = "what this agent can take"


class MembershipInline(OrganizationScopedInline):
    model = Member
    formset = OneOrganizationFormSet
    extra = 0
    autocomplete_fields = ["queue"]
    verbose_name = "queue"
    verbose_name_plural = "queues that this agent serves"


admin.site.unregister(User)


@admin.register(User)
class ServingUserAdmin(UserAdmin):
    """People, with what those of the team serve; `accounts` below knows nothing of queues."""

    list_display = [*UserAdmin.list_display, "capacity", "skills"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With what the list shows of each."""
        return super().get_queryset(request).select_related("agent").prefetch_related("agent__skills")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Customers serve nothing, and nobody does before it has a page."""
        if obj is None or obj.role == Role.CUSTOMER:
            return []
        return [AgentInline, MembershipInline]

    @admin.display(description="chats at once", ordering="agent__capacity")
    def capacity(self, user: User) -> str:
        """How many chats at once."""
        if user.role == Role.CUSTOMER:
            return ""
        agent = getattr(user, "agent", None)
        return "no limit" if agent is None or agent.capacity is None else str(agent.capacity)

    @admin.display(description="skills")
    def skills(self, user: User) -> str:
        """Their names."""
        agent = getattr(user, "agent", None)
        return "" if agent is None else ", ".join(skill.name for skill in agent.skills.all())
