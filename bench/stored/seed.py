"""Fills a database with conversations as a busy year leaves them, most of them of one organization."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Organization, Role, User
from bench.replay.report import Progress
from bench.stored.rows import Table, id_at, vacuum
from chat.models import ChangeCounter, Status
from queueing import line
from queueing.models import Member, Queue

SHARES = {"large": 0.8, "middle": 0.15, "small": 0.05}
CONVERSATIONS_OF_A_CUSTOMER = 4
LONG_CONVERSATIONS = 10
CHUNK = 1_000
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
SECONDS = 365 * 86_400

CONVERSATIONS = Table(
    "chat_conversation",
    "id organization_id customer_id agent_id queue_id status close_reason last_seq version state_version"
    " change state_change last_activity_at created_at updated_at",
)
MESSAGES = Table(
    "chat_message",
    "id conversation_id seq version created_version change sender_id type text created_at",
)
PARTICIPANTS = Table("chat_participant", "conversation_id user_id read_seq read_at version joined_change")


@dataclass(slots=True)
class House:
    """An organization while it is being filled."""

    organization: Organization
    queues: list[Queue]
    agents: list[UUID]
    customers: list[UUID]
    change: int = 0
    live: set[UUID] = field(default_factory=set)


def seed(conversations: int, messages: int, turns: Sequence[str]) -> None:
    """Fill an empty database.

    The search index is made at the end, by the migration that makes it for whoever has messages already.
    """
    call_command("migrate", "accounts", verbosity=0)
    call_command("migrate", "queueing", verbosity=0)
    call_command("migrate", "chat", "0002", verbosity=0)
    dice = random.Random(2025)
    houses = {name: _house(name, int(conversations * share)) for name, share in SHARES.items()}
    lengths = _lengths(conversations, messages)
    owners = dice.choices(list(houses), weights=list(SHARES.values()), k=conversations)
    said = cycle(turns)
    progress = Progress("Filling", -(-conversations // CHUNK))
    for start in range(0, conversations, CHUNK):
        chunk = range(start, min(start + CHUNK, conversations))
        with transaction.atomic():
            _write(
                [_conversation(houses[owners[i]], i, conversations, lengths[i], said, dice) for i in chunk]
            )
        progress.advance(sum(lengths[i] for i in chunk))
    for house in houses.values():
        ChangeCounter.objects.create(organization=house.organization, value=house.change)
    print("Making the search index …", file=sys.stderr, flush=True)
    call_command("migrate", verbosity=0)
    vacuum(connection)


def _lengths(conversations: int, messages: int) -> list[int]:
    """How many messages each conversation has: the last ones very many, so that they stand first in lists."""
    long_ones = min(LONG_CONVERSATIONS, max(conversations // 20, 1))
    long_length = messages // 20 // long_ones
    left = messages - long_ones * long_length
    short = conversations - long_ones
    lengths = [max(left // short - 4 + (i * 7) % 9, 2) for i in range(short)]
    rest = max(left - sum(lengths), 0)
    return [length + (i < rest) for i, length in enumerate(lengths)] + [long_length] * long_ones


def _house(name: str, conversations: int) -> House:
    organization = Organization.objects.create(name=name.title(), slug=f"bench-{name}")
    queues = [
        Queue.objects.create(organization=organization, name=f"Queue {number}", is_default=number == 1)
        for number in range(1, 5)
    ]
    agents = _people(organization, Role.AGENT, max(conversations // 4_000, 3))
    _people(organization, Role.ADMIN, 1)
    Member.objects.bulk_create(Member(queue=queue, user_id=agent) for queue in queues for agent in agents)
    customers = _people(organization, Role.CUSTOMER, max(conversations // CONVERSATIONS_OF_A_CUSTOMER, 5))
    return House(organization, queues, agents, customers)


FIRST_NAMES = ("Asha", "Bruno", "Chen", "Dilek", "Emeka", "Fatima", "Goran", "Hana", "Igor", "Jörg")
LAST_NAMES = ("Abe", "Brown", "Castro", "Díaz", "Eriksen", "Fuchs", "García", "Haddad", "Ito", "Jansen")


def _people(organization: Organization, role: str, count: int) -> list[UUID]:
    people = [
        User(
            organization=organization,
            role=role,
            username=f"{role}-{number}@{organization.slug}.example",
            email=f"{role}-{number}@{organization.slug}.example",
            first_name=FIRST_NAMES[number % 10],
            last_name=f"{LAST_NAMES[number // 10 % 10]}{number // 100}",
            is_staff=role != Role.CUSTOMER,
            password="!",
        )
        for number in range(count)
    ]
    User.objects.bulk_create(people, batch_size=500)
    return [person.id for person in people]


Rows = tuple[list[Any], list[list[Any]], list[list[Any]], tuple[Queue, str, datetime] | None]


def _conversation(
    house: House, number: int, total: int, length: int, said: Iterator[str], dice: random.Random
) -> Rows:
    began = BEGIN + timedelta(seconds=number * SECONDS / total)
    conversation_id, customer = id_at(began, dice), _customer(house, number, dice)
    agent, queue = dice.choice(house.agents), dice.choice(house.queues)
    status = _status(house, customer, is_recent=total - number <= total // 10, dice=dice)
    ended = began + timedelta(seconds=20 * length)
    messages = []
    for seq, text in enumerate(islice(said, length), start=1):
        at = began + timedelta(seconds=20 * seq)
        if seq == 2:
            sender, kind, text = None, "system", "Asha joined"
        else:
            sender, kind = (customer if seq % 2 else agent), "text"
        house.change += 1
        if seq == 3:
            text = f"{text} My reference is RX{number:07}."
        messages.append(
            [id_at(at, dice), conversation_id, seq, seq, seq, house.change, sender, kind, text, at]
        )
    row = [
        conversation_id,
        house.organization.id,
        customer,
        None if status == Status.WAITING else agent,
        queue.id,
        status,
        "",
        length,
        length,
        1,
        house.change,
        house.change,
        ended,
        began,
        ended,
    ]
    read_seq = length if status in (Status.CLOSED, Status.RESOLVED) else length // 100
    people = [customer] if status == Status.WAITING else [customer, agent]
    marks = [[conversation_id, person, read_seq, ended, 1, 1] for person in people]
    waits = (queue, str(conversation_id), began) if status == Status.WAITING else None
    return row, messages, marks, waits


def _customer(house: House, number: int, dice: random.Random) -> UUID:
    """Somebody; one in fifty conversations is of the one customer who has very many."""
    return house.customers[0] if number % 50 == 0 else dice.choice(house.customers)


def _status(house: House, customer: UUID, *, is_recent: bool, dice: random.Random) -> str:
    """Most are closed; a customer has one live conversation at most (SPEC §3)."""
    if not is_recent or customer in house.live or (chance := dice.random()) < 0.7:
        return Status.CLOSED
    house.live.add(customer)
    return Status.WAITING if chance < 0.8 else Status.OPEN if chance < 0.9 else Status.RESOLVED


def _write(made: list[Rows]) -> None:
    CONVERSATIONS.insert(row for row, _, _, _ in made)
    MESSAGES.insert(message for _, messages, _, _ in made for message in messages)
    PARTICIPANTS.insert(mark for _, _, marks, _ in made for mark in marks)
    for *_, waits in made:
        if waits is not None:
            queue, key, since = waits
            line.enqueue(queue, key, now=since)
