"""Namespace `/`: conversations as the REST API names them (SPEC §5.1)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from chat import payloads, rooms
from chat.access import parse_id
from chat.actions import messages
from chat.errors import InvalidInput
from chat.events import (
    ConversationChanged,
    Event,
    MessageCreated,
    PresenceChanged,
    ReceiptChanged,
    TypingChanged,
)
from chat.fanout.delivery import Outgoing
from chat.gateway import commands, joining, typing
from chat.gateway.dispatch import Namespace
from chat.gateway.sockets import Socket
from chat.models import MessageType
from chat.payloads import Payload, timestamp
from chat.socketio.packets import encode_event
from chat.sync import Snapshot

NAMESPACE = "/"


def dialect(event: Event) -> Iterable[Outgoing]:
    """Say an event in this namespace's words."""
    match event:
        case MessageCreated():
            return _message_created(event)
        case ReceiptChanged():
            return [_to_conversation(event.conversation_id, "message:read-receipt", _receipt(event))]
        case ConversationChanged():
            facts = event.conversation
            concerned: tuple[str, ...] = (rooms.conversation(facts.id), rooms.user(facts.customer.id))
            if facts.agent:
                concerned += (rooms.user(facts.agent.id),)
            return [Outgoing(concerned, partial(_encode_conversation, event))]
        case TypingChanged():
            name = "typing:user-typing" if event.is_typing else "typing:user-stopped"
            data = {
                "conversationId": event.conversation_id,
                "userId": event.person.id,
                "userName": event.person.name,
            }
            return [_to_conversation(event.conversation_id, name, data, except_user=event.person.id)]
        case PresenceChanged():
            name = "user:offline" if event.status == "offline" else "user:online"
            role = payloads.ROLE_NAMES[event.person.role]
            data = {"userId": event.person.id, "role": role, "lastSeen": timestamp(event.at)}
            return [Outgoing(event.rooms, partial(_encode, name, data), except_user=event.person.id)]
        case _:
            return []


def _message_created(event: MessageCreated) -> Iterable[Outgoing]:
    room = rooms.conversation(event.conversation_id)
    yield Outgoing((room,), partial(_encode_message, event))
    if event.notify and event.message.sender is not None:
        yield Outgoing(
            tuple(map(rooms.user, event.notify)), partial(_encode_notification, event), except_room=room
        )


def _encode(name: str, data: Payload) -> str:
    return encode_event(NAMESPACE, name, (data,))


def _encode_message(event: MessageCreated) -> str:
    message = payloads.message(event.message)
    return _encode("message:new", {"message": message, "conversationId": event.conversation_id})


def _encode_notification(event: MessageCreated) -> str:
    sender = event.message.sender
    assert sender is not None
    return _encode(
        "notification:new-message",
        {
            "conversationId": event.conversation_id,
            "message": payloads.message(event.message),
            "sender": {"id": sender.id, "name": sender.name},
        },
    )


def _encode_conversation(event: ConversationChanged) -> str:
    return _encode("conversation:updated", {"conversation": payloads.conversation(event.conversation)})


def _receipt(event: ReceiptChanged) -> Payload:
    return {
        "messageId": event.message_id,
        "conversationId": event.conversation_id,
        "readBy": event.reader.id,
        "readAt": timestamp(event.read_at),
        "seq": event.seq,
    }


def _to_conversation(
    conversation_id: str, name: str, data: Payload, *, except_user: str | None = None
) -> Outgoing:
    return Outgoing(
        (rooms.conversation(conversation_id),), partial(_encode, name, data), except_user=except_user
    )


root = Namespace(NAMESPACE, dialect)


@root.connected
async def _connected(socket: Socket) -> None:
    chat_id = socket.handshake.auth.get("chatId")
    if chat_id is not None:
        join = commands.parse(
            commands.JoinConversation,
            [{"conversationId": chat_id, "lastSeq": socket.handshake.auth.get("lastSeq")}],
        )
        await join_conversation(socket, join)


@root.on("conversation:join", takes=commands.JoinConversation)
async def join_conversation(socket: Socket, command: commands.JoinConversation) -> Payload:
    """Into the room; with `lastSeq` what was missed follows as `message:new`."""

    def hand_over(snapshot: Snapshot) -> None:
        for message in snapshot.messages if command.last_seq is not None else ():
            data = {"message": payloads.message(message), "conversationId": message.conversation_id}
            socket.emit("message:new", data)

    snapshot = await joining.join(socket, command.conversation_id, command.last_seq, hand_over)
    return {"conversation": payloads.conversation(snapshot.conversation)}


@root.on("conversation:leave", takes=commands.InConversation)
async def leave_conversation(socket: Socket, command: commands.InConversation) -> Payload:
    """Out of the room."""
    joining.leave(socket, str(parse_id(command.conversation_id)))
    return {"conversationId": command.conversation_id}


@root.on("message:send", takes=commands.SendToConversation)
async def send_message(socket: Socket, command: commands.SendToConversation) -> Payload:
    """Store a text, then `message:sent` to this socket and `message:new` to the room."""
    if command.message_type != MessageType.TEXT:
        raise InvalidInput("The messageType is not one of those that can be sent: text.")
    if command.content is None:
        raise InvalidInput("A text message needs its content.")
    created = await messages.send(
        messages.message_to_send(
            socket.user, command.conversation_id, command.content, command.client_message_id
        )
    )
    sent = payloads.sent(created.message)
    socket.emit("message:sent", {**sent, "conversationId": created.conversation_id})
    return sent


@root.on("message:read", takes=commands.ReadMessage)
async def read_message(socket: Socket, command: commands.ReadMessage) -> Payload:
    """Read up to this message; the room is told."""
    read = await messages.mark_read(
        messages.read_mark(socket.user, command.conversation_id, command.message_id)
    )
    return {"conversationId": command.conversation_id, "seq": read.seq}


@root.on("conversation:mark-all-read", takes=commands.InConversation)
async def mark_all_read(socket: Socket, command: commands.InConversation) -> Payload:
    """Read up to the last message; the room is told."""
    read = await messages.mark_read(messages.read_mark(socket.user, command.conversation_id))
    return {"conversationId": command.conversation_id, "seq": read.seq}


@root.on("typing:start", takes=commands.InConversation)
async def start_typing(socket: Socket, command: commands.InConversation) -> Payload:
    """Tell the others in the room; ends by itself after 6 s."""
    typing.start(socket, str(parse_id(command.conversation_id)))
    return {"conversationId": command.conversation_id}


@root.on("typing:stop", takes=commands.InConversation)
async def stop_typing(socket: Socket, command: commands.InConversation) -> Payload:
    """Tell the others in the room."""
    typing.stop(socket, str(parse_id(command.conversation_id)))
    return {"conversationId": command.conversation_id}
