"""Fixtures for tests of the assistant."""

from collections.abc import Callable, Iterator

import pytest

from chat.actions import answering_hooks
from tests.chat.conftest import here, people
from tests.support.openai_server import OpenAIServer
from tests.support.people import test_database, transactional_db
from tests.support.told import told

__all__ = ["here", "people", "test_database", "told", "transactional_db"]


@pytest.fixture(scope="session")
def model() -> Iterator[OpenAIServer]:
    """A language model behind an OpenAI-compatible endpoint; `default` says what it does."""
    server = OpenAIServer()
    server.start()
    yield server
    server.stop()


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
    before = (answering_hooks._on_owed, answering_hooks._on_taken)
    answering_hooks.register(on_owed=lambda chat: None, on_taken=lambda chat: None)
    yield
    answering_hooks.register(on_owed=before[0], on_taken=before[1])
