"""How often something may happen, counted in this process alone: for what is too frequent to ask Redis."""

from __future__ import annotations

from collections.abc import Hashable

KEYS_BEFORE_FORGETTING = 10_000


class LocalLimit:
    """At most `limit` in so many seconds for each key: a token bucket, kept as one number (GCRA, I.371).

    A burst of `limit` passes, then one every `seconds / limit`. A limit of 0 means none.
    """

    __slots__ = ("_forget_at", "_free_at", "_interval", "_seconds")

    def __init__(self, limit: float, seconds: float) -> None:
        self._interval = seconds / limit if limit > 0 else 0.0
        self._seconds = seconds
        self._free_at: dict[Hashable, float] = {}
        self._forget_at = KEYS_BEFORE_FORGETTING

    def take(self, key: Hashable, now: float) -> float:
        """Count one more at this moment of a monotonic clock; return 0 where it may be, else the seconds to
        wait. What may not be is not counted.
        """
        if not self._interval:
            return 0.0
        free_at = max(self._free_at.get(key, now), now) + self._interval
        wait = free_at - now - self._seconds
        if wait > 1e-6:
            return wait
        self._free_at[key] = free_at
        if len(self._free_at) > self._forget_at:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Forget the keys that have made up for everything: they may do as much as one never heard of."""
        self._free_at = {key: free_at for key, free_at in self._free_at.items() if free_at > now}
        self._forget_at = max(KEYS_BEFORE_FORGETTING, 2 * len(self._free_at))
