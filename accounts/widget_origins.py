"""The allowed origins of all active widgets, kept in the process for a few seconds.

For what must be decided before anybody is known: preflights and handshakes. Whoever is known is held to the
origins of its own widget (`Principal.widget_origins`), which are read with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from django.db import DatabaseError

from accounts.models import Widget, origins_of

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WidgetOrigins:
    """What was read: the origins of each widget that allows any, and all of them together."""

    by_key: Mapping[str, frozenset[str]]
    every: frozenset[str]
    fresh_until: float


_read: WidgetOrigins | None = None
_reading = threading.Lock()


def current() -> WidgetOrigins | None:
    """What was read a moment ago; None when it is time to `load`. Never waits, so an event loop may ask."""
    return _read if _read is not None and time.monotonic() < _read.fresh_until else None


def load() -> WidgetOrigins:
    """Read them, once for all threads that ask at a time; without a database the last ones stay."""
    global _read
    if (fresh := current()) is not None:
        return fresh
    with _reading:
        known = _read
        if (fresh := current()) is not None:
            return fresh
        by_key: Mapping[str, frozenset[str]] = known.by_key if known is not None else {}
        try:
            by_key = _origins_by_key()
        except DatabaseError as error:
            log.warning("widget_origins_unavailable", error=type(error).__name__)
        every = frozenset[str]().union(*by_key.values())
        read = WidgetOrigins(by_key, every, time.monotonic() + FRESH_SECONDS)
        _read = read
        return read


def forget() -> None:
    """Read them anew next time: a widget has changed."""
    global _read
    _read = None


def _origins_by_key() -> dict[str, frozenset[str]]:
    rows = (
        Widget.objects.filter(is_active=True)
        .exclude(allowed_origins="")
        .values_list("key", "allowed_origins")
    )
    return {key: origins_of(text) for key, text in rows}
