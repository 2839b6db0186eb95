"""Events in the words of namespace `/chat` (SPEC §5.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec.structs import replace

from chat import payloads, rooms
from chat.events import (
    AccessChanged,
    ChatOffered,
    ConversationChanged,
    ConversationFacts,
    CustomMessage,
    DurableEvent,
    Event,
    InactivityWarned,
    MessageCreated,
    MessageRevised,
    NoteCreated,
    OfferEnded,
    Person,
    PresenceChanged,
    QueueChanged,
    QueuePositionChanged,
    ReceiptChanged,
    StreamChunk,
    StreamEnded,
    StreamMissed,
    StreamTool,
    TransferRefused,
    TypingChanged,
)
from chat.fanout.delivery import Outgoing
from chat.payloads import Payload, timestamp
from chat.socketio.delivery import Delivery
from chat.socketio.packets import encode_event

NAMESPACE = "/chat"


def dialect(event: Event) -> Iterable[Outgoing]:
    """Say an event in this namespace's words."""
    match event:
        case MessageCreated():
            return [_message(event, "chat-message")]
        case MessageRevised():
            return [_message(event, "message-deleted" if event.message.deleted_at else "message-updated")]
        case NoteCreated():
            note = partial(payloads.chat_note, event.note)
            return [_tell(_room(event), "chat-note", note, staff_only=True)]
        case ReceiptChanged():
            return [_tell(_room(event), "message-read", partial(receipt, event))]
        case ConversationChanged():
            return _conversation_changed(event.conversation, event.kind)
        case TypingChanged():
            status = partial(_typing, event)
            typing = _tell(_room(event), "presence-change", status, except_user=event.person.id)
            return [replace(typing, delivery=Delivery.VOLATILE)]
        case PresenceChanged():
            status = partial(_presence, event)
            presence = _tell(event.rooms, "presence-change", status, except_user=event.person.id)
            return [replace(presence, delivery=Delivery.VOLATILE)]
        case CustomMessage():
            custom = partial(payloads.custom_message, event)
            return [_tell(_room(event), "custom-message", custom, except_user=event.sender.id)]
        case QueueChanged():
            return _queue_changed(event)
        case QueuePositionChanged():
            position = {"chatId": event.conversation_id, "position": event.position, "eta": event.eta}
            return [_tell(_room(event), "queue-position", lambda: position)]
        case ChatOffered():
            name, asked = request(event)
            return [_tell((rooms.user(event.agent_id),), name, lambda: asked)]
        case OfferEnded():
            ended = {"chatId": event.conversation_id, "reason": event.reason}
            return [_tell((rooms.user(event.agent_id),), "chat-request-timeout", lambda: ended)]
        case TransferRefused():
            refused = {
                "chatId": event.conversation_id,
                "toAgent": payloads.identity(event.to_agent),
                "reason": event.reason,
            }
            return [_tell((rooms.user(event.agent_id),), "transfer-declined", lambda: refused)]
        case StreamChunk() | StreamTool() | StreamEnded():
            part = partial(payloads.stream_event, event)
            stream = _tell(_room(event), "chat-stream", part)
            return [replace(stream, joined_only=True, delivery=Delivery.TRANSIENT)]
        case StreamMissed() | AccessChanged():
            return []
        case InactivityWarned():
            data = {"chatId": event.conversation_id, "closesAt": timestamp(event.closes_at)}
            return [_tell(_room(event), "inactivity-warning", lambda: data)]


def _conversation_changed(facts: ConversationFacts, kind: str) -> Iterable[Outgoing]:
    """Say what is new; where only the outcome is known, all that may be: to hear it twice does no harm."""
    concerned = (rooms.conversation(facts.id), *map(rooms.user, facts.read))
    if kind in ("", "rated") and facts.rating is not None:
        rating = {"chatId": facts.id, "score": facts.rating.score, "comment": facts.rating.comment}
        yield _tell(concerned, "chat-rated", lambda: rating)
    if kind in ("", "profile"):
        customer = {"chatId": facts.id, "customer": payloads.identity(facts.customer)}
        yield _tell(concerned, "customer-updated", lambda: customer)
    if kind in ("", "transferred") and facts.status == "open":
        # Where only the outcome is known, it may have come through another queue.
        through = payloads.queue(facts) if kind == "" else None
        yield _tell(concerned, "chat-transferred", lambda: _transferred(facts, through))
    if kind not in ("rated", "profile", "started", "queue-timeout"):
        name, state = _state(facts)
        yield _tell(concerned, name, lambda: state)
    if kind in ("", "queue-timeout") and facts.queue_timed_out:
        yield _tell(concerned, "queue-timeout", lambda: {"chatId": facts.id})


