"""What a widget tells those who open it: how it looks, what it asks for, and who is there (SPEC §7)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import Widget
from accounts.models.widget import Asks
from chat import access
from chat.estimates import agents_online
from chat.media.formats import MAX_FILE_BYTES, MAX_FILES
from chat.models import MediaType
from chat.payloads import Payload, optional_timestamp
from queueing import hours
from queueing.models import OpeningHours, Queue


def profile(widget: Widget) -> Payload:
    """What a page shows before anybody is known."""
    queues = _queues_of(widget)
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
        "assistant": _assistant(widget, queues),
        **_where_to_wait(queues),
        "media": _media_limits(),
    }


def config(widget: Widget) -> Payload:
    """What a program that is signed in shows and observes: the same, and how long a chat may be silent."""
    queues = _queues_of(widget)
    queue = _default_of(queues)
    warning = queue.inactivity_warning_seconds if queue else None
    close = queue.inactivity_close_seconds if queue else None
    return {
        "_id": str(widget.id),
        "name": widget.name,
        "greeting": widget.greeting,
        "color": widget.color,
        **_where_to_wait(queues),
        "assistant": _assistant(widget, queues),
        "inactivity": {
            "warningSeconds": warning or settings.INACTIVITY_WARNING_SECONDS,
            "closeSeconds": close or settings.INACTIVITY_CLOSE_SECONDS,
        },
        "media": _media_limits(),
    }


def asked_fields(widget: Widget) -> dict[str, str]:
    """What the form before a chat may ask for, and whether this widget does: one of `Asks`."""
    return {"name": widget.asks_name, "email": widget.asks_email}


def _queues_of(widget: Widget) -> list[Queue]:
    found = Queue.objects.filter(organization_id=widget.organization_id)
    return list(found.prefetch_related("opening_hours").order_by("name"))


def _default_of(queues: list[Queue]) -> Queue | None:
    """The queue of a chat for which nobody names one; `queues` in the order of their names."""
    return next((queue for queue in queues if queue.is_default), queues[0] if queues else None)


def _assistant(widget: Widget, queues: list[Queue]) -> Payload | None:
    """Who answers first a chat for which nobody names a queue; None where people do."""
    default = _default_of(queues)
    found = access.assistant_of_widget(widget.id, default.id if default else None)
    return {"name": found.name, "greeting": found.greeting} if found else None


def _where_to_wait(queues: list[Queue]) -> Payload:
    """The queues one can wait in, and the hours of the one where chats wait for which nobody names one."""
    now, default = timezone.now(), _default_of(queues)
    online = agents_online([queue.id for queue in queues])
    return {
        "queues": [
            {
                "_id": str(queue.id),
                "name": queue.name,
                "open": hours.is_open(queue, now),
                "agentsOnline": online[queue.id],
                "businessHours": _business_hours(queue, now),
            }
            for queue in queues
        ],
        "businessHours": _business_hours(default, now) if default else None,
    }


def _business_hours(queue: Queue, now: datetime) -> Payload | None:
    """When a queue is open, by the clock of its time zone; None for one that always is."""
    weekly = sorted(queue.opening_hours.all(), key=lambda one: (one.weekday, one.opens))
    if not weekly:
        return None
    return {
        "timeZone": queue.time_zone,
        "hours": [
            {
                "day": OpeningHours.Weekday(one.weekday).name.lower(),
                "opens": f"{one.opens:%H:%M}",
                "closes": f"{one.closes:%H:%M}",
            }
            for one in weekly
        ],
        "open": hours.is_open(queue, now),
        "nextOpening": optional_timestamp(hours.next_opening(queue, now)),
    }


def _media_limits() -> Payload:
    return {"types": MediaType.values, "maxFiles": MAX_FILES, "maxBytes": MAX_FILE_BYTES}
