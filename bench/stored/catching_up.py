"""Clients that poll after an absence: `GET sync` with a cursor that is hundreds of messages old."""

from __future__ import annotations

import random

from bench.stored.callers import Caller, Callers, Case
from chat.models import Message

MISSED = (1, 500)
"""How many messages a client has missed; 500 fill a page."""


def cases(callers: Callers, count: int) -> list[Case]:
    """Make the requests, with cursors that are as old as they should be."""
    dice = random.Random(17)
    agents, customers = [callers.agent], [callers.regular]
    return [
        Case(f"sync: {who}, {missed} missed", _requests(callers, missed, count, dice))
        for who, callers in (("agent", agents), ("customer with thousands", customers))
        for missed in MISSED
    ] + [Case("sync: nothing missed", [(callers.agent, "sync", {"cursor": _now(callers.agent)})] * count)]


def _requests(
    callers: list[Caller], missed: int, count: int, dice: random.Random
) -> list[tuple[Caller, str, dict[str, str]]]:
    cursors = {caller: _cursor(caller, missed) for caller in callers}
    return [(caller, "sync", {"cursor": cursors[caller]}) for caller in dice.choices(callers, k=count)]


def _cursor(caller: Caller, missed: int) -> str:
    """The cursor of a client that has everything but its last `missed` messages."""
    changes = Message.objects.filter(conversation__participants__user_id=caller.user.id).order_by("-change")
    known = changes.values_list("change", flat=True)[missed : missed + 1]
    return f"{known[0]}.{known[0]}" if known else "0.0"


def _now(caller: Caller) -> str:
    cursor: str = caller.get("sync", {})["data"]["cursor"]
    return cursor
