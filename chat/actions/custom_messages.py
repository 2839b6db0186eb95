"""Application data between the clients in a chat: passed on, never stored (SPEC §5.2)."""

from __future__ import annotations

from typing import Any

import orjson

from accounts.tokens import Principal
from chat import access, fanout, selectors
from chat.errors import InvalidInput, TooLarge
from chat.events import CustomMessage

MAX_DATA_BYTES = 16_384


def relay(principal: Principal, chat_id: str, data: dict[str, Any]) -> str:
    """Tell the others in a chat; return its id as it is written.

    Who may write in the chat may do this. Raises what `access.check_may_write` does, and `InvalidInput` for
    data that are too large, or hold what JSON cannot carry.
    """
    try:
        size = len(orjson.dumps(data))
    except orjson.JSONEncodeError:  # attachments, for one
        raise InvalidInput("The data hold something that JSON cannot carry.", field="data") from None
    if size > MAX_DATA_BYTES:
        raise TooLarge(f"The data have {size:,} bytes; at most {MAX_DATA_BYTES:,} are allowed.", field="data")
    conversation = access.readable_conversation(principal, chat_id)
    access.check_may_write(principal, conversation)
    fanout.publish(CustomMessage(str(conversation.id), selectors.person(principal), data))
    return str(conversation.id)
