"""Socket.IO packets: what they look like on the wire, both ways, and what is refused."""

import json

import pytest

from chat.socketio.attachments import encode_with_attachments, reconstruct
from chat.socketio.errors import DisconnectReason, ProtocolViolation
from chat.socketio.packets import (
    MAX_ACK_ID,
    RESERVED_EVENTS,
    Packet,
    PacketType,
    decode,
    encode,
    encode_ack,
    encode_connect,
    encode_connect_error,
    encode_disconnect,
    encode_event,
)

PLACEHOLDER = {"_placeholder": True, "num": 0}

PACKETS = [
    (Packet(PacketType.CONNECT), "0"),
    (Packet(PacketType.CONNECT, data={"token": "123"}), '0{"token":"123"}'),
    (Packet(PacketType.CONNECT, "/admin", {"sid": "x"}), '0/admin,{"sid":"x"}'),
    (Packet(PacketType.CONNECT, "/chat?token=1"), "0/chat?token=1,"),
    (Packet(PacketType.DISCONNECT), "1"),
    (Packet(PacketType.DISCONNECT, "/admin"), "1/admin,"),
    (Packet(PacketType.EVENT, data=["foo"]), '2["foo"]'),
    (Packet(PacketType.EVENT, "/admin", ["bar"]), '2/admin,["bar"]'),
    (Packet(PacketType.EVENT, data=["foo"], id=0), '20["foo"]'),
    (Packet(PacketType.EVENT, "/chat", ["typing", {}], 12), '2/chat,12["typing",{}]'),
    (Packet(PacketType.EVENT, data=[1, "2", {"3": [True]}]), '2[1,"2",{"3":[true]}]'),
    (Packet(PacketType.EVENT, data=["a", None, 1.5, "é😀\x1e\n"]), '2["a",null,1.5,"é😀\\u001e\\n"]'),
    (Packet(PacketType.EVENT, data=["a"], id=MAX_ACK_ID), '29007199254740992["a"]'),
    (Packet(PacketType.ACK, data=[], id=0), "30[]"),
    (Packet(PacketType.ACK, "/admin", [{"ok": True}], 456), '3/admin,456[{"ok":true}]'),
    (Packet(PacketType.CONNECT_ERROR, "/x", {"message": "no"}), '4/x,{"message":"no"}'),
    (
        Packet(PacketType.BINARY_EVENT, data=["a", PLACEHOLDER], attachments=1),
        '51-["a",{"_placeholder":true,"num":0}]',
    ),
    (
        Packet(PacketType.BINARY_EVENT, "/admin", ["a", PLACEHOLDER], 7, 10),
        '510-/admin,7["a",{"_placeholder":true,"num":0}]',
    ),
    (
        Packet(PacketType.BINARY_ACK, "/admin", [PLACEHOLDER], 456, 1),
        '61-/admin,456[{"_placeholder":true,"num":0}]',
    ),
]

MALFORMED = {
    "empty": "",
    "a letter as type": "abc",
    "an unknown type": "9",
    "a digit of another script as type": "٣[]",
    "a CONNECT with an array": "0[1]",
    "a CONNECT with a text": '0"token"',
    "a CONNECT with null": "0null",
    "a DISCONNECT with a payload": '1{"a":1}',
    "an EVENT without a payload": "2",
    "an EVENT with an object": "2{}",
    "an EVENT with an empty array": "2[]",
    "an EVENT named by an object": "2[{}]",
    "an EVENT named by true": "2[true]",
    "an EVENT named by null": "2[null]",
    "an EVENT with truncated JSON": '2["a"',
    "an EVENT with two values": '2["a"]["b"]',
    "an EVENT with NaN": '2["a",NaN]',
    "a letter as ack id": '2abc["a"]',
    "an ack id of another script": '2٣["a"]',
    "an ack id with a fraction": '21.5["a"]',
    "a negative ack id": '2-1["a"]',
    "an ack id too large": '29007199254740993["a"]',
    "an ack id of a million digits": "2" + "1" * 1_000_000 + '["a"]',
    "an ACK without a payload": "31",
    "an ACK with an object": "31{}",
    "a CONNECT_ERROR with a number": "41",
    "a CONNECT_ERROR with an array": "4[]",
    "binary without a number": '5["a"]',
    "binary with no attachments": '50-["a"]',
    "binary with eleven attachments": '511-["a"]',
    "binary with millions of attachments": '55999999-["a",{"_placeholder":true,"num":0}]',
    "binary with a negative number": '5-1-["a"]',
    "binary with a letter as number": '5x-["a"]',
    "binary with a digit of another script": '5٣-["a"]',
    "binary without the dash": "51",
    "binary without a payload": "51-",
    "a binary ack with an object": "61-1{}",
    "JSON a hundred thousand levels deep": "2" + "[" * 100_000,
    "an object thirty-three levels deep": '2["a",' + '{"a":' * 32 + "1" + "}" * 32 + "]",
    "a number that is infinite": '2["a",1e999999]',
    "quotes without end": "2" + '["' + '\\"' * 100_000 + "[" * 40,
}


