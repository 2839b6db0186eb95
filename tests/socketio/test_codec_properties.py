"""What holds for every packet: python-socketio's codec, which is another's work, reads what we write, and we
what it writes; and what is malformed is refused, whatever it is.
"""

import engineio.packet
import engineio.payload
import socketio.packet
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from chat.socketio.attachments import encode_with_attachments, reconstruct
from chat.socketio.engine_packets import EnginePacket, decode_packet, decode_payload, encode_payload
from chat.socketio.engine_packets import PacketType as EngineType
from chat.socketio.errors import ProtocolViolation
from chat.socketio.packets import (
    MAX_ACK_ID,
    MAX_ATTACHMENTS,
    RESERVED_EVENTS,
    Packet,
    PacketType,
    decode,
    encode,
    encode_ack,
    encode_event,
)

RANDOM = settings(max_examples=60, deadline=None)  # the machine may be busy

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
values_with_bytes = st.recursive(
    st.binary(max_size=8) | texts,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=5,
)
namespaces = st.just("/") | st.from_regex(r"\A/[a-z=_-]{1,8}\Z")
ack_ids = st.integers(0, MAX_ACK_ID)
optional_ack_ids = st.none() | ack_ids
names = texts.filter(lambda name: name not in RESERVED_EVENTS) | st.integers(0, 99)
objects = st.dictionaries(texts, json_values, max_size=3)


def packets(kind, data, ids):
    return st.builds(Packet, st.just(kind), namespaces, data, ids, st.just(0))


def events(values):
    data = st.tuples(names, st.lists(values, max_size=3)).map(lambda event: [event[0], *event[1]])
    return packets(PacketType.EVENT, data, optional_ack_ids)


def acks(values):
    return packets(PacketType.ACK, st.lists(values, max_size=3), ack_ids)


packets_without_bytes = st.one_of(
    packets(PacketType.CONNECT, st.none() | objects, st.none()),
    packets(PacketType.DISCONNECT, st.none(), st.none()),
    packets(PacketType.CONNECT_ERROR, objects, st.none()),
    events(json_values),
    acks(json_values),
)
packets_with_bytes = events(values_with_bytes) | acks(values_with_bytes)


def read_by_python_socketio(text, attachments=()):
    theirs = socketio.packet.Packet(encoded_packet=text)
    for attachment in attachments:
        theirs.add_attachment(attachment)
    kind = {5: 2, 6: 3}.get(theirs.packet_type, theirs.packet_type)
    return Packet(PacketType(kind), theirs.namespace or "/", theirs.data, theirs.id)


@RANDOM
@given(packets_without_bytes)
def test_a_packet_survives_both_codecs(packet):
    ours = encode(packet)
    assert decode(ours) == packet
    assert read_by_python_socketio(ours) == packet
    theirs = socketio.packet.Packet(
        packet.type.value, packet.data, packet.namespace, packet.id, binary=False
    ).encode()
    assert decode(theirs) == packet


@RANDOM
@given(packets_with_bytes)
def test_attachments_survive_both_codecs(packet):
    theirs = socketio.packet.Packet(packet.type.value, packet.data, packet.namespace, packet.id).encode()
    text, *attachments = [theirs] if isinstance(theirs, str) else theirs
    assume(len(attachments) <= MAX_ATTACHMENTS)
    our_text, our_attachments = encode_with_attachments(packet)
    assert our_attachments == attachments
    assert read_by_python_socketio(our_text, attachments) == packet
    for wire in (text, our_text):
        decoded = decode(wire)
        assert decoded.attachments == len(attachments)
        assert (reconstruct(decoded, attachments) if attachments else decoded) == packet


@RANDOM
@given(namespaces, names, st.lists(json_values, max_size=3), optional_ack_ids)
def test_the_short_ways_to_write_write_the_same(namespace, name, arguments, ack_id):
    event = Packet(PacketType.EVENT, namespace, [name, *arguments], ack_id)
    assert encode_event(namespace, name, arguments, ack_id) == encode(event)
    ack = Packet(PacketType.ACK, namespace, arguments, ack_id or 0)
    assert encode_ack(namespace, ack_id or 0, arguments) == encode(ack)


