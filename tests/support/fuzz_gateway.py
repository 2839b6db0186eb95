"""Sends a gateway a million packets that nobody should send, while a hundred others go on talking to it.

    .venv/bin/python -m tests.support.fuzz_gateway
    .venv/bin/python -m tests.support.fuzz_gateway --packets 20000 --seed 7

Prints what happened; the exit status is 1 when somebody else was disturbed or the server complained.
"""

import argparse
import asyncio
import base64
import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from chat.socketio.connection import Connection, ConnectRequested
from chat.socketio.engine_handshake import TransportName
from chat.socketio.engine_session import EngineOptions, EngineSession
from chat.socketio.errors import ConnectionEnded, DisconnectReason
from tests.support.packet_fuzzer import PacketFuzzer
from tests.support.servers import free_port
from tests.support.services import wait_until
from tests.support.socketio_clients import RawWebSocket, join, open_session

ATTACKERS = 4
POLLING_ATTACKERS = 1
PACKETS_PER_CONNECTION = 400
GROUPS_AT_ONCE = 20
MAX_EVENT_BYTES = 65_536
JOINABLE = {"/", "/custom", "/slow"}
MALICE = 0.004
CLOSE_FRAME = b"\x88\x02\x03\xe8"
WITNESS_PAUSE_SECONDS = 1.0
WARM_UP_SECONDS = 5.0
DISTURBED_AFTER_SECONDS = 5.0
SERVER_OPTIONS = [
    "--ping-interval",
    "5",
    "--ping-timeout",
    "10",
    "--connect-timeout",
    "10",
    "--max-event",
    "65536",
]


class Witness:
    """Somebody who talks, and is to notice nothing: each message is acked, and the connection stays."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.trouble: str | None = None

    async def talk(self, address: str) -> None:
        """Talk until cancelled, or in trouble."""
        try:
            async with await open_session(address) as websocket:
                await join(websocket)
                await self._talk(websocket)
        except Exception as error:
            self.trouble = repr(error)

    async def _talk(self, websocket: RawWebSocket) -> None:
        number = 0
        while True:
            began = time.perf_counter()
            await websocket.send(f'42{number}["message-with-ack",{number}]')
            answer = await asyncio.wait_for(websocket.receive(), DISTURBED_AFTER_SECONDS)
            assert answer == f"43{number}[{number}]", answer
            self.waits.append(time.perf_counter() - began)
            number += 1
            await asyncio.sleep(WITNESS_PAUSE_SECONDS)


class Attack:
    """What is left to send, and what has been done."""

    def __init__(self, packets: int) -> None:
        self.left = packets
        self.connections = 0
        self.ended = 0
        self.not_ended = 0

    async def by_websocket(self, port: int, fuzzer: PacketFuzzer) -> None:
        """Send a share of the packets by WebSockets, one after the other, each up to what ends it."""
        while self.left > 0:
            self.connections += 1
            reader, writer = await dial(port)
            listening = asyncio.create_task(read_to_the_end(reader))
            with contextlib.suppress(ConnectionError):
                if await self._send(writer, fuzzer, listening):
                    await self._expect_close(listening)
            listening.cancel()
            writer.close()

    async def _send(
        self, writer: asyncio.StreamWriter, fuzzer: PacketFuzzer, listening: asyncio.Task[None]
    ) -> bool:
        """Send until something ends the connection, or enough; say whether something did."""
        shadow, packets, sent = Shadow(), fuzzer.begin(), 0
        while sent < PACKETS_PER_CONNECTION and not listening.done():
            lasting = list(itertools.takewhile(shadow.survives, packets))
            ends = len(lasting) < len(packets)
            packets = packets[: len(lasting) + ends]
            writer.write(b"".join(map(frame, packets)))
            sent += len(packets)
            self.left -= len(packets)
            if ends:
                return True
            await writer.drain()
            packets = [packet for _ in range(GROUPS_AT_ONCE) for packet in fuzzer.some()]
        return False

    async def _expect_close(self, listening: asyncio.Task[None]) -> None:
        done, _ = await asyncio.wait({listening}, timeout=DISTURBED_AFTER_SECONDS)
        self.ended += len(done)
        self.not_ended += not done

    async def by_polling(self, address: str, fuzzer: PacketFuzzer) -> None:
        """Send by requests, of which any may end its session."""
        async with aiohttp.ClientSession() as http:
            while self.left > 0:
                self.connections += 1
                url = f"{address}?EIO=4&transport=polling"
                async with http.get(url) as answer:
                    url += "&sid=" + (await answer.text()).split('"')[3]
                body, status = "".join(map(str, fuzzer.begin())).encode(), 200
                while status == 200 and self.left > 0:
                    async with http.post(url, data=body) as answer:
                        status = answer.status
                    body = fuzzer.payload()
                    self.left -= body.count(b"\x1e") + 1
                self.ended += status != 200


class Shadow:
    """Knows which packet ends a connection: what comes after it would not be looked at, and not count."""

    def __init__(self) -> None:
        self._engine = EngineSession("", TransportName.WEBSOCKET, EngineOptions(), 0.0)
        self._connection = Connection(0.0, connect_timeout_seconds=45, max_event_bytes=MAX_EVENT_BYTES)

        self._undecided: set[str] = set()

    def survives(self, packet: str | bytes) -> bool:
        """Take a packet that is to be sent."""
        try:
            message = self._engine.receive(packet, 0.0)
            received = None if message is None else self._connection.receive(message, 0.0)
        except ConnectionEnded as ended:
            # It depends on whether the refusal of a CONNECT has been decided upon.
            asked = (namespace for namespace in self._undecided if namespace in str(packet))
            return ended.reason is DisconnectReason.FORCED_CLOSE and any(asked)
        if isinstance(received, ConnectRequested):
            if received.membership.namespace in JOINABLE:
                self._connection.accept(received.membership, "")
            else:
                self._undecided.add(received.membership.namespace)
        return True


async def dial(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a WebSocket, without a library that would refuse to send what we send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def read_to_the_end(reader: asyncio.StreamReader) -> None:
    """Read what comes, for who does not listen is not listened to; ends when the server closes."""
    tail = b""
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            tail = tail[-len(CLOSE_FRAME) :] + chunk
            if CLOSE_FRAME in tail:
                return


def frame(packet: str | bytes) -> bytes:
    """A WebSocket frame from a client; the mask is zero, so the packet stands in it as it is."""
    data = packet if isinstance(packet, bytes) else packet.encode("utf-8", "replace")
    kind = 0x82 if isinstance(packet, bytes) else 0x81
    if len(data) < 126:
        return bytes([kind, 0x80 | len(data)]) + b"\0\0\0\0" + data
    if len(data) < 65_536:
        return bytes([kind, 0xFE]) + len(data).to_bytes(2, "big") + b"\0\0\0\0" + data
    return bytes([kind, 0xFF]) + len(data).to_bytes(8, "big") + b"\0\0\0\0" + data


def memory_of(pid: int) -> float:
    """The resident memory of a process in megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def quantiles(waits: list[float]) -> str:
    """How long acks took, in milliseconds."""
    waits = sorted(waits)
    if not waits:
        return "no acks"
    at = [waits[min(len(waits) - 1, int(len(waits) * share))] * 1000 for share in (0.5, 0.99)]
    return f"{len(waits)} acks, p50 {at[0]:.1f} ms, p99 {at[1]:.1f} ms, longest {waits[-1] * 1000:.0f} ms"


