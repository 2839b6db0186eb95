"""Tell all processes whose sockets may have to close: somebody is deactivated, a widget is switched off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save

from accounts.models import User, Widget
from chat import fanout
from chat.events import AccessChanged

STANDING = {"is_active", "role", "organization", "organization_id"}
"""What of a person's row decides what it may do."""


def listen() -> None:
    """From now on tell of every change that is saved; what is written past models is found by looking."""
    for signal in (post_save, post_delete):
        signal.connect(_person_changed, sender=User, dispatch_uid=f"access-of-person-{id(signal)}")
        signal.connect(_widget_changed, sender=Widget, dispatch_uid=f"access-by-widget-{id(signal)}")


def _person_changed(
    instance: User, created: bool = False, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    if not created and (update_fields is None or STANDING & set(update_fields)):
        fanout.publish_on_commit(AccessChanged(user_id=str(instance.id)))


def _widget_changed(instance: Widget, created: bool = False, **_: Any) -> None:
    if not created:
        fanout.publish_on_commit(AccessChanged(widget_id=str(instance.id)))