def _state(facts: ConversationFacts) -> tuple[str, Payload]:
    if facts.status == "closed":
        closed_by = facts.closed_by.id if facts.closed_by else None
        return "chat-closed", {"chatId": facts.id, "reason": facts.close_reason, "closedBy": closed_by}
    if facts.status == "resolved":
        return "chat-resolved", {"chatId": facts.id}
    if facts.agent is not None:
        return "chat-assigned", _taken_by(facts.id, facts.agent)
    # To no queue and to no agent: the assistant has it.
    return "chat-transferred", _transferred(
        facts, None if facts.handler == "assistant" else payloads.queue(facts)
    )


def _transferred(facts: ConversationFacts, to_queue: Payload | None) -> Payload:
    return {
        "chatId": facts.id,
        "toQueue": to_queue,
        "toAgent": payloads.identity(facts.agent),
        "assistant": payloads.assistant(facts.assistant),
        "priority": facts.priority,
        "skills": list(facts.skills),
    }


def _queue_changed(event: QueueChanged) -> Iterable[Outgoing]:
    agents = (rooms.queue(event.queue_id),)
    yield _tell(agents, "queue-notification", partial(_notification, event))
    if event.taken_by is not None:
        claimed = partial(_taken_by, event.conversation_id, event.taken_by)
        yield _tell(agents, "chat-claimed", claimed, except_user=event.taken_by.id)


def _message(event: MessageCreated | MessageRevised, name: str) -> Outgoing:
    def encode(viewer: str) -> str:
        return encode_event(NAMESPACE, name, (payloads.chat_message(event.message, viewer),))

    return Outgoing(_room(event), encode, is_personal=event.message.media is not None)


def _tell(
    to: tuple[str, ...],
    name: str,
    data: Callable[[], Payload],
    *,
    except_user: str | None = None,
    staff_only: bool = False,
) -> Outgoing:
    return Outgoing(
        to,
        lambda viewer: encode_event(NAMESPACE, name, (data(),)),
        except_user=except_user,
        staff_only=staff_only,
    )


def _room(
    event: DurableEvent
    | TypingChanged
    | CustomMessage
    | InactivityWarned
    | QueuePositionChanged
    | StreamChunk
    | StreamTool
    | StreamEnded,
) -> tuple[str, ...]:
    return (rooms.conversation(event.conversation_id),)


def receipt(event: ReceiptChanged) -> Payload:
    """How far somebody has read, as this namespace says it."""
    return {
        "chatId": event.conversation_id,
        "messageId": event.message_id,
        "seq": event.seq,
        "readBy": event.reader.id,
        "readAt": timestamp(event.read_at),
    }


def _typing(event: TypingChanged) -> Payload:
    status = "typing" if event.is_typing else "idle"
    return {"chatId": event.conversation_id, **_who(event.person), "status": status}


def _presence(event: PresenceChanged) -> Payload:
    return {**_who(event.person), "status": event.status}


def _who(person: Person) -> Payload:
    return {"userId": person.id, "email": person.email, "name": person.name, "role": person.role}


def _taken_by(conversation_id: str, agent: Person) -> Payload:
    return {"chatId": conversation_id, "agentName": agent.name, "agentEmail": agent.email}


def _notification(event: QueueChanged) -> Payload:
    notification = {
        "type": event.kind,
        "queueId": event.queue_id,
        "chatId": event.conversation_id,
        "waiting": event.waiting,
        "customer": payloads.identity(event.customer),
        "preview": event.preview,
        "since": payloads.optional_timestamp(event.waiting_since),
    }
    if event.kind not in ("added", "escalated"):
        return notification
    return {
        **notification,
        "priority": event.priority,
        "skills": list(event.skills),
        "reason": event.reason,
    }


def request(event: ChatOffered) -> tuple[str, Payload]:
    """What asks an agent to take a chat: the name of the event, and what it says (SPEC §5.2)."""
    asked = {
        "chatId": event.conversation_id,
        "customer": payloads.identity(event.customer),
        "queue": {"id": event.queue.id, "name": event.queue.name} if event.queue else None,
        "preview": event.preview,
        "since": payloads.optional_timestamp(event.waiting_since),
        "priority": event.priority,
        "skills": list(event.skills),
        "expiresAt": timestamp(event.expires_at),
        "timeoutSeconds": round((event.expires_at - event.asked_at).total_seconds()),
    }
    if event.from_agent is None:
        return "chat-request", asked
    return "transfer-request", {
        **asked,
        "fromAgent": payloads.identity(event.from_agent),
        "note": event.note,
    }
