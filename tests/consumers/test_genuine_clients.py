"""The clients that people use: socket.io-client in Node, and python-socketio as an independent make."""

import asyncio
import json
from pathlib import Path

import pytest
import socketio

SCRIPT = Path(__file__).with_name("genuine_client.mjs")
TRANSPORTS = ["websocket", "polling", "default"]


async def run_in_node(server, scenario, transports):
    process = await asyncio.create_subprocess_exec(
        "node",
        SCRIPT,
        f"{server.origin}/",
        scenario,
        transports,
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


async def test_nothing_is_lost_doubled_or_reordered_while_upgrading(server):
    rounds = await run_in_node(server, "upgrade", "default")
    expected = {"firstTransport": "polling", "transport": "websocket", "inOrder": True, "count": 100}
    assert rounds == [expected] * 5


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_python_socketio_talks(uvicorn, transports):
    async with socketio.AsyncSimpleClient() as client:
        await client.connect(uvicorn.origin, auth={"token": "abc"}, transports=transports)
        assert await client.receive(timeout=5) == ["auth", {"token": "abc"}]
        await client.emit("message", (1, "é", b"\x01\x02"))
        assert await client.receive(timeout=5) == ["message-back", 1, "é", b"\x01\x02"]
        assert await client.call("answer", timeout=5) == {"ok": True}
