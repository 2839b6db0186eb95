"""Keeps the admin site inside one organization (SPEC §2)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.models import Organization, Role, User


class OrganizationScopedAdmin(admin.ModelAdmin):
    """Shows an admin the rows of its own organization, and lets it choose among those; a superuser sees all.

    Agents have no rows in the admin site: their place is the desk.
    """

    organization_path = "organization"
    """From a row to its organization, as a lookup."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows this person may see."""
        return self._within(super().get_queryset(request), request, self.organization_path)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what belongs to the organization."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and field.queryset is not None:
            field.queryset = self._choices(field.queryset, request)
        return field

    def _choices(self, choices: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        if choices.model is Organization:
            return self._within(choices, request, "id")
        if any(field.name == "organization" for field in choices.model._meta.fields):
            return self._within(choices, request, "organization")
        return choices

    def _within(self, rows: QuerySet[Any], request: HttpRequest, path: str) -> QuerySet[Any]:
        user = request.user
        if user.is_superuser:
            return rows
        return rows.filter(**{path: user.organization_id}) if isinstance(user, User) else rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the model stands on the index page."""
        return is_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Admins see; `get_queryset` says which rows."""
        return is_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Admins add."""
        return is_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Admins change."""
        return is_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Admins delete."""
        return is_admin(request)


class ReadOnlyAdmin(OrganizationScopedAdmin):
    """Rows to look at: they write themselves, and what has happened stays. An admin page may add actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class OrganizationScopedInline(admin.TabularInline):
    """Rows inside a scoped row, under the same rule; what they may point at is the organization's too."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what belongs to the organization."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        user = request.user
        if field is None or field.queryset is None or not isinstance(user, User) or user.is_superuser:
            return field
        field.queryset = field.queryset.filter(organization_id=user.organization_id)
        return field

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the row they stand in."""
        return is_admin(request)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """As the row they stand in."""
        return is_admin(request)


class ReadOnlyInline(OrganizationScopedInline):
    """Rows inside a scoped row, to look at."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False


def is_admin(request: HttpRequest) -> bool:
    """Whether the person signed in is an admin."""
    user = request.user
    return isinstance(user, User) and user.is_active and (user.is_superuser or user.role == Role.ADMIN)
