"""Bad input on every event that the handler tables know: a clear error, and nobody else is harmed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chat.live.events import DEEP, EVENTS, Fields, check_refusal, every_event
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person, Refused
from tests.support.socketio_clients import RawWebSocket

pytestmark = [pytest.mark.processes, ON_SQLITE]

NO_OBJECTS: list[Any] = ["text", "", 42, -1.5, True, None, [], ["text"], [[{}]], [{"chatId": "x"}]]
BAD_TEXTS: list[Any] = [7, 1.5, True, [], ["text"], {}, {"$ne": ""}, DEEP]
BAD_NUMBERS: list[Any] = ["1", "x", -1, 1.5, True, 10**30, [], {}]
BAD_OBJECTS: list[Any] = ["text", 7, 1.5, True, [], [{}]]
BAD_LISTS: list[Any] = ["text", 7, True, {}, [7], [None], [[]], ["x"] * 21]
BAD_VALUES = {str: BAD_TEXTS, int: BAD_NUMBERS, dict: BAD_OBJECTS, list: BAD_LISTS}
TOO_LONG = "x" * 20_000


@pytest.fixture(scope="module")
def live(live_sqlite: Live) -> Live:
    return live_sqlite


def bad_data(fields: Fields, good: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield data of the wrong shape: the field at fault, what is wrong with it, and the data."""
    for name in fields.required:
        yield name, "is missing", {key: value for key, value in good.items() if key != name}
        yield name, "is null", {**good, name: None}
    for name in fields.all:
        kind = fields.kind(name)
        for value in BAD_VALUES[kind]:
            yield name, f"is {value!r}", {**good, name: value}
        if kind is str:
            yield name, "is too long", {**good, name: TOO_LONG}


def test_there_are_events_to_try() -> None:
    assert {namespace for namespace, _ in EVENTS} == {"/", "/chat"}
    assert len(EVENTS) >= 16


@every_event
async def test_bad_data_are_refused_clearly_and_harm_nobody(
    namespace: str, event: str, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    fields = Fields(namespace, event)
    sound = {name: good[name] for name in fields.all}
    bystander = await clients.chat(good["customer"], chatId=good["chatId"])
    # The agent of the conversation, who may do everything in it: only the data are at fault.
    client = await clients.socket(namespace, world["people"]["ana"], chatId=good["chatId"])

    for garbage in NO_OBJECTS:
        check_refusal(await client.denied(event, garbage), repr(garbage))
    for name, fault, data in bad_data(fields, sound):
        refusal = await client.denied(event, data)
        check_refusal(refusal, f"{name} {fault}")
        assert refusal["code"] == "invalid", (name, fault, refusal)
        # The limit of `content` is that of every text, and calls it so.
        assert name in refusal["message"] or "text" in refusal["message"], (name, fault, refusal)

    await client.emit(event, 42)
    error = await client.next("error")
    assert set(error) == {"message", "code", "event"}
    assert (error["code"], error["event"]) == ("invalid", event)

    assert (await bystander.done("join-chat", {"chatId": good["chatId"]}))["chat"]["status"] == "open"
    assert bystander.disconnects == client.disconnects == 0


@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_bad_event_names_are_refused_clearly(
    namespace: str, clients: Clients, guest: Callable[[], Person]
) -> None:
    client = await clients.socket(namespace, guest())
    names = ["", " ", "Message:Send", "__init__", "connected", "toString", "\0", "\ud83d", "x" * 10_000]
    for name in names:
        refusal = await client.denied(name, {})
        assert refusal["code"] == "unknown_event", name
        assert len(refusal["message"]) < 600
    assert client.disconnects == 0


@pytest.mark.parametrize("last_seq", ["1", -1, 1.5, [], {}, 10**30])
@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_a_handshake_with_a_bad_last_seq_is_refused(
    namespace: str, last_seq: Any, clients: Clients, good: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        await clients.socket(namespace, good["customer"], chatId=good["chatId"], lastSeq=last_seq)
    assert refused.value.answer["data"] == {"code": "invalid"}
    await clients.socket(namespace, good["customer"], chatId=good["chatId"], lastSeq=1)


NOT_PACKETS = [
    '42/chat,["chat-message",{',
    '42/chat,{"chat-message":1}',
    "42/chat,[]",
    "42/chat,nonsense",
    '42/chat,["join-chat",' + "[" * 50_000,
    '42/chat,["join-chat",' + "[" * 100 + "]" * 100 + "]",
    '42/chat,["join-chat",{"chatId":NaN}]',
    "9",
    "4",
    "4999999999",
]


@pytest.mark.parametrize("packet", NOT_PACKETS, ids=[packet[:30] for packet in NOT_PACKETS])
async def test_what_is_no_packet_at_all_ends_that_connection_alone(
    packet: str, clients: Clients, live: Live, good: dict[str, Any]
) -> None:
    same_person = await clients.chat(good["customer"], chatId=good["chatId"])
    token = json.dumps({"token": good["customer"]["access"]})
    async with await RawWebSocket.open(f"{live.url}/socket.io/") as websocket:
        await websocket.receive()
        await websocket.send(f"40/chat,{token}")
        assert (await websocket.receive()).startswith("40/chat,")
        await websocket.send(packet)
        await websocket.closed()
    await same_person.done("chat-message", {"chatId": good["chatId"], "text": "Still here"})
    assert same_person.disconnects == 0
