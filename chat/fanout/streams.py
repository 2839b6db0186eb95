"""Answers that the assistant is just giving: what has been said of each, and when no more may be heard."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from chat.events import (
    ConversationChanged,
    Event,
    MessageCreated,
    StreamChunk,
    StreamEnded,
    StreamMissed,
    StreamTool,
)

FORGET_SECONDS = 120
"""How long after its last word an answer is forgotten whose end has not come: whoever gave it died."""
REMEMBERED = 10_000
ASK_AGAIN_SECONDS = 0.5

V = TypeVar("V")


@dataclass(slots=True)
class Stream:
    """An answer, as far as this process has heard it."""

    stream_id: str
    since: int
    text: str = ""
    heard_at: float = field(default_factory=time.monotonic)
    asked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Own:
    """An answer that this process gives."""

    stream_id: str
    since: int
    on_cut: Callable[[], object]


class Streams:
    """The answers of all conversations, as one process hears them; one event loop, nothing waits.

    The channel layer may lose a part of an answer: then the process that gives it is asked for the whole. An
    answer is over for the sockets here in the moment in which they hear that somebody else has the chat,
    whatever of it still comes in: `since` says that it is older.
    """

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._streams: dict[str, Stream] = {}
        self._own: dict[str, Own] = {}
        self._taken_at: OrderedDict[str, int] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    @property
    def own_answers(self) -> int:
        """How many answers this process is just giving."""
        return len(self._own)

    def begin_own(
        self, conversation_id: str, stream_id: str, since: int, on_cut: Callable[[], object]
    ) -> None:
        """This process begins an answer; `on_cut` is called when somebody else has taken the chat."""
        self._own[conversation_id] = Own(stream_id, since, on_cut)

    def end_own(self, conversation_id: str, stream_id: str) -> None:
        """This process says no more."""
        if self._is_own(conversation_id, stream_id):
            del self._own[conversation_id]

    def so_far(self, conversation_id: str) -> StreamChunk | None:
        """What has been said of the answer that is just being given, for somebody who comes now."""
        stream = self._streams.get(conversation_id)
        if stream is None or not stream.text:
            return None
        return StreamChunk(conversation_id, stream.stream_id, stream.since, 0, stream.text)

    def pass_on(self, event: Event) -> Iterator[Event]:
        """Say what the sockets here are to be told of an event, and of what follows from it."""
        match event:
            case StreamChunk():
                yield from self._chunk(event)
            case StreamTool():
                if self._is_heard(event):
                    yield event
            case StreamEnded():
                if self._end(event.conversation_id, event.stream_id):
                    yield event
            case StreamMissed():
                self._say_again(event)
            case ConversationChanged():
                if event.conversation.handler != "assistant":
                    yield from self._taken(event.conversation_id, event.version)
                yield event
            case MessageCreated() if event.message.sender and event.message.sender.role == "assistant":
                # The end of its stream was lost if it still is there.
                yield from self._finish(event.conversation_id, event.message.id)
                yield event
            case _:
                yield event

    def note_taken(self, conversation_id: str, version: int) -> None:
        """Somebody else than the assistant has the chat, as a snapshot of this version says."""
        for event in self._taken(conversation_id, version):
            self._end(conversation_id, event.stream_id)

    def _is_own(self, conversation_id: str, stream_id: str) -> bool:
        own = self._own.get(conversation_id)
        return own is not None and own.stream_id == stream_id

    def _is_heard(self, event: StreamChunk | StreamTool) -> bool:
        is_over = event.since < self._taken_at.get(event.conversation_id, -1)
        return not is_over and event.stream_id not in self._ended

    def _chunk(self, event: StreamChunk) -> Iterator[StreamChunk]:
        if not self._is_heard(event):
            return
        stream = self._streams.get(event.conversation_id)
        if stream is None or stream.stream_id != event.stream_id:
            self._forget_old()
            stream = self._streams[event.conversation_id] = Stream(event.stream_id, event.since)
        stream.heard_at = now = time.monotonic()
        heard = len(stream.text)
        if event.offset > heard:
            if now - stream.asked_at > ASK_AGAIN_SECONDS:
                stream.asked_at = now
                self._publish(StreamMissed(event.conversation_id, event.stream_id))
            return
        new = event.text[heard - event.offset :]
        if new:
            stream.text += new
            yield StreamChunk(event.conversation_id, event.stream_id, event.since, heard, new)

    def _say_again(self, event: StreamMissed) -> None:
        stream = self._streams.get(event.conversation_id)
        is_own = self._is_own(event.conversation_id, event.stream_id)
        if is_own and stream is not None and stream.stream_id == event.stream_id:
            self._publish(StreamChunk(event.conversation_id, stream.stream_id, stream.since, 0, stream.text))

    def _taken(self, conversation_id: str, version: int) -> Iterator[StreamEnded]:
        _remember(self._taken_at, conversation_id, max(version, self._taken_at.get(conversation_id, -1)))
        own = self._own.get(conversation_id)
        if own is not None and own.since < version:
            own.on_cut()
        stream = self._streams.get(conversation_id)
        if stream is not None and stream.since < version:
            self._end(conversation_id, stream.stream_id)
            yield StreamEnded(conversation_id, stream.stream_id, None, "cut")

    def _finish(self, conversation_id: str, message_id: str) -> Iterator[StreamEnded]:
        stream = self._streams.get(conversation_id)
        if stream is not None:
            self._end(conversation_id, stream.stream_id)
            yield StreamEnded(conversation_id, stream.stream_id, message_id, "complete")

    def _end(self, conversation_id: str, stream_id: str) -> bool:
        stream = self._streams.get(conversation_id)
        if stream is not None and stream.stream_id == stream_id:
            del self._streams[conversation_id]
        if stream_id in self._ended:
            return False
        _remember(self._ended, stream_id, None)
        return True

    def _forget_old(self) -> None:
        long_ago = time.monotonic() - FORGET_SECONDS
        for conversation_id, stream in list(self._streams.items()):
            if stream.heard_at < long_ago:
                del self._streams[conversation_id]


def _remember(things: OrderedDict[str, V], key: str, value: V) -> None:
    things[key] = value
    things.move_to_end(key)
    if len(things) > REMEMBERED:
        things.popitem(last=False)
