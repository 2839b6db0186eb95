"""Who is typing: told to the others, and ended by itself when it is not renewed (SPEC §5.1)."""

from __future__ import annotations

import asyncio

from accounts.tokens import Principal
from chat.actions import typing_hints
from chat.actions.people import tell_typing
from chat.errors import Forbidden
from chat.gateway.background import in_background
from chat.gateway.sockets import Socket

TYPING_SECONDS = 6


def start(socket: Socket, conversation_id: str) -> None:
    """Tell the others in a joined conversation that this person types; a renewal tells nobody again.

    Both count as activity, so that nobody is warned or closed out while it writes (SPEC §8).

    Raises `Forbidden` for a conversation that the socket has not joined.
    """
    if conversation_id not in joined(socket):
        raise Forbidden("Join the conversation before you type in it.")
    if typing_hints.is_due(conversation_id):
        in_background(typing_hints.note(conversation_id))
    timers = _timers(socket)
    running = timers.pop(conversation_id, None)
    if running is not None:
        running.cancel()
    else:
        tell_typing(socket.user, conversation_id, is_typing=True)
    timers[conversation_id] = asyncio.get_running_loop().call_later(
        TYPING_SECONDS, stop, socket, conversation_id
    )


def stop(socket: Socket, conversation_id: str) -> None:
    """Tell the others that this person types no more; nothing where it did not."""
    running = _timers(socket).pop(conversation_id, None)
    if running is not None:
        running.cancel()
        if socket.principal is not None:
            tell_typing(socket.principal, conversation_id, is_typing=False)


def stop_all(socket: Socket, principal: Principal) -> None:
    """End all typing of a socket that is gone."""
    for conversation_id, running in list(_timers(socket).items()):
        running.cancel()
        tell_typing(principal, conversation_id, is_typing=False)
    _timers(socket).clear()


def joined(socket: Socket) -> set[str]:
    """The ids of the conversations that this socket has joined."""
    found: set[str] = socket.state.setdefault("joined", set())
    return found


def _timers(socket: Socket) -> dict[str, asyncio.TimerHandle]:
    found: dict[str, asyncio.TimerHandle] = socket.state.setdefault("typing", {})
    return found
