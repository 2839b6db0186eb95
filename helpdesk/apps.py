"""Django's entries for the shell and for the admin site it brings."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HelpdeskConfig(AppConfig):
    """The shell itself: its management commands and its Celery application."""

    name = "helpdesk"

    def ready(self) -> None:
        """Make the Celery application the one that tasks belong to, in every process."""
        import helpdesk.celery  # noqa: F401


class HelpdeskAdminConfig(AdminConfig):
    """Django's admin with the helpdesk's own site, which also serves the desk."""

    default_site = "helpdesk.admin_site.HelpdeskAdminSite"
