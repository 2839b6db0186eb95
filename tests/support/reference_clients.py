"""What a client makes of the events it hears: one for each namespace, as simple as the protocol allows.

Each begins with a snapshot and applies every event to it. It ends up with what a fresh snapshot must show.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from accounts.tokens import Principal
from chat import payloads, selectors
from chat.actions import asking
from chat.models import Conversation
from chat.socketio.delivery import Delivery


@dataclass(eq=False)
class ReferenceClient:
    """A member of the hub, and what it knows of one conversation."""

    principal: Principal
    namespace: str = ""
    conversation: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    typing: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    closes_at: str | None = None
    position: tuple[int, int | None] | None = None
    asked_about: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    passed: list[Any] = field(default_factory=list)
    streams: dict[str, str] = field(default_factory=dict)

    @property
    def user_id(self) -> str:
        return str(self.principal.user_id)

    @property
    def is_staff_member(self) -> bool:
        return self.principal.is_staff_member

    def deliver(self, frame: str, delivery: Delivery = Delivery.RELIABLE) -> None:
        name, *arguments = json.loads(frame[frame.index("[") :])
        apply = getattr(self, "on_" + name.replace(":", "_").replace("-", "_"))
        apply(*arguments)

    def state(self) -> dict[str, Any]:
        """Everything it knows."""
        return json.loads(
            json.dumps(
                {
                    "conversation": self.conversation,
                    "messages": self.messages,
                    "notes": self.notes,
                    "typing": sorted(self.typing),
                    "waiting": sorted(self.waiting),
                    "closes_at": self.closes_at,
                    "position": self.position,
                    "asked_about": sorted(self.asked_about),
                    "refused": self.refused,
                    "passed": self.passed,
                    "streams": self.streams,
                }
            )
        )

    def load(self, conversation: Conversation) -> None:
        """Begin anew with what stands in the database."""
        facts = selectors.conversation_facts(conversation)
        messages = selectors.message_facts(conversation, selectors.messages_of(conversation))
        notes = selectors.notes_of(conversation) if self.is_staff_member else ()
        self.conversation = self.show_conversation(facts)
        self.messages = {message.id: self.show_message(message, self.user_id) for message in messages}
        self.notes = {str(note.id): self.show_note(selectors.note_facts(note)) for note in notes}
        if self.is_staff_member:
            waiting = Conversation.objects.filter(status="waiting", queue__members__user_id=self.user_id)
            self.waiting = {str(key) for key in waiting.values_list("id", flat=True)}
            self.asked_about = {offer.conversation_id for offer in asking.pending_for(self.principal.user_id)}


class RootClient(ReferenceClient):
    """A client of namespace `/` (SPEC §5.1)."""

    show_message = staticmethod(payloads.message)
    show_note = staticmethod(payloads.note)

    def on_message_new(self, data: dict[str, Any]) -> None:
        message, conversation = data["message"], self.conversation
        self.messages[message["_id"]] = message
        conversation["lastSeq"] = max(conversation["lastSeq"], message["seq"])
        conversation["updatedAt"] = max(conversation["updatedAt"], message["createdAt"])
        self._count_unread()

    def on_notification_new_message(self, data: dict[str, Any]) -> None:
        raise AssertionError("who is in the room is not notified besides")

    def on_message_updated(self, data: dict[str, Any]) -> None:
        message = data["message"]
        self.messages[message["_id"]] = message
        self.conversation["updatedAt"] = message["deletedAt"] or message["editedAt"]

    on_message_deleted = on_message_updated

    def on_message_read_receipt(self, data: dict[str, Any]) -> None:
        reader = data["readBy"]
        self.conversation["readSeq"][reader] = data["seq"]
        self.conversation["updatedAt"] = data["readAt"]
        customer = self.conversation["userId"]["_id"]
        for message in self.messages.values():
            is_customers = (message["senderId"] or {}).get("_id") == customer
            if message["seq"] <= data["seq"] and is_customers != (reader == customer):
                message["isRead"] = True
        self._count_unread()

    def _count_unread(self) -> None:
        for reader, read in self.conversation["readSeq"].items():
            senders = [
                message["senderId"]["_id"]
                for message in self.messages.values()
                if message["senderId"] and message["seq"] > read
            ]
            self.conversation["unreadCount"][reader] = len(senders) - senders.count(reader)

    def on_conversation_updated(self, data: dict[str, Any]) -> None:
        self.conversation = self._without_oneself(data["conversation"])
        customer = self.conversation["userId"]
        for message in self.messages.values():
            if message["senderId"] and message["senderId"]["_id"] == customer["_id"]:
                message["senderId"] |= {name: customer[name] for name in ("first_name", "last_name")}

    def show_conversation(self, facts: Any) -> dict[str, Any]:
        return self._without_oneself(payloads.conversation(facts))

    def _without_oneself(self, conversation: dict[str, Any]) -> dict[str, Any]:
        if conversation["userId"]["_id"] == self.user_id:
            # Nobody is told that it is here itself.
            del conversation["userId"]["isOnline"]
        return conversation

    def on_note_new(self, data: dict[str, Any]) -> None:
        self.notes[data["note"]["_id"]] = data["note"]

    def on_typing_user_typing(self, data: dict[str, Any]) -> None:
        self.typing.add(data["userId"])

    def on_typing_user_stopped(self, data: dict[str, Any]) -> None:
        self.typing.discard(data["userId"])

    def on_user_online(self, data: dict[str, Any]) -> None:
        if data["userId"] == self.conversation["userId"]["_id"]:
            self.conversation["userId"]["isOnline"] = True

    def on_user_offline(self, data: dict[str, Any]) -> None:
        if data["userId"] == self.conversation["userId"]["_id"]:
            self.conversation["userId"]["isOnline"] = False


class ChatClient(ReferenceClient):
    """A client of namespace `/chat` (SPEC §5.2)."""

    show_message = staticmethod(payloads.chat_message)
    show_note = staticmethod(payloads.chat_note)

    def show_conversation(self, facts: Any) -> dict[str, Any]:
        chat = payloads.chat(facts, self.user_id)
        # Somebody who came and has read nothing yet is not named by the events, and reads as 0.
        return {**chat, "read": {reader: seq for reader, seq in chat["read"].items() if seq}}

    def on_chat_message(self, message: dict[str, Any]) -> None:
        self.messages[message["id"]] = message
        self.conversation["lastSeq"] = max(self.conversation["lastSeq"], message["seq"])
        self._count_unread()

    def on_message_updated(self, message: dict[str, Any]) -> None:
        self.messages[message["id"]] = message

    on_message_deleted = on_message_updated

    def on_message_read(self, data: dict[str, Any]) -> None:
        is_customer = data["readBy"] == self._customer_id()
        self.conversation["read"][data["readBy"]] = data["seq"]
        for message in self.messages.values():
            is_customers = message["fromId"] == self._customer_id()
            if message["seq"] <= data["seq"] and is_customers != is_customer:
                message["isRead"] = True
        self._count_unread()

    def _customer_id(self) -> str:
        return next(
            message["fromId"]
            for message in self.messages.values()
            if message["fromId"] and not message["fromAgent"]
        )

    def _count_unread(self) -> None:
        read = self.conversation["read"].get(self.user_id, 0)
        self.conversation["unread"] = sum(
            message["seq"] > read and message["fromId"] not in (None, self.user_id)
            for message in self.messages.values()
        )

    def on_chat_assigned(self, data: dict[str, Any]) -> None:
        agent = {"email": data["agentEmail"], "name": data["agentName"]}
        self.conversation |= {"status": "open", "handler": "agent", "agent": agent}

    def on_chat_transferred(self, data: dict[str, Any]) -> None:
        handling = {name: data[name] for name in ("priority", "skills", "assistant")}
        handling["agent"] = data["toAgent"]
        if data["toQueue"] is not None:
            handling["queue"] = data["toQueue"]
        if data["toAgent"] is not None:
            handling |= {"status": "open", "handler": "agent"}
        elif data["toQueue"] is not None:
            handling |= {"status": "waiting", "handler": "queue", "queueTimedOut": False}
        else:
            handling |= {"status": "open", "handler": "assistant"}
        self.conversation |= handling

    def on_chat_resolved(self, data: dict[str, Any]) -> None:
        handler = "agent" if self.conversation["agent"] else None
        self.conversation |= {"status": "resolved", "handler": handler}

    def on_chat_closed(self, data: dict[str, Any]) -> None:
        self.conversation |= {"status": "closed", "handler": None, "closeReason": data["reason"]}

    def on_chat_rated(self, data: dict[str, Any]) -> None:
        self.conversation["rating"] = {"score": data["score"], "comment": data["comment"]}

    def on_customer_updated(self, data: dict[str, Any]) -> None:
        email, name = data["customer"]["email"], data["customer"]["name"]
        self.conversation["customer"] = data["customer"]
        for message in self.messages.values():
            if message["fromId"] == self._customer_id():
                message |= {"from": email, "fromEmail": email, "fromName": name}

    def on_chat_note(self, note: dict[str, Any]) -> None:
        self.notes[note["id"]] = note

    def on_custom_message(self, data: dict[str, Any]) -> None:
        self.passed.append(data)

    def on_presence_change(self, data: dict[str, Any]) -> None:
        if data["status"] == "typing":
            self.typing.add(data["userId"])
        else:
            self.typing.discard(data["userId"])

    def on_inactivity_warning(self, data: dict[str, Any]) -> None:
        self.closes_at = data["closesAt"]

    def on_queue_notification(self, data: dict[str, Any]) -> None:
        if data["type"] in ("added", "escalated"):
            self.waiting.add(data["chatId"])
        elif data["type"] == "removed":
            self.waiting.discard(data["chatId"])

    def on_queue_timeout(self, data: dict[str, Any]) -> None:
        self.conversation["queueTimedOut"] = True

    def on_queue_position(self, data: dict[str, Any]) -> None:
        self.position = data["position"], data["eta"]

    def on_chat_request(self, data: dict[str, Any]) -> None:
        self.asked_about.add(data["chatId"])

    on_transfer_request = on_chat_request

    def on_chat_request_timeout(self, data: dict[str, Any]) -> None:
        self.asked_about.discard(data["chatId"])

    def on_transfer_declined(self, data: dict[str, Any]) -> None:
        self.refused.append(data["reason"])

    def on_chat_claimed(self, data: dict[str, Any]) -> None:
        self.waiting.discard(data["chatId"])

    def on_chat_stream(self, data: dict[str, Any]) -> None:
        said = self.streams.setdefault(data["streamId"], "")
        match data["event"]:
            case "chunk":
                self.streams[data["streamId"]] = said[: data["offset"]] + data["text"]
            case "tool-use":
                self.streams[data["streamId"]] = f"{said} ({data['name']} {data['arguments']})"
            case "tool-result":
                self.streams[data["streamId"]] = f"{said} ({data['result']})"
            case "end":
                del self.streams[data["streamId"]]
