"""How much a frame is to be kept for a client that does not take it at once."""

from __future__ import annotations

from enum import Enum, auto


class Delivery(Enum):
    """What a frame is worth to a client that cannot take it at once, or that comes back after a while."""

    RELIABLE = auto()
    """It waits for the client, and is told again to one that recovers its connection."""
    TRANSIENT = auto()
    """It waits for the client; to one that recovers it is no news any more: a part of an answer under way."""
    VOLATILE = auto()
    """It is for now or never, and dropped where the client's transport is not writable: typing, presence."""