@pytest.mark.parametrize(("packet", "wire"), PACKETS, ids=[wire for _, wire in PACKETS])
def test_a_packet_and_its_wire_form_are_the_same_thing(packet, wire):
    assert encode(packet) == wire
    assert decode(wire) == packet


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_packet_is_refused(name):
    with pytest.raises(ProtocolViolation) as refused:
        decode(MALFORMED[name])
    assert refused.value.reason is DisconnectReason.PARSE_ERROR


@pytest.mark.parametrize("name", sorted(RESERVED_EVENTS))
@pytest.mark.parametrize("prefix", ["2", "51-"])
def test_a_reserved_name_is_no_event(prefix, name):
    with pytest.raises(ProtocolViolation):
        decode(f'{prefix}["{name}"]')
    assert decode(f'{prefix}["{name}s"]').data == [f"{name}s"]


@pytest.mark.parametrize("wire", ["0/custom", "1/custom", "0/custom,"])
def test_a_namespace_at_the_end_needs_no_comma(wire):
    assert decode(wire).namespace == "/custom"


def test_thirty_two_levels_are_not_too_deep():
    wire = '2["a",' + '{"a":' * 31 + '"[[[["' + "}" * 31 + "]"
    assert decode(wire).data[0] == "a"


def test_brackets_in_texts_are_no_levels():
    assert decode(json.dumps(["a", '[{"\\' * 50]).join(["2", ""])).data[1] == '[{"\\' * 50


def test_many_flat_objects_are_not_deep():
    assert len(decode(f"2{json.dumps(['a', *[{'b': []}] * 500])}").data) == 501


def test_half_an_emoji_becomes_a_replacement_character_and_whole_ones_stay():
    assert decode('2["a","x\\ud83dy","\\uD83D\\uDE00"]').data == ["a", "x�y", "😀"]


def test_a_null_character_is_left_to_the_dispatcher():
    assert decode('2["a","\\u0000"]').data == ["a", "\x00"]


def test_the_encoders_write_what_the_client_expects():
    assert encode_event("/", "auth", [{}]) == '2["auth",{}]'
    assert encode_event("/chat", "typing", [{"a": 1}, 2]) == '2/chat,["typing",{"a":1},2]'
    assert encode_event("/chat", "typing", [], 0) == '2/chat,0["typing"]'
    assert encode_ack("/", 0, []) == "30[]"
    assert encode_ack("/chat", 17, ({"ok": True},)) == '3/chat,17[{"ok":true}]'
    assert encode_connect("/", "s") == '0{"sid":"s"}'
    assert encode_connect("/chat", "s") == '0/chat,{"sid":"s"}'
    assert encode_connect_error("/x", "Invalid namespace") == '4/x,{"message":"Invalid namespace"}'
    assert encode_connect_error("/", "no", {"code": "c"}) == '4{"message":"no","data":{"code":"c"}}'
    assert encode_disconnect("/chat") == "1/chat,"


def test_attachments_leave_numbered_placeholders_in_order():
    packet = Packet(PacketType.EVENT, "/chat", ["a", b"1", {"deep": [b"2", (bytearray(b"3"),)]}], 5)
    frame, attachments = encode_with_attachments(packet)
    assert frame == (
        '53-/chat,5["a",{"_placeholder":true,"num":0},'
        '{"deep":[{"_placeholder":true,"num":1},[{"_placeholder":true,"num":2}]]}]'
    )
    assert attachments == [b"1", b"2", b"3"]
    assert reconstruct(decode(frame), attachments) == Packet(
        PacketType.EVENT, "/chat", ["a", b"1", {"deep": [b"2", [b"3"]]}], 5
    )


def test_a_packet_without_bytes_stays_plain():
    assert encode_with_attachments(Packet(PacketType.ACK, data=[1], id=2)) == ("32[1]", [])


def test_no_packet_with_more_than_ten_attachments_is_sent():
    assert len(encode_with_attachments(Packet(PacketType.EVENT, data=["a", *[b""] * 10]))[1]) == 10
    with pytest.raises(ValueError, match="at most 10"):
        encode_with_attachments(Packet(PacketType.EVENT, data=["a", *[b""] * 11]))


@pytest.mark.parametrize("number", ["1", "-1", "0.5", '"0"', "true", "null", "1e400"])
def test_a_placeholder_that_names_no_attachment_is_refused(number):
    wire = f'51-["a",{{"_placeholder":true,"num":{number}}}]'
    with pytest.raises(ProtocolViolation):
        reconstruct(decode(wire), [b""])


def test_an_attachment_may_be_named_twice_or_never():
    packet = decode('52-["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":1}]')
    assert reconstruct(packet, [b"0", b"1"]).data == ["a", b"1", b"1"]


def test_only_true_makes_a_placeholder():
    packet = decode('51-["a",{"_placeholder":1,"num":9},{"_placeholder":true,"num":0}]')
    assert reconstruct(packet, [b"x"]).data == ["a", {"_placeholder": 1, "num": 9}, b"x"]
