"""Organizations, people and widgets in the admin site."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_scope import OrganizationScopedAdmin
from accounts.models import Organization, User, Widget


class UserCreationForm(BaseUserCreationForm):
    """Asks for the sign-in address once and keeps it as the contact address too."""

    class Meta:
        model = User
        fields = ("username", "role", "organization")

    def save(self, commit: bool = True) -> User:
        """Save the new person."""
        self.instance.email = self.cleaned_data["username"]
        return super().save(commit)


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
        ("Person", {"fields": ["first_name", "last_name", "email", "phone"]}),
        ("Place", {"fields": ["organization", "role", "is_active", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "organization", "role", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """An admin does not see, and so cannot change, a superuser."""
        people = super().get_queryset(request)
        return people if request.user.is_superuser else people.filter(is_superuser=False)

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
    list_display = ["name", "key", "organization", "is_active"]
    list_filter = ["organization"]
    search_fields = ["name", "key"]
