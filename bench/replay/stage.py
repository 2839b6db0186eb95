"""Plays dialogues, many at once; every turn waits until the other side has the one before."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from bench.replay.connection import Refused
from bench.replay.dialogues import Dialogue, Turn
from bench.replay.people import People
from bench.replay.players import Agent, Customer
from bench.replay.proof import Line

WAIT_SECONDS = 30
CHATS_OF_AN_AGENT = 4
"""How many chats an agent has at once, about: a connection's events are handled one after the other."""


@dataclass(slots=True)
class Performance:
    """A dialogue as it was played: who played it, and what went wrong."""

    dialogue: Dialogue
    customer: Customer
    agent: Agent | None = None
    latencies: list[float] = field(default_factory=list)
    history: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def agent_lines(self) -> list[Line]:
        """What the agent was told."""
        return self.agent.transcripts[self.customer.conversation_id].lines if self.agent else []


class Team:
    """The agents. Of two chats one is picked from its queue by whichever agent asks, the other is claimed."""

    def __init__(self, agents: Sequence[Agent], people: People) -> None:
        self.agents = agents
        self._people = people
        self._chats = Counter(dict.fromkeys(agents, 0))
        self._picked: dict[str, asyncio.Future[Agent]] = {}

    def queue_for(self, number: int) -> str:
        """The queue in which the dialogue with this number waits."""
        return self._people.claimed_queue if number % 2 else self._people.picked_queue

    async def answer(self, number: int, chat_id: str) -> Agent:
        """Let an agent take this chat, or another have picked it; return who has it. Raises `Refused`."""
        agent = min(self.agents, key=self._chats.__getitem__)
        self._chats[agent] += 1
        if number % 2:
            await agent.claim(chat_id)
            return agent
        # Each chat that waits is followed by one pick, so every chat is picked, though maybe by another's.
        picked = await agent.pick_next(self._people.picked_queue)
        if picked is None:
            raise Refused("pick-next: no chat, though one waits")
        self._picked_by(picked).set_result(agent)
        return await self._picked_by(chat_id)

    def is_free(self, agent: Agent) -> None:
        """Note that an agent has one chat less."""
        self._chats[agent] -= 1

    def _picked_by(self, chat_id: str) -> asyncio.Future[Agent]:
        return self._picked.setdefault(chat_id, asyncio.get_running_loop().create_future())


class Stage:
    """Where dialogues are played, on the web processes at `urls`."""

    def __init__(
        self, http: aiohttp.ClientSession, urls: Sequence[str], people: People, turn_pause: float
    ) -> None:
        self._http = http
        self._urls = urls
        self._people = people
        self._turn_pause = turn_pause
        self._team = Team([Agent() for _ in people.agents], people)

    async def play_all(
        self, dialogues: Sequence[Dialogue], concurrency: int, on_played: Callable[[int], None]
    ) -> list[Performance]:
        """Play these dialogues, so many at once; `on_played` is told how many messages each had."""
        performances = [
            Performance(dialogue, Customer(self._http, self._url(number), self._people.customers[number]))
            for number, dialogue in enumerate(dialogues)
        ]
        waiting = iter(enumerate(performances))

        async def play_some() -> None:
            for number, performance in waiting:
                await self._play(number, performance)
                on_played(len(performance.latencies))

        try:
            async with self._on_stage(), asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(play_some())
        finally:
            for performance in performances:
                await performance.customer.hang_up()
        return performances

    async def read_histories(
        self, performances: Sequence[Performance], concurrency: int, on_read: Callable[[int], None]
    ) -> None:
        """Read over REST what has become of each conversation, so many at once."""
        waiting = iter(performances)

        async def read_some() -> None:
            for performance in waiting:
                async with _noting(performance, "reading the history"):
                    performance.history = await performance.customer.history()
                on_read(0)

        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(read_some())

    def _url(self, number: int) -> str:
        return self._urls[number % len(self._urls)]

    @asynccontextmanager
    async def _on_stage(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                for number, (agent, token) in enumerate(
                    zip(self._team.agents, self._people.agents, strict=True)
                ):
                    await agent.arrive(self._http, self._url(number), token)
            yield
        finally:
            for agent in self._team.agents:
                await agent.hang_up()

    async def _play(self, number: int, performance: Performance) -> None:
        customer = performance.customer
        async with _noting(performance, "the customer starts"):
            await customer.start(self._team.queue_for(number))
        if not performance.problems:
            async with _noting(performance, "an agent takes the chat"):
                performance.agent = await self._team.answer(number, customer.conversation_id)
        for turn_number, turn in enumerate(performance.dialogue.turns, start=1):
            if performance.problems:
                break
            if turn_number > 1:
                await asyncio.sleep(self._turn_pause)
            async with _noting(performance, f"turn {turn_number}, said by the {turn.speaker}"):
                await self._say(performance, turn, f"turn-{turn_number}")
        if not performance.problems:
            async with _noting(performance, "the agent closes the chat"):
                await self._close(performance)
        if performance.agent is not None:
            self._team.is_free(performance.agent)
        await customer.hang_up()

    async def _say(self, performance: Performance, turn: Turn, client_message_id: str) -> None:
        customer, agent = performance.customer, performance.agent
        chat_id = customer.conversation_id
        assert agent is not None
        began = time.perf_counter()
        if turn.speaker == "customer":
            sent = await customer.say(turn.text, client_message_id)
            arrived = await agent.transcripts[chat_id].arrival(sent.seq)
            await agent.read(chat_id, sent.id)
        else:
            sent = await agent.say(chat_id, turn.text, client_message_id)
            arrived = await customer.transcript.arrival(sent.seq)
            await customer.read(sent.id)
        performance.latencies.append(arrived - began)

    async def _close(self, performance: Performance) -> None:
        customer, agent = performance.customer, performance.agent
        assert agent is not None
        last_seq = await agent.close_chat(customer.conversation_id)
        await customer.transcript.arrival(last_seq)
        await agent.transcripts[customer.conversation_id].arrival(last_seq)
        await agent.leave_chat(customer.conversation_id)


@asynccontextmanager
async def _noting(performance: Performance, step: str) -> AsyncIterator[None]:
    """Bound a step in time, and note what went wrong in it with the dialogue it went wrong in."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            yield
    except TimeoutError:
        performance.problems.append(f"{step}: not done within {WAIT_SECONDS} s")
    except (Refused, aiohttp.ClientError) as error:
        performance.problems.append(f"{step}: {error}")
