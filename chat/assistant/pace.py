"""How often answers are heard: each piece has its price, whatever it says."""

from __future__ import annotations

PACE_SECONDS = 0.03
BUSY_ANSWERS = 25
"""Up to so many answers in a process go on at that pace, more of them at a slower one."""
SLOWEST_PACE_SECONDS = 0.15


def pace_for(answers: int) -> float:
    """How many seconds lie between two pieces of an answer, when so many are given at once."""
    return min(SLOWEST_PACE_SECONDS, PACE_SECONDS * max(1, answers / BUSY_ANSWERS))
