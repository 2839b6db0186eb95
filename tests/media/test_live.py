"""Media as clients of a running helpdesk meet them: sent, watched, cut off, too long."""

import asyncio
import io
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import psutil
import pytest

from chat.media.formats import MAX_FILE_BYTES, MAX_UPLOAD_BYTES
from tests.support import media_samples
from tests.support.live import ON_SQLITE, Live, World
from tests.support.live_clients import Clients, Person
from tests.support.uploads import files_in

# What a body may be is no matter of the database; what is, is tested without a network.
pytestmark = pytest.mark.parametrize(
    "live", [pytest.param("sqlite", marks=ON_SQLITE)], indirect=True, scope="module"
)

PNG = media_samples.image("PNG", (300, 200))
CHUNK = bytes(65_536)


def form(kind: str, *files: tuple[str, bytes | io.BytesIO]) -> aiohttp.FormData:
    body = aiohttp.FormData({"type": kind})
    for name, content in files:
        body.add_field("media", content, filename=name)
    return body


async def upload(clients: Clients, person: Person, kind: str, name: str, content: bytes) -> dict[str, Any]:
    status, body = await clients.rest("POST", "media", person, data=form(kind, (name, content)))
    assert status == 201, body
    [media] = body["data"]
    return media


async def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status, await response.read()


def rows_of(live: Live, person: Person) -> int:
    """How many files the database knows of a person."""
    with sqlite3.connect(live.directory / "helpdesk.sqlite3") as database:
        query = "SELECT count(*) FROM chat_media WHERE uploader_id = ?"
        return int(database.execute(query, [person["id"].replace("-", "")]).fetchone()[0])


@pytest.fixture
async def chat(clients: Clients, world: World, guest: Callable[[], Person]) -> dict[str, Any]:
    """A chat that Ana has with a `customer`."""
    customer = guest()
    chat_id = await clients.start_taken_conversation(customer, world["people"]["ana"])
    return {"id": chat_id, "customer": customer}


async def test_a_picture_travels_from_the_customer_to_the_agent_and_a_film_back(
    clients: Clients, world: World, chat: dict[str, Any]
) -> None:
    customer, ana = chat["customer"], world["people"]["ana"]
    agent = await clients.chat(ana)
    await agent.done("join-chat", {"chatId": chat["id"]})
    visitor = await clients.root(customer)
    await visitor.done("conversation:join", {"conversationId": chat["id"]})

    picture = await upload(clients, customer, "image", "leaf.png", PNG)
    sending = {"conversationId": chat["id"], "messageType": "image", "mediaId": picture["_id"]}
    sending["clientMessageId"] = "the-leaf"
    first = await visitor.done("message:send", sending)
    assert await visitor.done("message:send", sending) == first
    shown = await agent.next("chat-message", lambda message: message["type"] == "image")
    mine = await visitor.next("message:new", lambda data: data["message"]["messageType"] == "image")

    # The same file, and for each an address of its own.
    assert shown["media"]["_id"] == mine["message"]["media"]["_id"] == picture["_id"]
    assert shown["media"]["url"] != mine["message"]["media"]["url"]
    status, seen = await fetch(shown["media"]["url"])
    assert (status, seen[:8]) == (200, PNG[:8])
    assert await fetch(mine["message"]["media"]["url"], Range="bytes=0-7") == (206, PNG[:8])
    assert (await fetch(shown["media"]["thumbnailUrl"]))[0] == 200

    content = media_samples.recording("video/mp4")
    film = await upload(clients, ana, "video", "how to.mp4", content)
    body = {"conversationId": chat["id"], "messageType": "video", "mediaId": film["_id"]}
    status, sent = await clients.rest("POST", "messages", ana, json=body)
    assert status == 200, sent
    heard = await visitor.next("message:new", lambda data: data["message"]["messageType"] == "video")
    assert await fetch(heard["message"]["media"]["url"]) == (200, content)


