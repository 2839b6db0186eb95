"""Snapshots of a conversation, and what a client has missed of it (SPEC §4)."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.tokens import Principal
from chat import access, selectors
from chat.events import ConversationFacts, MessageFacts, ReceiptChanged


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


def snapshot(principal: Principal, conversation_id: str, last_seq: int | None = None) -> Snapshot:
    """Read a conversation with the messages after `last_seq`, all of them; without it, with the last 50.

    Raises `NotFound` for what this person may not read.
    """
    # No transaction, which on SQLite would wait for the writers. The conversation's row is read first, and
    # its `last_seq` bounds the messages; a read mark that is newer than the row does no harm.
    conversation = access.readable_conversation(principal, conversation_id)
    reader_id = str(principal.user_id)
    facts = selectors.conversation_facts(conversation)
    if last_seq is None:
        latest = selectors.latest_messages(selectors.messages_of(conversation), selectors.BACKLOG_MESSAGES)
        return Snapshot(facts, selectors.message_facts(conversation, latest), [], [])
    missed = list(selectors.messages_of(conversation, after=last_seq))
    revised = list(selectors.revised_messages(conversation, up_to=last_seq))
    told = selectors.message_facts(conversation, missed + revised)
    receipts = [
        receipt for receipt in selectors.receipts_after(conversation, 0) if receipt.reader.id != reader_id
    ]
    return Snapshot(facts, told[: len(missed)], told[len(missed) :], receipts)
