"""PURE rules of a line: who is next and how long it will take. No database, no clock."""

from __future__ import annotations

from math import ceil

ORDER = ("-priority", "waiting_since", "id")
"""The line's order (SPEC §8): the highest priority first, then the longest wait."""


def estimated_wait_seconds(
    *, position: int, available_agents: int, average_handle_seconds: float | None
) -> int | None:
    """Estimate how long the item at `position` (1 = next) still waits, in seconds (SPEC §8).

    None when nobody is available or nothing is known of how long an item takes: never a guess.
    """
    if available_agents <= 0 or average_handle_seconds is None:
        return None
    return ceil(ceil(position / available_agents) * average_handle_seconds)
