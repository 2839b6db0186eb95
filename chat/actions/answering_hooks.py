"""What actions tell the assistant, which stands above them: it says at the start who listens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction

Listener = Callable[[UUID], None]
"""Called with a conversation's id after the commit, from any thread. Does not wait and does not raise."""


def _nobody(conversation_id: UUID) -> None:
    """Nobody listens."""


_on_owed: Listener = _nobody
_on_taken: Listener = _nobody


def register(*, on_owed: Listener = _nobody, on_taken: Listener = _nobody) -> None:
    """Name who answers when a customer is owed an answer, and who sums up when people take over."""
    global _on_owed, _on_taken
    _on_owed, _on_taken = on_owed, on_taken


def owed(conversation_id: UUID) -> None:
    """A customer is owed an answer: it is committed."""
    _on_owed(conversation_id)


def owed_on_commit(conversation_id: UUID) -> None:
    """As `owed`, once the surrounding transaction has committed."""
    transaction.on_commit(partial(owed, conversation_id))


def taken_from_assistant(conversation_id: UUID) -> None:
    """Say, once the surrounding transaction has committed, that people take over from the assistant."""
    transaction.on_commit(lambda: _on_taken(conversation_id))
