"""Keeps the admin site inside one organization (SPEC §2)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.models import Organization, Role, User


class OwnChoices(BaseModelAdmin):
    """Offers and takes in fields that point at rows only those of the organization; a superuser has all."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A field for one row."""
        return _with_own_choices(super().formfield_for_foreignkey(db_field, request, **kwargs), request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A field for several rows."""
        return _with_own_choices(super().formfield_for_manytomany(db_field, request, **kwargs), request)


class OrganizationScopedAdmin(OwnChoices, admin.ModelAdmin):
    """Shows an admin the rows of its own organization, and lets it choose among those; a superuser sees all.

    Agents have no rows in the admin site: their place is the desk.
    """

    organization_path = "organization"
    """From a row to its organization, as a lookup."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows this person may see."""
        return within(super().get_queryset(request), request, self.organization_path)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Something new is of the admin's own organization unless another is chosen."""
        user = request.user
        own = {"organization": user.organization_id} if isinstance(user, User) else {}
        return {**own, **super().get_changeform_initial_data(request)}

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


class OrganizationScopedInline(OwnChoices, admin.TabularInline):
    """Rows inside a scoped row, under the same rule; what they may point at is the organization's too."""

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


def within(rows: QuerySet[Any], request: HttpRequest, path: str) -> QuerySet[Any]:
    """Those of the rows that this person may see; `path` is the lookup from a row to its organization."""
    user = request.user
    if not isinstance(user, User):
        return rows.none()
    return rows if user.is_superuser else rows.filter(**{path: user.organization_id})


def _with_own_choices(field: Any, request: HttpRequest) -> Any:
    choices = getattr(field, "queryset", None)
    if choices is not None:
        if choices.model is Organization:
            field.queryset = within(choices, request, "id")
        elif any(column.name == "organization" for column in choices.model._meta.fields):
            field.queryset = within(choices, request, "organization")
    return field
