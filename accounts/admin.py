"""Organizations, people and widgets in the admin site."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.admin_scope import OrganizationScopedAdmin
from accounts.models import PEOPLE_ROLES, Organization, Role, User, Visitor, Widget
from accounts.models.widget import new_identity_secret

ONCE_SAVED = "Stands here once the widget is saved."


class UserCreationForm(BaseUserCreationForm):
    """Asks for the sign-in address once and keeps it as the contact address too."""

    class Meta:
        model = User
        fields = ("username", "role", "organization")

    def save(self, commit: bool = True) -> User:
        """Save the new person."""
        self.instance.email = self.cleaned_data["username"]
        return super().save(commit)


class IsVerifiedFilter(admin.SimpleListFilter):
    """Whom a company's own server has vouched for."""

    title = "identity"
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two kinds of visitors."""
        return [("yes", "Verified"), ("no", "Claimed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Visitor]) -> QuerySet[Visitor]:
        """Those of the kind asked for."""
        if self.value() is None:
            return queryset
        return (
            queryset.filter(verified_identity="")
            if self.value() == "no"
            else queryset.exclude(verified_identity="")
        )


@admin.register(User)
class UserAdmin(OrganizationScopedAdmin, DjangoUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    list_display = ["name", "email", "role", "organization", "is_active"]
    list_filter = ["role", "is_active", "organization"]
    search_fields = ["username", "email", "first_name", "last_name"]
    ordering = ["first_name", "last_name", "username"]
    filter_horizontal = []
    list_select_related = ["organization"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email", "phone", "avatar"]}),
        ("Place", {"fields": ["organization", "role", "is_active", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "organization", "role", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People only, no assistants; and an admin does not see, and so cannot change, a superuser."""
        people = super().get_queryset(request).exclude(role=Role.ASSISTANT)
        return people if request.user.is_superuser else people.filter(is_superuser=False)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nobody is made an assistant: those have a page of their own."""
        if db_field.name == "role":
            kwargs["choices"] = [(role.value, role.label) for role in PEOPLE_ROLES]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only a superuser makes superusers."""
        return [] if request.user.is_superuser else ["is_superuser"]


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Widget)
class WidgetAdmin(OrganizationScopedAdmin):
    list_display = ["name", "key", "organization", "requires_identity", "is_active"]
    list_filter = ["is_active", "requires_identity", ("organization", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "key", "allowed_origins"]
    list_select_related = ["organization"]
    readonly_fields = ["snippet", "secret"]
    actions = ["give_new_secrets"]
    fieldsets = [
        (None, {"fields": ["organization", "name", "key", "is_active", "snippet"]}),
        ("What visitors see", {"fields": ["greeting", "color", "asks_name", "asks_email"]}),
        ("Whose pages may show it", {"fields": ["allowed_origins"]}),
        ("Identities of your own users", {"fields": ["requires_identity", "secret"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The key stays once it stands on pages; a new one would cut them off."""
        return [*self.readonly_fields, *(["key"] if obj is not None else [])]

    @admin.display(description="To put on your pages")
    def snippet(self, widget: Widget) -> str:
        """The script tag with which a page shows the widget."""
        if widget._state.adding:
            return ONCE_SAVED
        tag = f'<script async src="{settings.PUBLIC_URL}/widget.js" data-widget-key="{widget.key}"></script>'
        return format_html("<code>{}</code>", tag)

    @admin.display(description="Secret for userHash")
    def secret(self, widget: Widget) -> str:
        """What the company's server signs identities with; replaced by an action, never chosen."""
        return ONCE_SAVED if widget._state.adding else format_html("<code>{}</code>", widget.identity_secret)

    @admin.action(description="Give new secrets: identities signed with the old ones are refused from now on")
    def give_new_secrets(self, request: HttpRequest, widgets: QuerySet[Widget]) -> None:
        """Change the secrets, for instance because one has become known."""
        for widget in widgets:
            widget.identity_secret = new_identity_secret()
            widget.save(update_fields=["identity_secret"])
            self.log_change(request, widget, "New identity secret.")
        self.message_user(request, "Now put the new secrets onto the servers that sign identities.")


@admin.register(Visitor)
class VisitorAdmin(OrganizationScopedAdmin):
    """Who came by a widget: to look up; the people themselves stand among the users."""

    organization_path = "user__organization"
    list_display = ["user", "email", "verified_identity", "widget"]
    list_filter = [IsVerifiedFilter, ("widget", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "widget"]
    search_fields = ["verified_identity", "user__email", "user__first_name", "user__last_name"]
    readonly_fields = ["user", "email", "widget", "verified_identity"]

    @admin.display(description="e-mail address, as claimed", ordering="user__email")
    def email(self, visitor: Visitor) -> str:
        """What the visitor or its page said."""
        return visitor.user.email

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Widgets make visitors."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A person is switched off, not deleted."""
        return False
