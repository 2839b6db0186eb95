"""The chat in the admin site, one file a subject; what changes something calls an action."""

from chat.admin.conversations import ConversationAdmin

__all__ = ["ConversationAdmin"]