async def test_nobody_sends_what_somebody_else_has_uploaded(
    clients: Clients, world: World, chat: dict[str, Any], guest: Callable[[], Person]
) -> None:
    theirs = await upload(clients, guest(), "image", "theirs.png", PNG)
    for sender in (chat["customer"], world["people"]["ana"], world["people"]["sam"]):
        body = {"conversationId": chat["id"], "messageType": "image", "mediaId": theirs["_id"]}
        assert (await clients.rest("POST", "messages", sender, json=body))[0] == 404


async def request_head(live: Live, path: str, person: Person, *headers: str) -> Any:
    """Open a connection and send the head of a request, no body."""
    host, port = live.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {person['access']}", *headers]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize(
    ("path", "kind", "length"),
    [
        ("/api/v1/chat/media", "multipart/form-data; boundary=b", MAX_UPLOAD_BYTES + 1),
        ("/chat/media", "multipart/form-data; boundary=b", 10**15),
        ("/chat/messages", "application/json", 5_000_000),
    ],
)
async def test_a_body_that_says_it_is_too_long_is_refused_unread(
    live: Live, guest: Callable[[], Person], path: str, kind: str, length: int
) -> None:
    reader, writer = await request_head(
        live, path, guest(), f"Content-Type: {kind}", f"Content-Length: {length}"
    )
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        said = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        answer = json.loads(await reader.readexactly(said))
    writer.close()

    assert head.startswith("HTTP/1.1 413")
    assert (answer["success"], answer["code"]) == (False, "too_large")
    assert "bytes are allowed" in answer["message"]


async def test_a_body_of_no_said_length_is_read_up_to_the_limit_and_memory_stays_flat(
    clients: Clients, live: Live, guest: Callable[[], Person]
) -> None:
    web = psutil.Process(live.web_servers[0].pid)
    before = web.memory_info().rss
    most = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal most
        yield b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.mp4"\r\n\r\n'
        for number in range(MAX_UPLOAD_BYTES // len(CHUNK) + 20):
            yield CHUNK
            if number % 50 == 0:
                most = max(most, web.memory_info().rss)

    status, body = await clients.rest(
        "POST",
        "media",
        guest(),
        data=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )

    assert (status, body["code"]) == (413, "too_large")
    assert most - before < 20_000_000


async def test_a_file_too_long_among_small_ones_is_refused_whatever_is_said_of_it(
    clients: Clients, live: Live, guest: Callable[[], Person]
) -> None:
    person = guest()
    long = form("audio", ("a.wav", io.BytesIO(bytes(MAX_FILE_BYTES + 1))))
    status, body = await clients.rest("POST", "media", person, data=long)
    assert (status, body["code"]) == (413, "too_large")
    many = b"".join(b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n' for _ in range(10_000))
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    status, body = await clients.rest("POST", "media", person, data=many + b"--b--\r\n", headers=head)
    assert (status, body["code"]) == (400, "invalid")
    for broken in (b"", b"nonsense", b"--b\r\n", b'--b\r\nContent-Disposition: form-data; name="media"'):
        status, body = await clients.rest("POST", "media", person, data=broken, headers=head)
        assert (status, body["success"]) == (400, False)
    assert rows_of(live, person) == 0


async def test_an_upload_that_is_cut_leaves_no_row_and_no_file(
    clients: Clients, live: Live, guest: Callable[[], Person]
) -> None:
    person = guest()
    before = len(files_in(live.directory / "media"))
    body = b'--b\r\nContent-Disposition: form-data; name="type"\r\n\r\nimage\r\n'
    body += b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n' + PNG
    for length in (20, len(body) // 2, len(body)):
        _, writer = await request_head(
            live,
            "/chat/media",
            person,
            "Content-Type: multipart/form-data; boundary=b",
            f"Content-Length: {len(body) + 9}",
        )
        writer.write(body[:length])
        await writer.drain()
        writer.transport.abort()

    # Another upload by the same process, after the cuts.
    await upload(clients, person, "image", "whole.png", PNG)

    assert rows_of(live, person) == 1
    assert len(files_in(live.directory / "media")) == before + 2
