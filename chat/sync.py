"""Snapshots of a conversation, and what a client has missed of it (SPEC §4)."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.tokens import Principal
from chat import access, selectors
from chat.events import ConversationFacts, MessageFacts
from chat.models import Conversation


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation and messages of it, complete up to the conversation's version."""

    conversation: ConversationFacts
    messages: list[MessageFacts]


def snapshot(principal: Principal, conversation_id: str, last_seq: int | None = None) -> Snapshot:
    """Read a conversation with the messages after `last_seq`, all of them; without it, with the last 50.

    Raises `NotFound` for what this person may not read.
    """
    # No transaction, which on SQLite would wait for the writers. The conversation's row is read first, and
    # its `last_seq` bounds the messages; a read mark that is newer than the row does no harm.
    return snapshot_of(access.readable_conversation(principal, conversation_id), last_seq)


def snapshot_of(conversation: Conversation, last_seq: int | None = None) -> Snapshot:
    """As `snapshot`, of a conversation that has just been read or written."""
    messages = selectors.messages_of(conversation, after=last_seq or 0)
    found = (
        selectors.latest_messages(messages, selectors.BACKLOG_MESSAGES)
        if last_seq is None
        else list(messages)
    )
    return Snapshot(selectors.conversation_facts(conversation), selectors.message_facts(conversation, found))
