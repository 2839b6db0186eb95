"""A running helpdesk in which an assistant answers first, asking a language model on this machine."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpdesk.paths import BASE_DIR
from tests.support.live_clients import TIMEOUT_SECONDS, Clients, Person, SocketClient, clients_of
from tests.support.openai_server import OpenAIServer
from tests.support.servers import START_SECONDS, RunningHelpdesk, WebServer
from tests.support.services import MIGRATED, PostgreSQLServer

MODEL_WORKER = "chat.assistant.model_worker"
HANDED_OVER = "A person will"
PROMISED_SECONDS = 10
"""Within them people have taken over, whatever happens to the assistant."""


class Assisted:
    """Two web processes and a worker on one database, and a language model."""

    def __init__(self, helpdesk: RunningHelpdesk, model: OpenAIServer) -> None:
        self.helpdesk = helpdesk
        self.model = model
        self.here = helpdesk.web
        command = [sys.executable, "-m", "tests.support.assisted_world", "assisted"]
        with subprocess.Popen(
            command, cwd=BASE_DIR, env=helpdesk.environment, stdout=subprocess.PIPE
        ) as making:
            self.there = helpdesk.add_web()
            assert making.stdout is not None
            self.world: dict[str, Any] = json.load(making.stdout)
        self._guests = iter(self.world["guests"])

    def guest(self) -> Person:
        """A visitor who has done nothing yet."""
        return next(self._guests)

    def agent(self, name: str) -> Person:
        """Somebody of the team."""
        person: Person = self.world["people"][name]
        return person


def model_worker(web: WebServer) -> psutil.Process:
    """The process in which language models are asked for a web process."""
    children = psutil.Process(web.pid).children(recursive=True)
    [worker] = [child for child in children if MODEL_WORKER in child.cmdline()]
    return worker


async def begin_chat(clients: Clients, web: WebServer, guest: Person) -> tuple[SocketClient, str]:
    """Let a visitor start a chat, in which the assistant answers; its socket and the chat's id."""
    customer = await clients.socket("/chat", guest, web.url)
    chat = (await customer.done("join-chat", {}))["chat"]
    assert chat["handler"] == "assistant", chat
    return customer, chat["chatId"]


def streamed(client: SocketClient) -> list[dict[str, Any]]:
    """The events of answers that a client has heard, in their order."""
    return [data for event, data in client.heard if event == "chat-stream"]


def text_of(stream: list[dict[str, Any]]) -> str:
    """What stands on the screen after these events."""
    text = ""
    for data in stream:
        if data["event"] == "chunk":
            assert data["offset"] <= len(text), "a hole"
            text = text[: data["offset"]] + data["text"]
    return text


async def hear(client: SocketClient, chunks: int) -> None:
    """Wait until a client has heard so many chunks."""
    await client.until(lambda: sum(data["event"] == "chunk" for data in streamed(client)) >= chunks)


def is_message(of: Callable[[dict[str, Any]], bool]) -> Callable[[tuple[str, Any]], bool]:
    """Tell a chat message that fits from all other events."""
    return lambda heard: heard[0] == "chat-message" and of(heard[1])


async def message(client: SocketClient, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait for a chat message that fits, and leave it among what was heard."""
    is_it = is_message(fits)
    await client.until(lambda: any(map(is_it, client.heard)), 2 * TIMEOUT_SECONDS)
    return next(data for event, data in client.heard if is_it((event, data)))


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds of which nobody is told."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def answers(assisted: Assisted, clients: Clients) -> None:
    """Wait until the process that asks the model has loaded what it needs, which takes seconds."""
    async with asyncio.timeout(START_SECONDS):
        while not await _answers(assisted, clients):
            pass  # who asked was handed over to people


async def _answers(assisted: Assisted, clients: Clients) -> bool:
    customer, chat_id = await begin_chat(clients, assisted.here, assisted.guest())
    await customer.done("chat-message", {"chatId": chat_id, "text": "{server: say Here} Hello?"})
    said = await message(customer, lambda one: one["text"] == "Here" or HANDED_OVER in one["text"])
    await customer.io.disconnect()
    return bool(said["text"] == "Here")


async def handed_over(customer: SocketClient) -> None:
    """Wait until a customer is told that a person will answer."""
    await message(customer, lambda one: one["type"] == "system" and HANDED_OVER in one["text"])


async def check_handed_over_once(clients: Clients, agent: SocketClient, person: Person, chat_id: str) -> None:
    """It is said once in the conversation, and the agents are told once."""
    _, body = await clients.rest("GET", f"messages/{chat_id}", person)
    lines = [one["content"] for one in body["data"] if one["messageType"] == "system"]
    assert sum(HANDED_OVER in line for line in lines) == 1, lines
    news = [data for event, data in agent.heard if event == "queue-notification"]
    told = [data["type"] for data in news if data["chatId"] == chat_id]
    assert told.count("escalated") == 1, told


@pytest.fixture(scope="session")
def assisted(postgresql_server: PostgreSQLServer) -> Iterator[Assisted]:
    """A helpdesk of two web processes whose assistant asks a language model."""
    directory = Path(tempfile.mkdtemp(prefix="hd-"))
    server = OpenAIServer()
    server.start()
    try:
        environment = {"ASSISTANT_BASE_URL": server.url, "ASSISTANT_MODEL": "local"}
        helpdesk = RunningHelpdesk(
            directory, postgresql_server.create_database("assisted", MIGRATED), environment
        )
        try:
            yield Assisted(helpdesk, server)
        finally:
            helpdesk.stop()
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def clients(assisted: Assisted) -> AsyncIterator[Clients]:
    """Clients of that helpdesk, gone with the test."""
    async with clients_of(assisted.here.url) as people:
        yield people
