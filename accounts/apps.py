"""The app that knows who everyone is."""

from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete, post_save


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Let a changed widget count at once in the process that changed it; others notice within seconds."""
        from accounts import widget_origins

        def forget(**_: Any) -> None:
            transaction.on_commit(widget_origins.forget)

        for signal in (post_save, post_delete):
            signal.connect(forget, "accounts.Widget", weak=False, dispatch_uid="forget-widget-origins")
