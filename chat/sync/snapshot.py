"""Snapshots of a conversation, and what a client has missed of it (SPEC §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.tokens import Principal
from chat import access, selectors
from chat.errors import NotFound
from chat.events import ConversationFacts, MessageFacts, ReceiptChanged
from chat.models import Conversation, Message


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation and messages of it, complete up to the conversation's version.

    For a client that comes back, `revised` are all messages it has already that were ever edited or deleted,
    and `receipts` how far each of the others has read: hearing what one knows does no harm, missing it does.
    """

    conversation: ConversationFacts
    messages: list[MessageFacts]
    revised: list[MessageFacts]
    receipts: list[ReceiptChanged]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants a snapshot of what: the messages after `last_seq`, or without it, the last `backlog`."""

    principal: Principal
    conversation_id: str
    last_seq: int | None = None
    backlog: int = selectors.BACKLOG_MESSAGES

    def messages_of(self, conversation: Conversation) -> tuple[int, int]:
        """Between which two numbers the messages are that it has to be told, the first excluded."""
        last = conversation.last_seq
        first = max(0, last - self.backlog) if self.last_seq is None else min(self.last_seq, last)
        return first, last


def snapshot(principal: Principal, conversation_id: str, last_seq: int | None = None) -> Snapshot:
    """Read a conversation with the messages after `last_seq`, all of them; without it, with the last 50.

    Raises `NotFound` for what this person may not read.
    """
    [found] = snapshots([Wanted(principal, conversation_id, last_seq)])
    if isinstance(found, NotFound):
        raise found
    return found


def snapshots(wanted: Sequence[Wanted]) -> list[Snapshot | NotFound]:
    """As `snapshot`, of many with the same few queries: for each what it wants, or NotFound."""
    # No transaction, which on SQLite would wait for the writers. The conversations' rows are read first, and
    # their `last_seq` bounds the messages; a read mark that is newer than the row does no harm.
    found = access.conversations_to_read([(one.principal, one.conversation_id) for one in wanted])
    parts = _Parts(
        [(one, row) for one, row in zip(wanted, found, strict=True) if isinstance(row, Conversation)]
    )
    return [
        row if isinstance(row, NotFound) else parts.snapshot(one, row)
        for one, row in zip(wanted, found, strict=True)
    ]


class _Parts:
    """What belongs to the conversations of many snapshots, read with one query for each kind of it."""

    def __init__(self, readable: Sequence[tuple[Wanted, Conversation]]) -> None:
        conversations = {row.id: row for _, row in readable}
        coming_back = {row.id: row for one, row in readable if one.last_seq is not None}
        told = selectors.conversations_facts(list(conversations.values()))
        self._facts: dict[UUID, ConversationFacts] = dict(zip(conversations, told, strict=True))
        self._messages = selectors.messages_between(_widest(readable))
        self._revised = selectors.revised_messages(coming_back) if coming_back else {}
        self._receipts: dict[str, list[ReceiptChanged]] = {}
        for receipt in selectors.receipts_of(coming_back.values()) if coming_back else ():
            self._receipts.setdefault(receipt.conversation_id, []).append(receipt)

    def snapshot(self, wanted: Wanted, conversation: Conversation) -> Snapshot:
        """What somebody wants of a conversation that it may read."""
        facts = self._facts[conversation.id]
        first, last = wanted.messages_of(conversation)

        def describe(messages: Sequence[Message]) -> list[MessageFacts]:
            return selectors.message_facts(conversation, messages, facts.read)

        missed = [one for one in self._messages.get(conversation.id, ()) if first < one.seq <= last]
        if wanted.last_seq is None:
            return Snapshot(facts, describe(missed), [], [])
        revised = [one for one in self._revised.get(conversation.id, ()) if one.seq <= first]
        reader_id = wanted.principal.id_text
        receipts = [one for one in self._receipts.get(facts.id, ()) if one.reader.id != reader_id]
        return Snapshot(facts, describe(missed), describe(revised), receipts)


def _widest(readable: Sequence[tuple[Wanted, Conversation]]) -> dict[UUID, tuple[int, int]]:
    """Of each conversation the messages that anybody has to be told."""
    widest: dict[UUID, tuple[int, int]] = {}
    for one, row in readable:
        first, last = one.messages_of(row)
        widest[row.id] = (min(first, widest.get(row.id, (first,))[0]), last)
    return widest
