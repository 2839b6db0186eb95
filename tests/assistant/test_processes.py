"""The assistant in one web process, people in another, on PostgreSQL and one Redis."""

import asyncio
import random
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.support.assisted import (
    PROMISED_SECONDS,
    Assisted,
    answers,
    begin_chat,
    check_handed_over_once,
    handed_over,
    hear,
    is_message,
    message,
    streamed,
    text_of,
    until,
)
from tests.support.live_clients import Clients, SocketClient

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("assisted")]

ROUNDS = 20
AT_ONCE = 2


async def take_over(assisted: Assisted, clients: Clients, name: str, dice: random.Random) -> None:
    """A customer hears an answer in one process, an agent in the other takes over in the middle of it."""
    customer, chat_id = await begin_chat(clients, assisted.here, assisted.guest())
    agent = await clients.socket("/chat", assisted.agent(name), assisted.there.url)
    await agent.done("watch-chat", {"chatId": chat_id})
    question = f"{{server: words 400 0.01}} Question {uuid4()}"
    await customer.done("chat-message", {"chatId": chat_id, "text": question})
    await asyncio.gather(hear(customer, dice.randint(1, 20)), hear(agent, 1))

    await agent.done("takeover-chat", {"chatId": chat_id})
    said = await agent.done("chat-message", {"chatId": chat_id, "text": "Let me help you."})

    # When the model has been left and one more message has crossed, whatever was on its way has come.
    asked = next(one for one in assisted.model.requests if question in one.last)
    await until(lambda: asked.ended != "running")
    assert asked.ended == "left"
    await customer.done("chat-message", {"chatId": chat_id, "text": "Thank you."})
    for client in (customer, agent):
        await message(client, lambda one: one["text"] == "Thank you.")
        check_cut_before(client, said["messageId"])
    await agent.done("close-chat", {"chatId": chat_id})
    await customer.io.disconnect()
    await agent.io.disconnect()


def check_cut_before(client: SocketClient, message_id: str) -> None:
    is_first_word = is_message(lambda one: one["id"] == message_id)
    place = next(place for place, heard in enumerate(client.heard) if is_first_word(heard))
    before = [data for event, data in client.heard[:place] if event == "chat-stream"]
    assert [data for event, data in client.heard[place:] if event == "chat-stream"] == []
    assert 0 < len(text_of(before).split()) < 400, "the agent did not come in the middle"
    ends = [(data["reason"], data["messageId"]) for data in before if data["event"] == "end"]
    assert ends == [("cut", None)]
    assert before[-1]["event"] == "end"


async def test_not_one_word_comes_after_an_agent_of_the_other_process_spoke(
    assisted: Assisted, clients: Clients
) -> None:
    dice = random.Random(20)

    async def rounds(name: str) -> None:
        for _ in range(ROUNDS // AT_ONCE):
            await take_over(assisted, clients, name, dice)

    await asyncio.gather(rounds("ana"), rounds("bo"))


def is_answer(one: dict[str, Any]) -> bool:
    return str(one["text"]).startswith("word0")


async def test_who_comes_late_to_the_other_process_sees_the_whole_text_so_far(
    assisted: Assisted, clients: Clients
) -> None:
    customer, chat_id = await begin_chat(clients, assisted.here, assisted.guest())
    early = await clients.socket("/chat", assisted.agent("ana"), assisted.there.url)
    await early.done("watch-chat", {"chatId": chat_id})
    await customer.done("chat-message", {"chatId": chat_id, "text": "{server: words 100 0.01} Go on."})
    await hear(early, 3)

    late = await clients.socket("/chat", assisted.agent("bo"), assisted.there.url)
    await late.done("watch-chat", {"chatId": chat_id})
    for client in (customer, early, late):
        answer = await message(client, is_answer)
        assert text_of(streamed(client)).strip() == answer["text"]
        assert streamed(client)[-1]["messageId"] == answer["id"]
    first = streamed(late)[0]
    assert (first["event"], first["offset"]) == ("chunk", 0)
    assert len(first["text"].split()) > 1, "there was nothing to be late for"
    assert answer["text"].split() == [f"word{n}" for n in range(100)]


BAD_MODELS = [
    "stall-first",
    "stall-middle",
    "drip",
    "break",
    "cut-short",
    "status 500",
    "status 429",
    "html",
    "malformed",
    "error-event",
    "silent",
    "endless 0.001",
    "long-line",
    "endless-tools",
]


async def test_whatever_is_wrong_with_the_model_people_take_over_in_time_and_once(
    assisted: Assisted, clients: Clients
) -> None:
    agent = await clients.socket("/chat", assisted.agent("ana"), assisted.there.url)

    await answers(assisted, clients)

    async def ask(bad: str) -> tuple[str, float]:
        customer, chat_id = await begin_chat(clients, assisted.here, assisted.guest())
        began = time.monotonic()
        await customer.done("chat-message", {"chatId": chat_id, "text": f"{{server: {bad}}} Hello?"})
        if bad == "stall-middle":
            await hear(customer, 1)
            began = time.monotonic()
        await handed_over(customer)
        return chat_id, time.monotonic() - began

    asked = await asyncio.gather(*map(ask, BAD_MODELS))

    print({bad: round(seconds, 1) for bad, (_, seconds) in zip(BAD_MODELS, asked, strict=True)})
    late = {
        bad: seconds
        for bad, (_, seconds) in zip(BAD_MODELS, asked, strict=True)
        if seconds >= PROMISED_SECONDS
    }
    assert late == {}
    for chat_id, _ in asked:
        await check_handed_over_once(clients, agent, assisted.agent("ana"), chat_id)


async def test_an_answer_that_is_being_given_survives_a_restart_of_redis(
    assisted: Assisted, clients: Clients
) -> None:
    customer, chat_id = await begin_chat(clients, assisted.here, assisted.guest())
    agent = await clients.socket("/chat", assisted.agent("ana"), assisted.there.url)
    await agent.done("watch-chat", {"chatId": chat_id})
    await customer.done("chat-message", {"chatId": chat_id, "text": "{server: words 150 0.01} Go on."})
    await asyncio.gather(hear(customer, 3), hear(agent, 3))

    assisted.helpdesk.redis.kill()
    assisted.helpdesk.redis.start()

    for client in (customer, agent):
        answer = await message(client, is_answer)
        assert answer["text"].split() == [f"word{n}" for n in range(150)]
        assert [data["messageId"] for data in streamed(client) if data["event"] == "end"] == [answer["id"]]
    assert text_of(streamed(customer)).strip() == answer["text"]
