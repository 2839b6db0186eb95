"""The chat in the admin site, one file a subject; what changes something calls an action."""

from chat.admin.articles import ArticleAdmin
from chat.admin.assistants import AssistantAdmin
from chat.admin.conversations import ConversationAdmin
from chat.admin.mails import OutgoingMailAdmin
from chat.admin.tickets import TicketAdmin
from chat.admin.waiting import EntryAdmin, OfferAdmin

__all__ = [
    "ArticleAdmin",
    "AssistantAdmin",
    "ConversationAdmin",
    "EntryAdmin",
    "OfferAdmin",
    "OutgoingMailAdmin",
    "TicketAdmin",
]
