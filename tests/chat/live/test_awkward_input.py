"""Texts and ids that are hard to store or to find, on every event and on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.chat.live.events import CODES, DEEP, Fields, check_refusal, every_event
from tests.support.live import World
from tests.support.live_clients import Clients, Refused, nowhere

pytestmark = [pytest.mark.processes]

AWKWARD_TEXTS = ["nul \0 inside", "\0", "half \ud83d an emoji", "\ud83d", "\x1b[31m", "‮", "'; DROP TABLE--"]

UNUSED = {
    ("conversation:leave", "conversationId"): "nobody is in there",
    ("typing:stop", "conversationId"): "nobody types there",
    ("leave-chat", "chatId"): "nobody is in there",
    ("join-chat", "queueId"): "the chat is named",
    ("set-status", "chatId"): "the status is not about a chat",
}
"""Where an id that nothing has may be taken, because nothing is done with it."""


@every_event
async def test_ids_that_nothing_has_are_refused(
    namespace: str, event: str, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    fields = Fields(namespace, event)
    sound = {name: good[name] for name in fields.all}
    client = await clients.socket(namespace, world["people"]["ana"], chatId=good["chatId"])
    for name in fields.all:
        if name.endswith("Id") and name != "clientMessageId" and (event, name) not in UNUSED:
            # An id of media goes with a message of media.
            sound |= {"messageType": "image"} if name == "mediaId" else {}
            for unknown in ("nowhere", nowhere(), "0", good["messageId"] + "0", "{" + good["chatId"] + "}x"):
                refusal = await client.denied(event, {**sound, name: unknown})
                assert refusal["code"] in ("not_found", "forbidden"), (name, unknown, refusal)
    assert client.disconnects == 0


@every_event
async def test_awkward_texts_are_taken_or_refused_clearly(
    namespace: str, event: str, clients: Clients, world: World, good: dict[str, Any]
) -> None:
    fields = Fields(namespace, event)
    sound = {name: good[name] for name in fields.all}
    client = await clients.socket(namespace, world["people"]["ana"], chatId=good["chatId"])
    texts = [name for name in fields.all if fields.kind(name) is str]
    for name in texts:
        for text in AWKWARD_TEXTS:
            answer = await client.ask(event, {**sound, name: text})
            if not answer["ok"]:
                check_refusal(answer["error"], f"{name} {text!r}")
            elif "\0" in text and (event, name) not in UNUSED:
                pytest.fail(f"{name} with a NUL was taken, which PostgreSQL cannot store")
    more = {"deep": DEEP, "__proto__": {"a": 1}, "constructor": 1, "": None, "\ud83d": "\0", "x" * 1000: 1}
    answer = await client.ask(event, {**sound, **more})
    assert answer["ok"] or answer["error"]["code"] != "invalid", "fields that nobody knows are ignored"
    answer = await client.ask(event, sound, *([{}] * 50))
    assert answer["ok"] or answer["error"]["code"] in CODES, "so are further arguments"
    assert client.disconnects == 0


BAD_HANDSHAKES: list[tuple[str, dict[str, Any], str]] = [
    ("a token that is an object", {"token": {"a": 1}}, "token_invalid"),
    ("a token that is a list", {"token": ["a"]}, "token_invalid"),
    ("a token that is true", {"token": True}, "token_invalid"),
    ("a token with a NUL", {"token": "a\0b"}, "token_invalid"),
    ("a token with half an emoji", {"token": "a\ud83d"}, "token_invalid"),
    ("a token without an alphabet", {"token": "ä.ö.ü"}, "token_invalid"),
    ("a very long token", {"token": "x" * 200_000}, "token_invalid"),
    ("a chatId that is a number", {"chatId": 7}, "invalid"),
    ("a chatId that is empty", {"chatId": ""}, "invalid"),
    ("a chatId with a NUL", {"chatId": "\0"}, "invalid"),
    ("an unknown chatId", {"chatId": str(uuid4())}, "not_found"),
    ("a role that is a list", {"role": ["customer"]}, "forbidden"),
    ("an orgId with a NUL", {"orgId": "\0"}, "forbidden"),
]


@pytest.mark.parametrize(("what", "auth", "code"), BAD_HANDSHAKES, ids=[what for what, *_ in BAD_HANDSHAKES])
@pytest.mark.parametrize("namespace", ["/", "/chat"])
async def test_a_bad_handshake_is_refused_with_a_code(
    namespace: str, what: str, auth: dict[str, Any], code: str, clients: Clients, world: World
) -> None:
    with pytest.raises(Refused) as refused:
        await clients.socket_saying(namespace, {"token": world["people"]["bo"]["access"], **auth})
    assert refused.value.answer["data"] == {"code": code}
    assert len(refused.value.answer["message"]) < 600
