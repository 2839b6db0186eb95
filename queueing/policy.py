"""PURE rules of a line: who is next, who may take it, and how long it will take. No database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import ceil
from typing import NamedTuple
from uuid import UUID

ORDER = ("-priority", "waiting_since", "id")
"""The line's order (SPEC §8): the highest priority first, then the longest wait."""


class Place(NamedTuple):
    """Where an item stands; sorts in the order of `ORDER`. `waiting_since` in seconds since the epoch."""

    lowered: int
    waiting_since: float
    id: int

    @classmethod
    def of(cls, priority: int, waiting_since: float, item_id: int) -> Place:
        """The place of an item."""
        return cls(-priority, waiting_since, item_id)


class Candidate(NamedTuple):
    """An agent who could be asked.

    `load` counts what it has and is being asked about; `last_assigned` is when it last got something, in
    seconds since the epoch, and 0 for never.
    """

    user_id: UUID
    load: int
    capacity: int | None
    last_assigned: float = 0.0
    skills: frozenset[str] = frozenset()


def may_take(skills: Collection[str], required: Collection[str]) -> bool:
    """Whether an agent with these skills may be given what needs those (SPEC §8)."""
    return set(required) <= set(skills)


def has_room(load: int, capacity: int | None) -> bool:
    """Whether an agent who has `load` items may get one more; no capacity is no limit."""
    return capacity is None or load < capacity


def best_agent(
    candidates: Iterable[Candidate], required: Collection[str], already_asked: Collection[UUID] = ()
) -> Candidate | None:
    """Choose whom to ask (SPEC §8): with the skills and room for it, the fewest items, then the longest idle.

    Nobody who was asked already in this round; None when nobody is left.
    """
    free = (
        candidate
        for candidate in candidates
        if candidate.user_id not in already_asked
        and has_room(candidate.load, candidate.capacity)
        and may_take(candidate.skills, required)
    )
    return min(free, key=lambda one: (one.load, one.last_assigned, one.user_id), default=None)


def estimated_wait_seconds(
    *, position: int, available_agents: int, average_handle_seconds: float | None
) -> int | None:
    """Estimate how long the item at `position` (1 = next) still waits, in seconds (SPEC §8).

    None when nobody is available or nothing is known of how long an item takes: never a guess.
    """
    if available_agents <= 0 or average_handle_seconds is None:
        return None
    return ceil(ceil(position / available_agents) * average_handle_seconds)
