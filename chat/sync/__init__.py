"""What a client that comes late, or comes back, is told (SPEC §4)."""

from chat.sync.snapshot import Snapshot, snapshot

__all__ = ["Snapshot", "snapshot"]
