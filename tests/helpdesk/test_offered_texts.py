"""Texts that are offered as they come: the application hears the same, in the same order, as by `receive`."""

import asyncio
import random

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from helpdesk.websocket_protocol import WebSocketProtocol

MAX_SIZE = 300
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Connection(asyncio.Transport):
    """A connection's far end: what is written, and whether it is closed."""

    def __init__(self):
        super().__init__()
        self.written = bytearray()
        self.closed = False

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def pause_reading(self): ...

    def resume_reading(self): ...


class Heard:
    """A WebSocket and what its application heard; `takes` says which of the texts it is offered it takes."""

    def __init__(self, takes=None):
        async def application(scope, receive, send): ...

        config = uvicorn.Config(
            application, ws_max_size=MAX_SIZE, ws_per_message_deflate=False, log_config=None
        )
        self.messages, self.offered, self.connection = [], 0, Connection()
        self.protocol = WebSocketProtocol(config, ServerState(), {})
        self.protocol.connection_made(self.connection)
        self.protocol.data_received(HANDSHAKE)
        self.protocol.conn.send_response(self.protocol.response)
        self.protocol.conn.data_to_send()
        self.protocol.handshake_complete = True
        self.receive()
        self.messages.clear()
        if takes is not None:
            self.protocol.listen(lambda text: self.take(text, takes))

    def take(self, text, takes):
        self.offered += 1
        if not takes(self.offered):
            return False
        self.messages.append({"type": "websocket.receive", "text": text})
        return True

    def receive(self):
        while not self.protocol.queue.empty():
            try:
                self.protocol.receive().send(None)  # it need not wait
            except StopIteration as received:
                self.messages.append(received.value)

    def comes(self, data, *, receives=True):
        if not self.connection.closed:
            self.protocol.data_received(data)
        if receives:
            self.receive()


def frame(opcode, payload, *, fin=True, masked=True, reserved=False):
    whole = bytearray(Frame(opcode, payload, fin).serialize(mask=masked))
    if reserved:
        whole[0] |= 0x40
    return bytes(whole)


texts = st.text(max_size=80).map(str.encode)
whole_texts = texts.map(lambda payload: frame(Opcode.TEXT, payload))
in_two = st.tuples(texts, texts).map(
    lambda parts: frame(Opcode.TEXT, parts[0], fin=False) + frame(Opcode.CONT, parts[1])
)
others = st.one_of(
    texts.map(lambda payload: frame(Opcode.BINARY, payload)),
    st.binary(max_size=20).map(lambda payload: frame(Opcode.PING, payload)),
    in_two,
)
last_words = st.one_of(
    st.just(frame(Opcode.CLOSE, b"\x03\xe8")),
    st.just(frame(Opcode.TEXT, b"\xff\xfe")),
    st.just(frame(Opcode.TEXT, b"x" * (MAX_SIZE + 1))),
    st.just(frame(Opcode.TEXT, b"x", masked=False)),
    st.just(frame(Opcode.TEXT, b"x", reserved=True)),
    st.just(frame(Opcode.CONT, b"x")),
    st.just(frame(Opcode.TEXT, b"x", fin=False) + frame(Opcode.TEXT, b"y")),
    st.binary(max_size=30),
)
good = st.lists(st.one_of(whole_texts, whole_texts, others), max_size=12).map(b"".join)


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as runner:
        yield runner


@settings(deadline=None, max_examples=200)
@given(good=good, last=last_words, more=whole_texts, seed=st.integers(0, 2**32))
def test_whatever_comes_however_cut_is_heard_and_answered_as_by_receive(loop, good, last, more, seed):
    async def compare():
        by_receive, as_it_comes = Heard(), Heard(takes=lambda _: cuts.random() < 0.8)
        # uvicorn forgets messages that come in one piece with a violation: it comes in one of its own.
        for stream in (good, last + more):
            position = 0
            while part := stream[position : position + cuts.choice((1, 2, 7, 40, 400))]:
                position += len(part)
                by_receive.comes(part)
                as_it_comes.comes(part, receives=cuts.random() < 0.7)
        as_it_comes.receive()
        assert as_it_comes.messages == by_receive.messages
        assert as_it_comes.connection.written == by_receive.connection.written
        assert as_it_comes.connection.closed == by_receive.connection.closed

    cuts = random.Random(seed)
    loop.run(compare())


def test_a_whole_text_never_waits_for_the_parser(loop):
    async def hear():
        heard = Heard(takes=lambda _: True)
        heard.comes(frame(Opcode.TEXT, b"one") + frame(Opcode.TEXT, b"x" * 200), receives=False)
        assert [message["text"] for message in heard.messages] == ["one", "x" * 200]
        assert not heard.protocol.conn.events

    loop.run(hear())


def test_what_was_not_taken_is_overtaken_by_nothing(loop):
    async def hear():
        heard = Heard(takes=lambda number: number > 1)
        heard.comes(b"".join(frame(Opcode.TEXT, b"%d" % number) for number in range(5)), receives=False)
        heard.comes(frame(Opcode.TEXT, b"5"), receives=False)
        assert heard.offered == 1
        heard.receive()
        heard.comes(frame(Opcode.TEXT, b"6"))
        assert [message["text"] for message in heard.messages] == list("0123456")
        assert heard.offered == 2

    loop.run(hear())


def test_the_rest_of_a_frame_is_no_frame_whatever_it_looks_like(loop):
    async def hear():
        heard, trap = Heard(takes=lambda _: True), frame(Opcode.TEXT, b"not said")
        whole = frame(Opcode.BINARY, b"a photo: " + trap)
        unmasked = whole[:2] + bytes(4) + b"a photo: " + trap
        heard.comes(unmasked[: -len(trap)])
        heard.comes(trap)
        assert heard.messages == [{"type": "websocket.receive", "bytes": b"a photo: " + trap}]

    loop.run(hear())
