"""Into a conversation's room without missing or doubling anything."""

from __future__ import annotations

from collections.abc import Callable

from chat import fanout, rooms
from chat.access import id_text
from chat.batched import Batched
from chat.gateway import typing
from chat.gateway.sockets import Socket
from chat.selectors import BACKLOG_MESSAGES
from chat.sync import Snapshot, Wanted, snapshots

_snapshots: Batched[Wanted, Snapshot] = Batched(lambda wanted: snapshots(wanted))


async def join(
    socket: Socket,
    conversation_id: str,
    last_seq: int | None,
    hand_over: Callable[[Snapshot], None],
    *,
    backlog: int = BACKLOG_MESSAGES,
) -> Snapshot:
    """Join a conversation: `hand_over` gives the client its backlog, then everything live follows.

    The backlog are the messages after `last_seq`, or without it, the last `backlog`. What happens while it is
    being read is held back and follows it, once. Raises
    `NotFound` for a conversation that this person may not read; the socket is then in no room.
    """
    key = id_text(conversation_id)
    hub = fanout.listen().hub
    # Held back from before the snapshot is read; a stranger's held frames are thrown away with the error.
    hub.begin_joining(socket, key)
    wanted = Wanted(socket.user, key, last_seq, backlog)
    try:
        found = await _snapshots.ask(wanted)
        while hub.is_too_old(key, found.conversation.version):
            found = await _snapshots.ask(wanted)
    except BaseException:
        hub.leave(socket, rooms.conversation(key))
        raise
    if socket.principal is None:
        hub.leave_all(socket)  # it closed meanwhile
        return found
    if found.conversation.handler != "assistant":
        hub.streams.note_taken(key, found.conversation.version)
    hand_over(found)
    hub.finish_joining(socket, key, found.conversation.version)
    typing.joined(socket).add(key)
    if found.conversation.status == "waiting" and not socket.is_staff_member:
        fanout.listen().positions.tell(key)
    return found


def leave(socket: Socket, conversation_id: str) -> None:
    """Leave a conversation's room; nothing where the socket was not in it."""
    typing.stop(socket, conversation_id)
    typing.joined(socket).discard(conversation_id)
    fanout.listen().hub.leave(socket, rooms.conversation(conversation_id))
