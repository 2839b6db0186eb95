"""Conversations between customers and the people who answer them."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Chat"

    def ready(self) -> None:
        """Say what is to be done when a conversation's timers are due, and when migrations run."""
        from django.db.models.signals import post_migrate, pre_migrate

        from chat.actions import access_changes, due
        from chat.assistant import process
        from chat.search import triggers

        pre_migrate.connect(triggers.remove_before_migrations, sender=self)
        post_migrate.connect(triggers.install_after_migrations, sender=self)
        access_changes.listen()
        due.register_timers()
        process.listen()
