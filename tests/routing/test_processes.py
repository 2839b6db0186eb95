"""Twenty agents who do everything at once, on two web processes and a worker (SPEC §8)."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter

import aiohttp
import pytest

from bench.replay.connection import Connection, Refused
from helpdesk.paths import BASE_DIR

CHATS = 500
ACTS = 15
"""Of each agent, however long they take on a busy machine."""
PATIENCE_SECONDS = 15
QUIET_SECONDS = 2
REFUSALS = ("at_capacity", "already_taken", "not_assigned", "conflict", "conversation_closed", "not_found")


class Agent:
    """Somebody who takes, hands on and ends chats without a plan, and remembers what it was told."""

    def __init__(self, named, throng, dice):
        self.id, self.email = named["id"], named["email"]
        self.throng = throng
        self.dice = dice
        self.mine = set()
        self.requests = []
        self.taken = []
        self.heard = Counter()
        self.problems = []

    async def arrive(self, http, url, token):
        self.connection = await Connection.open(http, url, "/chat", token, self.hear)

    def hear(self, event, data):
        if event in ("chat-request", "transfer-request"):
            self.requests.append(data["chatId"])
        elif event == "chat-claimed":
            self.heard[data["chatId"], data["agentEmail"]] += 1

    async def act(self):
        acts = [self.pick] * 4 + [self.claim, self.hand_on, self.give_back, self.resolve] + [self.close] * 3
        for _ in range(ACTS):
            act = self.answer if self.requests else self.dice.choice(acts)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await act()
            except Refused as refusal:
                if not any(f": {code}," in str(refusal) for code in REFUSALS):
                    self.problems.append(str(refusal))

    async def pick(self):
        chat = (await self.connection.ask("pick-next", {}))["chat"]
        if chat:
            self.gets(chat["chatId"])

    async def claim(self):
        chat_id = self.dice.choice(self.throng["chats"])
        if chat_id not in self.mine:
            await self.connection.ask("claim-chat", {"chatId": chat_id})
            self.gets(chat_id)

    async def answer(self):
        chat_id = self.requests.pop()
        if chat_id in self.mine or self.dice.random() < 0.3:
            await self.connection.ask("decline-chat", {"chatId": chat_id})
        else:
            await self.connection.ask("accept-chat", {"chatId": chat_id})
            self.gets(chat_id)

    async def hand_on(self):
        to = (
            {"toQueue": self.dice.choice(self.throng["queues"]), "priority": self.dice.randrange(3)}
            if self.dice.random() < 0.5
            else {"toAgent": self.dice.choice(self.throng["agents"])["id"], "note": "please"}
        )
        await self.with_one_of_mine("transfer-chat", keeps="toAgent" in to, **to)

    async def give_back(self):
        await self.with_one_of_mine("transfer-chat", keeps=False, toQueue=self.throng["queues"][0])

    async def resolve(self):
        await self.with_one_of_mine("resolve-chat", keeps=False)

    async def close(self):
        await self.with_one_of_mine("close-chat", keeps=False)

    async def with_one_of_mine(self, event, keeps, **data):
        if not self.mine:
            return
        chat_id = self.dice.choice(sorted(self.mine))
        try:
            await self.connection.ask(event, {"chatId": chat_id, **data})
        except Refused as refusal:
            if "not_assigned" in str(refusal):
                self.mine.discard(chat_id)  # another agent has accepted it
            raise
        if not keeps:
            self.mine.discard(chat_id)

    def gets(self, chat_id):
        self.mine.add(chat_id)
        self.taken.append([self.id, chat_id])


async def play(urls, throng, seed):
    agents = [Agent(one, throng, random.Random(seed + i)) for i, one in enumerate(throng["agents"])]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        for number, agent in enumerate(agents):
            await agent.arrive(http, urls[number % len(urls)], throng["agents"][number]["token"])
        await asyncio.gather(*(agent.act() for agent in agents))
        heard, before = -1, -2
        while heard != before:  # what was told last is on its way
            await asyncio.sleep(QUIET_SECONDS)
            heard, before = sum(agent.heard.total() for agent in agents), heard
        for agent in agents:
            await agent.connection.close()
    return agents


def in_django(helpdesk, *module):
    environment = {
        **helpdesk.environment,
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "-m", *module]
    return json.loads(subprocess.check_output(command, env=environment, cwd=BASE_DIR))


@pytest.mark.processes
def test_twenty_agents_who_do_everything_at_once_break_no_rule(start_helpdesk):
    helpdesk = start_helpdesk("postgresql")
    urls = [helpdesk.url, helpdesk.add_web().url]
    throng = in_django(helpdesk, "tests.routing.throng", str(CHATS))
    agents = asyncio.run(play(urls, throng, seed=20))
    for process in helpdesk.processes:
        process.stop()  # so that no timer fires while the rules are looked at
    assert [problem for agent in agents for problem in agent.problems] == []
    stored = in_django(helpdesk, "tests.routing.throng")
    assert in_django(helpdesk, "tests.support.routing_rules") == []
    # Who was told that it has a chat had it, and nobody else was told so.
    assert sorted(one for agent in agents for one in agent.taken) == stored["taken"]
    assert len(stored["taken"]) > 3 * len(agents)
    # Each time a chat was taken everybody else was told who has it, once.
    for agent in agents:
        others = Counter((chat, by) for chat, by in stored["left"] if by != agent.email)
        assert agent.heard == others
