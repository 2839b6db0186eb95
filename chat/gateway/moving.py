"""Sockets that go on in another process: nothing missed, nothing twice, and nobody sees them go."""

from __future__ import annotations

from typing import Any

from chat import fanout, rooms
from chat.errors import NotAuthenticated
from chat.fanout import changes
from chat.fanout.delivery import Dialect, Member
from chat.gateway import connecting, typing
from chat.gateway.sockets import Socket
from chat.threads import in_database_thread

CONVERSATION = rooms.conversation("")


def describe(member: Member) -> dict[str, Any]:
    """Who somebody is, and which conversations it has joined."""
    return {"userId": member.user_id, "conversations": _joined(member)}


async def restore(socket: Socket, dialect: Dialect, described: dict[str, Any]) -> None:
    """Let a socket in that another process has let in before; what happens in its conversations is held.

    Its token counts anew. Raises `HelpdeskError` when it opens nothing any more, or something else.
    """
    await connecting.let_in(socket, dialect)
    if socket.user_id != described["userId"]:
        await connecting.see_off(socket)
        raise NotAuthenticated("token_invalid", "The token is somebody else's.")
    for conversation_id in described["conversations"]:
        fanout.listen().hub.begin_joining(socket, conversation_id)


def leave(member: Member) -> dict[str, Any]:
    """Take somebody out of all rooms, and say up to which version it was told of each conversation."""
    hub = fanout.listen().hub
    versions = {key: hub.told_up_to(member, key) for key in _joined(member)}
    if isinstance(member, Socket):
        connecting.move_out(member)
    hub.leave_all(member)
    return {"versions": versions}


async def arrive(socket: Socket, left: dict[str, Any]) -> None:
    """Tell a restored socket what it has not been told yet, from the database; then everything live follows.

    Conversations that it has left or joined meanwhile count as they do now.
    """
    hub = fanout.listen().hub
    versions: dict[str, int] = left["versions"]
    for key in _joined(socket):
        if key not in versions:
            hub.leave(socket, rooms.conversation(key))
    for key, told in versions.items():
        if rooms.conversation(key) not in hub.rooms_of(socket):
            hub.begin_joining(socket, key)
        missed, version = await in_database_thread(changes.changes_since, key, told)
        while hub.is_too_old(key, version):
            missed, version = await in_database_thread(changes.changes_since, key, told)
        if socket.principal is None:
            hub.leave_all(socket)  # it closed meanwhile
            return
        hub.tell(socket, missed)
        hub.finish_joining(socket, key, version)
        typing.joined(socket).add(key)
        if not socket.is_staff_member:
            fanout.listen().positions.tell(key)


def _joined(member: Member) -> list[str]:
    found = fanout.listen().hub.rooms_of(member)
    return [room.removeprefix(CONVERSATION) for room in found if room.startswith(CONVERSATION)]
