"""The clients that people use: socket.io-client in Node, and python-socketio as an independent make."""

import asyncio
import json
from pathlib import Path

import pytest
import socketio

SCRIPT = Path(__file__).with_name("genuine_client.mjs")
TRANSPORTS = ["websocket", "polling", "default"]


async def run_in_node(server, scenario, transports, times=1):
    process = await asyncio.create_subprocess_exec(
        "node",
        SCRIPT,
        f"{server.origin}/",
        scenario,
        transports,
        str(times),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    return json.loads(output)


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_talks(server, transports):
    saw = await run_in_node(server, "conversation", transports)
    assert saw["auth"] == {"token": "abc"}
    if transports != "default":  # which begins by polling, and may have been upgraded by now
        assert saw["firstTransport"] == transports
    assert saw["lastTransport"] == {"polling": "polling"}.get(transports, "websocket")
    assert saw["back"] == [1, "é", {"three": [True]}, {"type": "Buffer", "data": [1, 2, 3]}]
    assert saw["acked"] == ["a", {"type": "Buffer", "data": [9]}]
    assert saw["answer"] == {"ok": True}
    assert saw["gone"] == "io client disconnect"


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_stays_connected(uvicorn, transports):
    assert await run_in_node(uvicorn, "staysConnected", transports) == {"pinged": True, "connected": True}


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_uses_several_namespaces(uvicorn, transports):
    assert await run_in_node(uvicorn, "namespaces", transports) == {
        "customAuth": {"token": "custom"},
        "unknown": "Invalid namespace",
        "refused": {
            "message": "The token has expired.",
            "data": {"code": "token_expired"},
            "active": False,
        },
        "left": "io server disconnect",
        "sameConnection": {"ok": True},
    }


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_sends_binary_data(uvicorn, transports):
    saw = await run_in_node(uvicorn, "binary", transports)
    assert saw["lengths"] == list(range(10))
    assert saw["acked"] == {"type": "Buffer", "data": [3, 3, 3]}
    assert saw["ok"]
    assert saw["args"] == [{"type": "Buffer", "data": [1, 2]}]


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_acks_and_is_acked(uvicorn, transports):
    assert await run_in_node(uvicorn, "acks", transports) == {
        "empty": [],
        "unanswered": "operation has timed out",
        "results": [{"ok": True, "args": ["yes"]}, {"ok": False, "args": []}],
        "given": "operation has timed out",
        "acked": {"ok": True},
    }


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_learns_why_it_was_refused_and_does_not_insist(uvicorn, transports):
    assert await run_in_node(uvicorn, "refusals", transports) == {
        "first": {"message": "not authorized", "data": {"code": "E_AUTH", "retry": False}, "active": False},
        "auth": {"token": "ok"},
    }


@pytest.mark.parametrize("transports", TRANSPORTS)
async def test_socketio_client_comes_back_unless_it_was_put_out(uvicorn, transports):
    saw = await run_in_node(uvicorn, "leaving", transports)
    assert saw["differentIds"] == 3
    *came_back, main, custom = saw["reasons"]
    assert [active for _, active in came_back] == [True, True]
    assert {reason for reason, _ in came_back} <= {"transport close", "transport error"}
    assert main == custom == ["io server disconnect", False]


@pytest.mark.parametrize(("kind", "times"), [("uvicorn", 25), ("daphne", 5)])
async def test_nothing_is_lost_doubled_or_reordered_while_upgrading(request, kind, times):
    rounds = await run_in_node(request.getfixturevalue(kind), "upgrade", "default", times)
    expected = {"firstTransport": "polling", "transport": "websocket", "inOrder": True, "count": 100}
    assert rounds == [expected] * times


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_python_socketio_talks(uvicorn, transports):
    async with socketio.AsyncSimpleClient() as client:
        await client.connect(uvicorn.origin, auth={"token": "abc"}, transports=transports)
        assert await client.receive(timeout=5) == ["auth", {"token": "abc"}]
        await client.emit("message", (1, "é", b"\x01\x02"))
        assert await client.receive(timeout=5) == ["message-back", 1, "é", b"\x01\x02"]
        assert await client.call("answer", timeout=5) == {"ok": True}
