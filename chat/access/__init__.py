"""Every permission rule (SPEC §2, §3, §6): a function returns the object or raises, never None.

What is not yours and what does not exist are the same `NotFound`, so that nobody can probe ids.
"""

from chat.access.assistants import assistant_for_customer, assistant_of_widget, assistant_to_resume
from chat.access.claims import check_claims, check_may_change_email, check_origin
from chat.access.conversations import (
    ConversationOwnership,
    check_may_read,
    check_may_resolve,
    check_may_revise,
    check_may_send,
    check_may_take_over,
    check_may_transfer,
    check_may_write,
    conversations_to_read,
    may_read,
    readable_conversation,
    readable_conversations,
    readable_message,
)
from chat.access.files import sendable_media, transcript_address, viewable_media
from chat.access.lookup import id_text, no_such, parse_id
from chat.access.people import agent_to_assign, colleague, customer, staff, team
from chat.access.queues import (
    checked_skills,
    queue_for_customer,
    queue_ids_served_by,
    queue_of_organization,
    served_queue_ids,
)
from chat.access.widgets import widget_of_organization

__all__ = [
    "ConversationOwnership",
    "agent_to_assign",
    "assistant_for_customer",
    "assistant_of_widget",
    "assistant_to_resume",
    "check_claims",
    "check_may_change_email",
    "check_may_read",
    "check_may_resolve",
    "check_may_revise",
    "check_may_send",
    "check_may_take_over",
    "check_may_transfer",
    "check_may_write",
    "check_origin",
    "checked_skills",
    "colleague",
    "conversations_to_read",
    "customer",
    "id_text",
    "may_read",
    "no_such",
    "parse_id",
    "queue_for_customer",
    "queue_ids_served_by",
    "queue_of_organization",
    "readable_conversation",
    "readable_conversations",
    "readable_message",
    "sendable_media",
    "served_queue_ids",
    "staff",
    "team",
    "transcript_address",
    "viewable_media",
    "widget_of_organization",
]
