"""Every event of the handler tables, its fields, and good data for each; a new event is in by itself."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from chat.gateway.namespaces import NAMESPACES
from tests.support.live import World
from tests.support.live_clients import Clients, Person

EVENTS = [(namespace, event) for namespace, table in NAMESPACES.items() for event in table.handlers]
every_event = pytest.mark.parametrize(
    ("namespace", "event"), EVENTS, ids=[f"{namespace} {event}" for namespace, event in EVENTS]
)
CODES = {
    "invalid",
    "not_found",
    "forbidden",
    "not_assigned",
    "conflict",
    "conversation_closed",
    "already_taken",
    "at_capacity",
    "token_invalid",
}


DEEP = json.loads("[" * 25 + "]" * 25)

GOOD: dict[str, Any] = {
    "conversationId": None,  # filled in
    "chatId": None,
    "messageId": None,
    "queueId": None,
    "messageType": "text",
    "content": "Hello",
    "text": "Hello",
    "clientMessageId": "an-id",
    "lastSeq": 0,
    "status": "online",
    "reason": "Solved",
    "mediaId": None,
    "context": {"page": "https://shop.example/jug"},
    "score": 5,
    "comment": "Quick",
    "toAgent": None,
    "toQueue": None,  # filled in
    "note": "She is in a hurry",
    "priority": 1,
    "skills": [],
    "data": {"cart": 3},
    "token": None,  # filled in
}
"""A good value of every field; for a field that is not here a test fails until somebody says what is"""


class Fields:
    """The fields of an event's command, as the handler table declares them."""

    def __init__(self, namespace: str, event: str) -> None:
        command, _ = NAMESPACES[namespace].handlers[event]
        self.all = {field.encode_name: field for field in msgspec.structs.fields(command)}
        self.required = [name for name, field in self.all.items() if field.required]

    def kind(self, name: str) -> type:
        """`str`, `int`, `dict` or `list`, whatever else may be instead."""
        declared = msgspec.inspect.type_info(self.all[name].type)
        kinds = declared.types if isinstance(declared, msgspec.inspect.UnionType) else (declared,)
        for kind in kinds:
            if isinstance(kind, msgspec.inspect.StrType):
                return str
            if isinstance(kind, msgspec.inspect.IntType):
                return int
            if isinstance(kind, msgspec.inspect.DictType):
                return dict
            if isinstance(kind, msgspec.inspect.ListType):
                return list
        raise AssertionError(f"say in this test what bad values a {declared} has")


def check_refusal(refusal: dict[str, str], what: str) -> None:
    assert refusal["code"] in CODES, (what, refusal)
    assert 5 < len(refusal["message"]) < 600, (what, refusal)
    assert "Traceback" not in refusal["message"]


async def good_data(clients: Clients, world: World, customer: Person) -> dict[str, Any]:
    """Data that every event takes, about a new conversation which Ana has."""
    chat_id = await clients.start_taken_conversation(customer, world["people"]["ana"])
    body = {"conversationId": chat_id, "content": "First"}
    _, sent = await clients.rest("POST", "messages", customer, json=body)
    ids = {"conversationId": chat_id, "chatId": chat_id, "messageId": sent["data"]["_id"]}
    queues = dict.fromkeys(("queueId", "toQueue"), world["queues"]["support"])
    token = world["people"]["ana"]["access"]
    return {**GOOD, **ids, **queues, "token": token, "customer": customer}
