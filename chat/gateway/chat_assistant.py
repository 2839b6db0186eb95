"""Namespace `/chat`: what agents do with the assistant's chats (SPEC §5.2, §9)."""

from __future__ import annotations

import asyncio
from functools import partial

from chat.actions import answering
from chat.assistant import suggestion
from chat.gateway import commands
from chat.gateway.chat import changed, chat, enter
from chat.gateway.dispatch import staff_only
from chat.gateway.sockets import Socket
from chat.payloads import Payload
from chat.socketio.delivery import Delivery


@chat.on("watch-chat", takes=commands.InChat)
async def watch_chat(socket: Socket, command: commands.InChat) -> Payload:
    """Into the room of any chat, to see it live; an answer under way is seen from its beginning."""
    staff_only(socket.user)
    return {"chat": await enter(socket, command.chat_id)}


@chat.on("resume-ai", takes=commands.InChat)
async def resume_ai(socket: Socket, command: commands.InChat) -> Payload:
    """The chat goes back to the assistant; the agent stays in the room and watches."""
    staff_only(socket.user)
    return {"chat": await changed(socket, partial(answering.resume, socket.user, command.chat_id))}


@chat.on("suggest-reply", takes=commands.InChat)
async def suggest_reply(socket: Socket, command: commands.InChat) -> Payload:
    """A reply that the agent may send, as a stream to this socket alone; a new one ends the last."""
    staff_only(socket.user)
    begun = await suggestion.begin(
        socket.user, command.chat_id, partial(socket.emit, "chat-stream", delivery=Delivery.TRANSIENT)
    )
    running: asyncio.Task[None] | None = socket.state.get("suggestion")
    if running is not None:
        running.cancel()
    socket.state["suggestion"] = asyncio.create_task(begun.write())
    return {"chatId": command.chat_id, "streamId": begun.stream_id}
