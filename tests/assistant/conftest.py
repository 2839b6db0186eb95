"""Fixtures for tests of the assistant."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.test import override_settings

from chat.actions import answering_hooks
from chat.assistant import process, providers
from chat.assistant.provider import Model, Request
from chat.assistant.toolbox import SearchTool
from tests.chat.conftest import here, people
from tests.support.assisted import assisted, clients
from tests.support.openai_server import OpenAIServer
from tests.support.people import test_database, transactional_db
from tests.support.told import told

__all__ = ["assisted", "clients", "here", "people", "test_database", "told", "transactional_db"]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups, or it ignores them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One test process runs all tests that ask the model: what asks it takes seconds to load."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "model" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("model"))


@pytest.fixture(scope="session")
def model() -> Iterator[OpenAIServer]:
    """A language model behind an OpenAI-compatible endpoint; `default` says what it does."""
    server = OpenAIServer("say Ready")
    server.start()
    with override_settings(ASSISTANT_BASE_URL=server.url):
        asyncio.run(_wait_until_loaded(server.url))
    yield server
    server.stop()


async def _wait_until_loaded(url: str) -> None:
    """Have the process of language models started: what it needs takes seconds to load."""
    request = Request("answer", UUID(int=0), "Ada", "", Model(endpoint=url, name="local"), (), 100, 1)
    async for _ in providers.of(request.model).answer(request, SearchTool(UUID(int=0), 1)):
        pass


@pytest.fixture
def asks(model: OpenAIServer, settings) -> Callable[[str], None]:
    """Let assistants ask that model, which does what is named."""
    settings.ASSISTANT_BASE_URL = model.url
    settings.ASSISTANT_MODEL = "local"

    def does(script: str) -> None:
        model.default = script

    return does


@pytest.fixture
def nobody_answers() -> Iterator[None]:
    """A process that stores what is owed, and dies before it answers."""
    answering_hooks.register()
    yield
    process.listen()
