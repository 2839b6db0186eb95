"""Namespace `/`: conversations as the REST API names them (SPEC §5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from chat import payloads, rooms
from chat.access import id_text
from chat.actions import messages
from chat.events import (
    ConversationChanged,
    ConversationFacts,
    Event,
    MessageCreated,
    MessageFacts,
    MessageRevised,
    NoteCreated,
    PresenceChanged,
    ReceiptChanged,
    TypingChanged,
)
from chat.fanout.delivery import Outgoing
from chat.gateway import commands, joining, typing
from chat.gateway.dispatch import Namespace
from chat.gateway.sockets import Socket
from chat.payloads import Payload, timestamp
from chat.socketio.delivery import Delivery
from chat.socketio.packets import encode_event
from chat.sync import Snapshot

NAMESPACE = "/"


def dialect(event: Event) -> Iterable[Outgoing]:
    """Say an event in this namespace's words."""
    match event:
        case MessageCreated():
            return _message_created(event)
        case MessageRevised():
            name = "message:deleted" if event.message.deleted_at else "message:updated"
            return [_message((rooms.conversation(event.conversation_id),), name, event.message)]
        case NoteCreated():
            note = {"conversationId": event.conversation_id, "note": payloads.note(event.note)}
            return [_to_conversation(event.conversation_id, "note:new", note, staff_only=True)]
        case ReceiptChanged():
            return [_to_conversation(event.conversation_id, "message:read-receipt", _receipt(event))]
        case ConversationChanged():
            facts = event.conversation
            concerned = (rooms.conversation(facts.id), *map(rooms.user, facts.read))
            return [Outgoing(concerned, lambda viewer: _encode_conversation(facts))]
        case TypingChanged():
            name = "typing:user-typing" if event.is_typing else "typing:user-stopped"
            data = {
                "conversationId": event.conversation_id,
                "userId": event.person.id,
                "userName": event.person.name,
            }
            return [
                _to_conversation(
                    event.conversation_id,
                    name,
                    data,
                    except_user=event.person.id,
                    delivery=Delivery.VOLATILE,
                )
            ]
        case PresenceChanged():
            name = "user:offline" if event.status == "offline" else "user:online"
            role = payloads.ROLE_NAMES[event.person.role]
            data = {"userId": event.person.id, "role": role, "lastSeen": timestamp(event.at)}
            return [
                Outgoing(
                    event.rooms,
                    lambda viewer: _encode(name, data),
                    except_user=event.person.id,
                    delivery=Delivery.VOLATILE,
                )
            ]
        case _:
            return []


def _message_created(event: MessageCreated) -> Iterable[Outgoing]:
    room = rooms.conversation(event.conversation_id)
    yield _message((room,), "message:new", event.message)
    sender = event.message.sender
    if event.notify and sender is not None:
        about = {"sender": {"id": sender.id, "name": sender.name}}
        concerned = tuple(map(rooms.user, event.notify))
        yield _message(concerned, "notification:new-message", event.message, about=about, except_room=room)


def _message(
    to: tuple[str, ...],
    name: str,
    facts: MessageFacts,
    *,
    about: Payload | None = None,
    except_room: str | None = None,
) -> Outgoing:
    def encode(viewer: str) -> str:
        return _encode(name, {**_about(facts, viewer), **(about or {})})

    return Outgoing(to, encode, except_room=except_room, is_personal=facts.media is not None)


def _about(message: MessageFacts, viewer: str) -> Payload:
    return {"message": payloads.message(message, viewer), "conversationId": message.conversation_id}


def _encode_conversation(facts: ConversationFacts) -> str:
    return _encode("conversation:updated", {"conversation": payloads.conversation(facts)})


def _encode(name: str, data: Payload) -> str:
    return encode_event(NAMESPACE, name, (data,))


def _receipt(event: ReceiptChanged) -> Payload:
    return {
        "messageId": event.message_id,
        "conversationId": event.conversation_id,
        "readBy": event.reader.id,
        "readAt": timestamp(event.read_at),
        "seq": event.seq,
    }


def _to_conversation(
    conversation_id: str,
    name: str,
    data: Payload,
    *,
    except_user: str | None = None,
    staff_only: bool = False,
    delivery: Delivery = Delivery.RELIABLE,
) -> Outgoing:
    return Outgoing(
        (rooms.conversation(conversation_id),),
        lambda viewer: _encode(name, data),
        except_user=except_user,
        staff_only=staff_only,
        delivery=delivery,
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
        if command.last_seq is None:
            return
        for message in snapshot.messages:
            socket.emit("message:new", _about(message, socket.user_id))
        for message in snapshot.revised:
            name = "message:deleted" if message.deleted_at else "message:updated"
            socket.emit(name, _about(message, socket.user_id))
        for receipt in snapshot.receipts:
            socket.emit("message:read-receipt", _receipt(receipt))

    snapshot = await joining.join(socket, command.conversation_id, command.last_seq, hand_over, backlog=0)
    return {"conversation": payloads.conversation(snapshot.conversation)}


@root.on("conversation:leave", takes=commands.InConversation)
def leave_conversation(socket: Socket, command: commands.InConversation) -> Payload:
    """Out of the room."""
    joining.leave(socket, id_text(command.conversation_id))
    return {"conversationId": command.conversation_id}


@root.on("message:send", takes=commands.SendToConversation)
async def send_message(socket: Socket, command: commands.SendToConversation) -> Payload:
    """Store a text or a file, then `message:sent` to this socket and `message:new` to the room."""
    created = await messages.send(
        messages.message_to_send(
            socket.user,
            command.conversation_id,
            command.content,
            command.client_message_id,
            media_id=command.media_id,
            message_type=command.message_type,
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
def start_typing(socket: Socket, command: commands.InConversation) -> Payload:
    """Tell the others in the room; ends by itself after 6 s."""
    typing.start(socket, id_text(command.conversation_id))
    return {"conversationId": command.conversation_id}


@root.on("typing:stop", takes=commands.InConversation)
def stop_typing(socket: Socket, command: commands.InConversation) -> Payload:
    """Tell the others in the room."""
    typing.stop(socket, id_text(command.conversation_id))
    return {"conversationId": command.conversation_id}
