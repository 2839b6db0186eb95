"""Telling everyone: rooms, and events published on commit. Only `chat.actions` publishes durable events."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

from django.db import transaction

from chat.events import Event
from chat.fanout.process import ProcessFanout

__all__ = ["listen", "of_process", "publish", "publish_on_commit"]

_listening: ProcessFanout | None = None
_sending: ProcessFanout | None = None
_starting = threading.Lock()


def listen() -> ProcessFanout:
    """The fan-out of the running event loop, which delivers to the sockets of this process."""
    global _listening
    loop = asyncio.get_running_loop()
    if _listening is None or _listening.loop is not loop:
        _listening = ProcessFanout(loop)
        _listening.listen()
    return _listening


def of_process() -> ProcessFanout:
    """This process's fan-out: that of the sockets, else one that only sends."""
    fanout = _listening
    return _sender() if fanout is None or fanout.loop.is_closed() else fanout


def publish(event: Event) -> None:
    """Tell everyone who is connected anywhere; from any thread, without waiting and without raising.

    A durable event may be published only after its transaction has committed: see `publish_on_commit`.
    """
    of_process().publish(event)


def publish_on_commit(*events: Event) -> None:
    """Publish events in this order once the surrounding transaction has committed, and not if it has not."""
    for event in events:
        transaction.on_commit(partial(publish, event))


def _sender() -> ProcessFanout:
    """A fan-out for a process without sockets (Celery, a command): one long-lived thread that sends."""
    global _sending
    with _starting:
        if _sending is None or _sending.loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="fanout", daemon=True).start()
            _sending = ProcessFanout(loop)
        return _sending