async def attack(port: int, pid: int, arguments: argparse.Namespace) -> bool:
    """Attack a server; say whether nobody noticed."""
    address = f"http://127.0.0.1:{port}/socket.io/"
    witnesses = [Witness() for _ in range(arguments.witnesses)]
    talking = [asyncio.create_task(witness.talk(address)) for witness in witnesses]
    await asyncio.sleep(WARM_UP_SECONDS)
    quiet = [wait for witness in witnesses for wait in witness.waits]
    memory, began = memory_of(pid), time.perf_counter()
    doing = Attack(arguments.packets)
    seeds = range(arguments.seed, arguments.seed + ATTACKERS + POLLING_ATTACKERS)
    fuzzers = [PacketFuzzer(seed, MALICE) for seed in seeds]
    await asyncio.gather(
        *(doing.by_websocket(port, fuzzer) for fuzzer in fuzzers[:ATTACKERS]),
        *(doing.by_polling(address, fuzzer) for fuzzer in fuzzers[ATTACKERS:]),
    )
    seconds = time.perf_counter() - began
    waits = [wait for witness in witnesses for wait in witness.waits][len(quiet) :]
    await asyncio.sleep(2 * WITNESS_PAUSE_SECONDS)
    troubles = [witness.trouble for witness in witnesses if witness.trouble]
    for task in talking:
        task.cancel()
    sent = arguments.packets - doing.left
    print(
        f"{sent} packets over {doing.connections} connections in {seconds:.0f} s; "
        f"{doing.ended} were ended for a violation, {doing.not_ended} were not"
    )
    print(f"{len(witnesses)} others before: {quantiles(quiet)}")
    print(f"{len(witnesses)} others meanwhile: {quantiles(waits)}; {len(troubles)} disturbed {troubles[:3]}")
    print(f"memory of the server: {memory:.0f} MB before, {memory_of(pid):.0f} MB after")
    return not troubles and not doing.not_ended


def main() -> int:
    """Start a server, attack it, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--witnesses", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    port = free_port()
    command = [sys.executable, "-m", "tests.support.socketio_server", "--port", str(port), *SERVER_OPTIONS]
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            wait_until(lambda: is_listening(port), "the server", 60)
            went_well = asyncio.run(attack(port, server.pid, arguments))
            is_alive = server.poll() is None
        finally:
            server.terminate()
            server.wait(20)
        log.seek(0)
        said = log.read().decode(errors="replace")
    complaints = said.count("Traceback") + said.count("ERROR")
    print(f"the server {'is alive' if is_alive else 'DIED'} and complained {complaints} times")
    if complaints:
        print(said[:4000])
    return 0 if went_well and is_alive and not complaints else 1


def is_listening(port: int) -> bool:
    """Whether somebody takes connections."""
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main())
