"""Engine.IO packets and polling payloads on the wire."""

import pytest

from chat.socketio.engine_packets import (
    EnginePacket,
    PacketType,
    decode_packet,
    decode_payload,
    encode_open,
    encode_packet,
    encode_payload,
)
from chat.socketio.errors import ProtocolViolation

PACKETS = [
    (EnginePacket(PacketType.CLOSE), "1"),
    (EnginePacket(PacketType.PING), "2"),
    (EnginePacket(PacketType.PING, "probe"), "2probe"),
    (EnginePacket(PacketType.PONG, "probe"), "3probe"),
    (EnginePacket(PacketType.MESSAGE, "hello"), "4hello"),
    (EnginePacket(PacketType.MESSAGE), "4"),
    (EnginePacket(PacketType.MESSAGE, '{"a":1}'), '4{"a":1}'),
    (EnginePacket(PacketType.UPGRADE), "5"),
    (EnginePacket(PacketType.NOOP), "6"),
    (EnginePacket(PacketType.MESSAGE, b"\x01\x02\x03\x04"), b"\x01\x02\x03\x04"),
]
AS_TEXT = [(b"\x01\x02\x03\x04", "bAQIDBA=="), (b"", "b"), (b"\xff\xfe", "b//4=")]


@pytest.mark.parametrize(("packet", "wire"), PACKETS)
def test_a_packet_and_its_wire_form_are_the_same_thing(packet, wire):
    assert encode_packet(packet) == wire
    assert decode_packet(wire) == packet


@pytest.mark.parametrize(("data", "wire"), AS_TEXT)
def test_binary_data_travels_as_base64_where_only_text_can_go(data, wire):
    packet = EnginePacket(PacketType.MESSAGE, data)
    assert encode_packet(packet, text_only=True) == wire
    assert decode_packet(wire) == packet


@pytest.mark.parametrize(
    "wire", ["", "7", "9", "x", "abc", "٤hello", "b!!!!", "bAQIDBA", "bAQ=IDBA=", "bé", " 4"]
)
def test_a_malformed_packet_is_refused(wire):
    with pytest.raises(ProtocolViolation):
        decode_packet(wire)


@pytest.mark.parametrize("body", [b"", b"4\xff"])
def test_a_payload_that_is_empty_or_no_text_is_refused(body):
    with pytest.raises(ProtocolViolation):
        list(decode_payload(body))


def test_a_payload_is_packets_joined_by_the_record_separator():
    assert encode_payload(["4hello", b"\x01\x02\x03\x04", "2"]) == b"4hello\x1ebAQIDBA==\x1e2"
    assert list(decode_payload(b"4hello\x1ebAQIDBA==\x1e2")) == ["4hello", "bAQIDBA==", "2"]


def test_hundreds_of_packets_may_share_a_payload():
    assert list(decode_payload(b"\x1e".join([b"4x"] * 500))) == ["4x"] * 500


def test_the_open_packet_has_exactly_the_keys_that_clients_know():
    assert encode_open("s", ["websocket"], 25_000, 20_000, 1_000_000) == (
        '0{"sid":"s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
    )
