"""What clients may ask for, with the shape of each (SPEC §5.1, §5.2)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from chat.errors import InvalidInput
from chat.models.rating import MAX_COMMENT_CHARACTERS

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Command(msgspec.Struct, frozen=True, rename="camel"):
    """What a client sends with an event. Fields that are not named are ignored."""


CommandType = TypeVar("CommandType", bound=Command)


class Nothing(Command, frozen=True):
    """No field."""


class InConversation(Command, frozen=True):
    """Something about a conversation."""

    conversation_id: Id


class JoinConversation(InConversation, frozen=True):
    last_seq: Annotated[int, msgspec.Meta(ge=0)] | None = None


class SendToConversation(InConversation, frozen=True):
    message_type: str
    content: str | None = None
    media_id: Id | None = None
    client_message_id: str | None = None


class ReadMessage(InConversation, frozen=True):
    message_id: Id


class InChat(Command, frozen=True):
    """Something about a chat."""

    chat_id: Id


class JoinChat(Command, frozen=True):
    chat_id: Id | None = None
    last_seq: Annotated[int, msgspec.Meta(ge=0)] | None = None
    queue_id: Id | None = None
    context: dict[str, Any] | None = None


class SendToChat(InChat, frozen=True):
    text: str | None = None
    media_id: Id | None = None
    client_message_id: str | None = None


class AddNote(InChat, frozen=True):
    text: str
    client_message_id: str | None = None


class RateChat(InChat, frozen=True):
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    comment: Annotated[str, msgspec.Meta(max_length=MAX_COMMENT_CHARACTERS)] = ""


class SetStatus(Command, frozen=True):
    status: str
    chat_id: Id | None = None


class ReadChat(InChat, frozen=True):
    message_id: Id | None = None


class CloseChat(InChat, frozen=True):
    reason: str = ""


class RequestAgent(InChat, frozen=True):
    queue_id: Id | None = None


class TransferChat(InChat, frozen=True):
    to_agent: Annotated[str, msgspec.Meta(min_length=1, max_length=254)] | None = None
    to_queue: Id | None = None
    note: str | None = None
    priority: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    skills: (
        Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=20)] | None
    ) = None


class CustomMessage(InChat, frozen=True):
    data: dict[str, Any]


class RefreshToken(Command, frozen=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class PickNext(Command, frozen=True):
    queue_id: Id | None = None


def parse(command: type[CommandType], arguments: list[Any]) -> CommandType:
    """Read an event's arguments as a command: one object, or nothing where no field is needed.

    Raises `InvalidInput`, which says what was wrong at which field.
    """
    data = arguments[0] if arguments else {}
    if not isinstance(data, dict):
        raise InvalidInput("The event takes one object as its argument.")
    try:
        read = msgspec.convert(data, command)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{error}.") from None
    for name, name_on_the_wire in _names(command):
        value = getattr(read, name)
        if "\0" in value if type(value) is str else _holds_nul(value):
            raise InvalidInput(f"{name_on_the_wire} holds a NUL character, which cannot be stored.")
    return read


@cache  # msgspec reads the annotations anew each time, which takes longer than all else that is done here
def _names(command: type[Command]) -> list[tuple[str, str]]:
    """What a command's fields are called here and on the wire."""
    return [(field.name, field.encode_name) for field in msgspec.structs.fields(command)]


def _holds_nul(value: Any) -> bool:
    """Whether a text in a value does; how deep it may be, the packet's parser has seen to."""
    if type(value) is str:
        return "\0" in value
    if type(value) is dict:
        return any("\0" in key or _holds_nul(part) for key, part in value.items())
    return type(value) is list and any(map(_holds_nul, value))
