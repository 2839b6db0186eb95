"""Namespace `/chat`: what everyone in a chat may send (SPEC §5.2)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from accounts import presence
from chat import payloads, selectors
from chat.access import id_text
from chat.actions import asking, conversations, custom_messages, escalation, messages, people, ratings
from chat.errors import InvalidInput
from chat.gateway import commands, joining, typing
from chat.gateway.chat_dialect import NAMESPACE, dialect, receipt, request
from chat.gateway.dispatch import Namespace
from chat.gateway.sockets import Socket
from chat.models import Conversation
from chat.payloads import Payload
from chat.sync import Snapshot
from chat.threads import in_database_thread

chat = Namespace(NAMESPACE, dialect)


@chat.connected
async def _connected(socket: Socket) -> None:
    asked = {name: socket.handshake.auth.get(name) for name in ("chatId", "lastSeq")}
    if asked["chatId"] is not None:
        await join_chat(socket, commands.parse(commands.JoinChat, [asked]))
    if socket.user.is_staff_member:
        for offered in await in_database_thread(asking.pending_for, socket.user.user_id):
            socket.emit(*request(offered))


@chat.on("join-chat", takes=commands.JoinChat)
async def join_chat(socket: Socket, command: commands.JoinChat) -> Payload:
    """Into the room, with the backlog; without `chatId` into a customer's live conversation, new or not."""
    chat_id = command.chat_id
    if chat_id is None:
        if not socket.user.is_customer:
            raise InvalidInput("An agent names the chat to join: chatId is needed.")
        context = command.context or socket.handshake.auth.get("context")
        conversation, _ = await in_database_thread(
            conversations.start_conversation, socket.user, command.queue_id, context
        )
        chat_id = str(conversation.id)
    return {"chat": await enter(socket, chat_id, command.last_seq)}


@chat.on("leave-chat", takes=commands.InChat)
def leave_chat(socket: Socket, command: commands.InChat) -> Payload:
    """Out of the room."""
    joining.leave(socket, id_text(command.chat_id, "chat"))
    return {"chatId": command.chat_id}


@chat.on("chat-message", "sendMessage", takes=commands.SendToChat)
async def send_message(socket: Socket, command: commands.SendToChat) -> Payload:
    """Store a text or a file, then `chat-message` to the room."""
    created = await messages.send(
        messages.message_to_send(
            socket.user, command.chat_id, command.text, command.client_message_id, media_id=command.media_id
        )
    )
    return payloads.sent(created.message)


@chat.on("set-status", takes=commands.SetStatus)
def set_status(socket: Socket, command: commands.SetStatus) -> Payload | Coroutine[Any, Any, Payload]:
    """Presence for everyone who may know, or typing in a chat."""
    if command.status in ("typing", "idle"):
        chat_id = _chat_typed_in(socket, command)
        (typing.start if command.status == "typing" else typing.stop)(socket, chat_id)
        return {"chatId": chat_id, "status": command.status}
    if command.status not in presence.STATUSES:
        allowed = ", ".join(("typing", "idle", *presence.STATUSES))
        raise InvalidInput(f"There is no such status. Allowed are: {allowed}.", field="status")
    return _set_presence(socket, command.status)


async def _set_presence(socket: Socket, status: str) -> Payload:
    await presence.set_status(socket.user.user_id, status)
    await in_database_thread(people.tell_presence, socket.user, status)
    return {"status": status}


def _chat_typed_in(socket: Socket, command: commands.SetStatus) -> str:
    if command.chat_id is not None:
        return id_text(command.chat_id, "chat")
    # Mobile apps send the status alone (`setStatus` in the Flutter recipe): a customer has one chat.
    joined = typing.joined(socket)
    if len(joined) != 1:
        raise InvalidInput("Name the chat in which you type: chatId is needed.", field="chatId")
    return next(iter(joined))


@chat.on("mark-read", takes=commands.ReadChat)
async def mark_read(socket: Socket, command: commands.ReadChat) -> Payload:
    """Read up to a message, or the last; the room is told."""
    read = await messages.mark_read(messages.read_mark(socket.user, command.chat_id, command.message_id))
    return {"chatId": command.chat_id, "seq": read.seq}


@chat.on("custom-message", takes=commands.CustomMessage)
async def custom_message(socket: Socket, command: commands.CustomMessage) -> Payload:
    """Application data to the others in the chat; not stored."""
    chat_id = await in_database_thread(custom_messages.relay, socket.user, command.chat_id, command.data)
    return {"chatId": chat_id}


@chat.on("close-chat", takes=commands.CloseChat)
async def close_chat(socket: Socket, command: commands.CloseChat) -> Payload:
    """Close the chat for good."""
    close = partial(conversations.close_conversation, socket.user, command.chat_id, command.reason)
    return {"chat": await changed(socket, close)}


@chat.on("rate-chat", takes=commands.RateChat)
async def rate_chat(socket: Socket, command: commands.RateChat) -> Payload:
    """The customer's rating, once the chat is closed or resolved."""
    rate = partial(ratings.rate, socket.user, command.chat_id, command.score, command.comment)
    return {"chat": await changed(socket, rate)}


@chat.on("request-agent", takes=commands.RequestAgent)
async def request_agent(socket: Socket, command: commands.RequestAgent) -> Payload:
    """A person instead of the assistant: the chat waits in a queue."""
    ask = partial(escalation.request_agent, socket.user, command.chat_id, command.queue_id)
    return {"chat": await changed(socket, ask)}


async def enter(socket: Socket, chat_id: str, last_seq: int | None = None) -> Payload:
    """Put a socket into a chat's room with what it has missed, and describe the chat."""

    def hand_over(snapshot: Snapshot) -> None:
        backlog = [payloads.chat_message(message, socket.user_id) for message in snapshot.messages]
        socket.emit("messages", backlog)
        for message in snapshot.revised:
            name = "message-deleted" if message.deleted_at else "message-updated"
            socket.emit(name, payloads.chat_message(message, socket.user_id))
        for mark in snapshot.receipts:
            socket.emit("message-read", receipt(mark))

    snapshot = await joining.join(socket, chat_id, last_seq, hand_over)
    return payloads.chat(snapshot.conversation, socket.user_id)


async def changed(socket: Socket, change: Callable[[], Conversation]) -> Payload:
    """Change a conversation and describe it as it is now."""
    facts = await in_database_thread(lambda: selectors.conversation_facts(change()))
    return payloads.chat(facts, socket.user_id)
