"""The admin site: Django's, with our titles and the desk in it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, reverse


class HelpdeskAdminSite(AdminSite):
    """Django's admin site, which also mounts the agents' desk and lists it first in its menu."""

    site_title = "Helpdesk"
    site_header = "Helpdesk"
    index_title = "Administration"

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Put ours before the admin's own pages, whose last pattern takes every address."""
        return [
            path("", self.admin_view(self.home), name="index"),
            path("desk/", include("chat.desk.urls")),
            *super().get_urls(),
        ]

    def home(self, request: HttpRequest) -> HttpResponse:
        """Show what may be administered; whoever may administer nothing works at the desk."""
        if not self.get_app_list(request):
            return redirect("admin:desk:index")
        return self.index(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add where the desk is, for the link in the header."""
        return {**super().each_context(request), "desk_url": reverse("admin:desk:index")}
