"""Frames are those that another implementation builds."""

import pytest
from websockets.frames import Frame, Opcode

from chat.socketio.websocket_frames import text_frame


@pytest.mark.parametrize("size", [0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 200_000])
def test_a_frame_says_how_long_it_is(size):
    assert text_frame("x" * size) == Frame(Opcode.TEXT, b"x" * size).serialize(mask=False)


def test_lengths_are_of_bytes():
    assert text_frame("é" * 63) == Frame(Opcode.TEXT, ("é" * 63).encode()).serialize(mask=False)
