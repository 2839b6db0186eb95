"""What a client that comes late, or comes back, is told (SPEC §4)."""

from chat.sync.snapshot import Snapshot, Wanted, snapshot, snapshots

__all__ = ["Snapshot", "Wanted", "snapshot", "snapshots"]