# What looks like JSON python-engineio parses, so these do not.
messages = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters='\x1e{}[]"0123456789tfnNI-'), max_size=20
)


@RANDOM
@given(st.lists(messages | st.binary(max_size=20), min_size=1, max_size=16))
def test_a_polling_payload_survives_both_codecs(contents):
    packets = [content if isinstance(content, bytes) else f"4{content}" for content in contents]
    ours = encode_payload(packets)
    theirs = engineio.payload.Payload([engineio.packet.Packet(4, content) for content in contents]).encode()
    assert [
        packet.data for packet in engineio.payload.Payload(encoded_payload=ours.decode()).packets
    ] == contents
    for body in (ours, theirs.encode()):
        assert [decode_packet(wire) for wire in decode_payload(body)] == [
            EnginePacket(EngineType.MESSAGE, content) for content in contents
        ]


# Malformed packets: well-formed ones, of which something was cut out, put in, or doubled.

crumbs = st.sampled_from(
    [*'0123456789-,/[]{}":\\', "null", "true", "1e999", "٣", "\x00", "\ud83d", '"_placeholder"']
)
cuts = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 12), crumbs | st.just("")), max_size=3)


@st.composite
def nearly_packets(draw):
    text = encode_with_attachments(draw(packets_without_bytes | packets_with_bytes.filter(is_sendable)))[0]
    for position, length, crumb in draw(cuts):
        text = text[:position] + crumb + text[position + length :]
    return text


def is_sendable(packet):
    try:
        encode_with_attachments(packet)
    except ValueError:
        return False
    return True


@RANDOM
@given(nearly_packets() | st.text(max_size=60))
@example("2" + "[" * 33)
@example("29007199254740993[1]")
def test_whatever_a_client_sends_is_a_packet_or_a_violation(text):
    try:
        packet = decode(text)
    except ProtocolViolation:
        return
    assert 0 <= (packet.id or 0) <= MAX_ACK_ID
    assert 0 <= packet.attachments <= MAX_ATTACHMENTS
    if packet.type in (PacketType.EVENT, PacketType.BINARY_EVENT):
        assert packet.data[0] not in RESERVED_EVENTS
    assert decode(encode(packet)) == packet, "what is taken has one meaning, which can be written down"


@RANDOM
@given(nearly_packets())
def test_what_we_take_python_socketio_takes_for_the_same(text):
    try:
        packet = decode(text)
    except ProtocolViolation:
        assume(False)
    assume("?" not in packet.namespace)  # where it cuts off a query, as older protocols did
    assume(not packet.attachments)  # whose placeholders it checks later
    assert read_by_python_socketio(encode(packet)) == packet


@RANDOM
@given(packets_with_bytes.filter(is_sendable), st.lists(st.binary(max_size=3), max_size=12), cuts)
def test_placeholders_name_attachments_or_are_a_violation(packet, attachments, where):
    text = encode_with_attachments(packet)[0]
    for position, length, crumb in where:
        text = text[:position] + crumb + text[position + length :]
    try:
        decoded = decode(text)
        assume(decoded.attachments)
        whole = reconstruct(decoded, attachments)
    except ProtocolViolation:
        return
    assert whole.type in (PacketType.EVENT, PacketType.ACK)
    assert set(bytes_in(whole.data)) <= set(attachments)


def bytes_in(value):
    if isinstance(value, bytes):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from bytes_in(inner)


@RANDOM
@given(st.text(max_size=30) | st.binary(max_size=30))
def test_whatever_comes_is_an_engine_packet_or_a_violation(wire):
    try:
        packet = decode_packet(wire)
    except ProtocolViolation:
        return
    assert isinstance(packet.type, EngineType)
