"""Conversations between customers and the people who answer them."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Chat"

    def ready(self) -> None:
        """Tell the timers what to do when a conversation's are due."""
        from chat.actions import silence

        silence.register_timers()
