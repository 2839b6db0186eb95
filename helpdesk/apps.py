"""Django's entries for the shell and for the admin site it brings."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HelpdeskConfig(AppConfig):
    """The shell itself: its management commands."""

    name = "helpdesk"


class HelpdeskAdminConfig(AdminConfig):
    """Django's admin with the helpdesk's own site, which also serves the desk."""

    default_site = "helpdesk.admin_site.HelpdeskAdminSite"
