"""Engine.IO over HTTP: handshake, errors, polls, pushes and CORS."""

import asyncio
import json

import pytest

from tests.support.socketio_clients import ARRIVAL_SECONDS, Polling, again_when_a_ping_comes

OPEN_KEYS = {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}
MEGABYTE = 1_000_000


async def test_a_session_is_opened(http, server):
    async with http.get(f"{server.socketio}?EIO=4&transport=polling") as response:
        body = await response.text()
        assert response.status == 200
        assert response.headers["content-type"] == "text/plain; charset=UTF-8"
        assert response.headers["cache-control"] == "no-store"
        assert "set-cookie" not in response.headers, "no process is to be found again by one"
    opened = json.loads(body[1:])
    assert body[0] == "0"
    assert set(opened) == OPEN_KEYS
    assert opened["upgrades"] == ["websocket"]
    assert (opened["pingInterval"], opened["pingTimeout"]) == (300, 1000)
    assert opened["maxPayload"] == MEGABYTE
    assert all(type(opened[key]) is int for key in ("pingInterval", "pingTimeout", "maxPayload"))
    assert len(opened["sid"]) >= 22, "128 bits take 22 characters"


@pytest.mark.parametrize(
    ("method", "query", "code"),
    [
        ("GET", "EIO=4", 0),
        ("GET", "EIO=4&transport=abc", 0),
        ("GET", "EIO=4&transport=polling&sid=unknown", 1),
        ("POST", "EIO=4&transport=polling&sid=unknown", 1),
        ("POST", "EIO=4&transport=polling", 2),
        ("PUT", "EIO=4&transport=polling", 2),
        ("GET", "EIO=4&transport=websocket", 3),
        ("GET", "EIO=3&transport=polling", 5),
        ("GET", "transport=polling", 5),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong(http, server, method, query, code):
    headers = {"Origin": "https://shop.example"}
    async with http.request(method, f"{server.socketio}?{query}", headers=headers) as response:
        assert response.status == 400
        assert response.headers["content-type"] == "application/json"
        assert response.headers["access-control-allow-origin"] == "*", "or a browser cannot read it"
        assert (await response.json())["code"] == code


async def test_only_the_handshake_has_to_say_which_protocol_it_is(http, server):
    session = await Polling(http, server.engineio).open()
    url = session.url.replace("EIO=4&", "")
    async with http.post(url, data="4hello") as response:
        assert response.status == 200
    async with http.get(url) as response:
        assert (response.status, await response.text()) == (200, "4hello")
        assert response.headers["content-type"] == "text/plain; charset=UTF-8"
        assert response.headers["cache-control"] == "no-store"


def test_the_address_ends_with_a_slash(client):
    """As with Node's server: in the whole application, where something else might answer."""
    assert client.get("/socket.io?EIO=4&transport=polling").status_code == 404


async def test_packets_are_pushed_and_polled(http, server):
    session = await Polling(http, server.engineio).open()
    body = "4hello\x1ebAQIDBA==\x1e4é"
    async with http.post(session.url, data=body) as response:
        assert (response.status, await response.text()) == (200, "ok")
        assert response.headers["content-type"].startswith("text/html")
    assert await session.receive(3) == ["4hello", "bAQIDBA==", "4é"]


async def test_what_separates_packets_may_stand_in_a_text(http, server):
    session = await Polling(http, server.socketio).open()
    await session.join()
    await session.post('42["message","a\\u001eb\\u0000"]')
    status, body = await session.get()
    assert (status, body) == (200, '42["message-back","a\\u001eb\\u0000"]'), "escaped, as JSON wants it"


async def test_hundreds_of_packets_in_one_payload(http, server):
    session = await Polling(http, server.engineio).open()
    packets = [f"4{number}" for number in range(400)]
    assert await session.post("\x1e".join(packets)) == (200, "ok")
    assert await session.receive(400) == packets


async def test_a_poll_waits_for_what_comes(http, server):
    session = await Polling(http, server.engineio).open()
    poll = asyncio.create_task(session.receive(1))
    await asyncio.sleep(ARRIVAL_SECONDS)
    assert not poll.done()
    await session.post("4later")
    assert await poll == ["4later"]


@pytest.mark.parametrize("body", ["abc", "", "4a\x1e", "b!!!", "2", "4ok\x1e9", b"4\xff"])
async def test_a_malformed_push_closes_the_session(http, server, body):
    session = await Polling(http, server.engineio).open()
    assert (await session.post(body))[0] == 400
    assert (await session.get())[0] == 400


async def test_binary_bodies_close_the_session(http, server):
    session = await Polling(http, server.engineio).open()
    assert (await session.post("4a", **{"content-type": "application/octet-stream"}))[0] == 400
    assert (await session.get())[0] == 400


@again_when_a_ping_comes
async def test_a_second_poll_closes_the_session(http, server):
    session = await Polling(http, server.engineio).open()
    first = await session.waiting_poll()
    status, _ = await session.get()
    session.check_waited(first)
    assert status == 400
    assert await first == (200, "1")
    assert (await session.get())[0] == 400


@again_when_a_ping_comes
async def test_an_aborted_poll_closes_the_session(http, server):
    session = await Polling(http, server.engineio).open()
    poll = await session.waiting_poll()
    poll.cancel()
    await asyncio.sleep(ARRIVAL_SECONDS)
    status, body = await session.get()
    assert (status, json.loads(body)["code"]) == (400, 1)


@again_when_a_ping_comes
async def test_a_close_packet_ends_the_poll_with_a_noop(http, server):
    session = await Polling(http, server.engineio).open()
    poll = await session.waiting_poll()
    assert await session.post("1") == (200, "ok")
    session.check_waited(poll)
    assert await poll == (200, "6")
    assert (await session.get())[0] == 400


async def test_a_push_of_the_greatest_size_is_taken_and_a_greater_one_is_not(http, server):
    session = await Polling(http, server.engineio).open()
    assert (await session.post("4" + "x" * MEGABYTE))[0] == 413
    assert (await session.post("4" + "é" * (MEGABYTE // 2)))[0] == 413, "bytes count, not characters"
    assert await session.post("4" + "x" * (MEGABYTE - 1)) == (200, "ok")
    assert await session.receive(1) == ["4" + "x" * (MEGABYTE - 1)]


async def test_a_body_without_an_end_is_not_read_to_the_end(http, uvicorn):
    session = await Polling(http, uvicorn.engineio).open()
    reader, writer = await asyncio.open_connection("127.0.0.1", uvicorn.port)
    path = session.url.removeprefix(uvicorn.origin)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    chunk = b"10000\r\n" + b"4" * 65_536 + b"\r\n"
    for _ in range(16):
        writer.write(chunk)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    assert answer.startswith(b"HTTP/1.1 413"), "answered though the body went on"
    writer.close()
    assert await session.post("4b") == (200, "ok"), "the session is not harmed"


async def test_a_body_for_an_unknown_session_is_not_read(uvicorn):
    reader, writer = await asyncio.open_connection("127.0.0.1", uvicorn.port)
    writer.write(
        b"POST /socket.io/?EIO=4&transport=polling&sid=unknown HTTP/1.1\r\n"
        b"Host: 127.0.0.1\r\nContent-Length: 900000\r\n\r\n"
    )
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 2)
    assert answer.startswith(b"HTTP/1.1 400"), "answered though no byte of the body was sent"
    assert b"connection: close" in answer.lower()
    writer.close()


async def test_a_second_push_closes_the_session(http, uvicorn):
    session = await Polling(http, uvicorn.engineio).open()
    _, writer = await asyncio.open_connection("127.0.0.1", uvicorn.port)
    path = session.url.removeprefix(uvicorn.origin)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n4a".encode())
    await asyncio.sleep(ARRIVAL_SECONDS)
    assert (await session.post("4b"))[0] == 400
    assert (await session.get())[0] == 400
    writer.close()


async def test_a_preflight_allows_what_clients_send(http, server):
    headers = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-mine",
    }
    async with http.options(f"{server.socketio}?EIO=4&transport=polling", headers=headers) as response:
        assert response.status == 204
        assert response.headers["access-control-allow-origin"] == "*"
        assert "POST" in response.headers["access-control-allow-methods"]
        assert response.headers["access-control-allow-headers"] == "authorization,x-mine"
        assert "access-control-allow-credentials" not in response.headers
        assert "vary" in response.headers


async def test_no_other_method_on_a_session(http, server):
    session = await Polling(http, server.engineio).open()
    async with http.put(session.url, data="4a") as response:
        assert response.status == 400
    assert await session.post("4b") == (200, "ok"), "the session is not harmed"
