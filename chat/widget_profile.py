"""What a widget tells those who open it: how it looks, what it asks for, and who is there (SPEC §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts import presence
from accounts.models import Widget
from accounts.models.widget import Asks
from chat.media.formats import MAX_FILE_BYTES, MAX_FILES
from chat.models import MediaType
from queueing.models import Member, Queue

ONLINE = "online"

Payload = dict[str, Any]


def profile(widget: Widget) -> Payload:
    """What a page shows before anybody is known."""
    return {
        "name": widget.name,
        "greeting": widget.greeting,
        "color": widget.color,
        "preChat": [
            {"name": name, "required": asks == Asks.REQUIRED}
            for name, asks in asked_fields(widget).items()
            if asks != Asks.NO
        ],
        "requiresIdentity": widget.requires_identity,
        "queues": _queues(widget),
        "businessHours": None,
        "media": _media_limits(),
    }


def config(widget: Widget) -> Payload:
    """What a program that is signed in shows and observes: the same, and how long a chat may be silent."""
    queue = (
        Queue.objects.filter(organization_id=widget.organization_id).order_by("-is_default", "name").first()
    )
    warning = queue.inactivity_warning_seconds if queue else None
    close = queue.inactivity_close_seconds if queue else None
    return {
        "_id": str(widget.id),
        "name": widget.name,
        "greeting": widget.greeting,
        "color": widget.color,
        "queues": _queues(widget),
        "assistant": None,
        "inactivity": {
            "warningSeconds": warning or settings.INACTIVITY_WARNING_SECONDS,
            "closeSeconds": close or settings.INACTIVITY_CLOSE_SECONDS,
        },
        "media": _media_limits(),
    }


def asked_fields(widget: Widget) -> dict[str, str]:
    """What the form before a chat may ask for, and whether this widget does: one of `Asks`."""
    return {"name": widget.asks_name, "email": widget.asks_email}


def _queues(widget: Widget) -> list[Payload]:
    queues = list(Queue.objects.filter(organization_id=widget.organization_id).order_by("name"))
    online = agents_online([queue.id for queue in queues])
    return [
        # Always open: queues have no business hours yet.
        {"_id": str(queue.id), "name": queue.name, "open": True, "agentsOnline": online[queue.id]}
        for queue in queues
    ]


def agents_online(queue_ids: Sequence[UUID]) -> Counter[UUID]:
    """Count, for each queue, the members who are here and take chats."""
    members = list(
        Member.objects.filter(queue_id__in=queue_ids, user__is_active=True).values_list("queue_id", "user_id")
    )
    statuses = presence.statuses({user_id for _, user_id in members})
    return Counter(queue_id for queue_id, user_id in members if statuses[user_id] == ONLINE)


def _media_limits() -> Payload:
    return {"types": MediaType.values, "maxFiles": MAX_FILES, "maxBytes": MAX_FILE_BYTES}
