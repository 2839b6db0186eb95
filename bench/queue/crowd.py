"""Makes an organization in whose lines very many chats wait; runs in a process with Django."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import Organization, Role, User
from accounts.tokens import issue_access_token
from chat.models import ChangeCounter, Conversation
from queueing.models import Agent, Entry, Lane, Member, Queue, Skill

AGENTS = 50
SKILLS = ("dutch", "english", "french", "german", "greek", "italian", "polish", "spanish")
PRIORITIES = 3
CHUNK = 1_000


def make(waiting: int, guests: int) -> dict[str, Any]:
    """Let `waiting` chats wait, half of them with skills; `guests` more customers have no chat yet.

    A chat needs one skill of eight, an agent has four. Returns the ids and tokens that the players need.
    """
    organization = Organization.objects.create(name="Crowd", slug=f"crowd-{new_id().hex}")
    agents = _people(organization, Role.AGENT, AGENTS)
    plain, skilled, single = (
        Queue.objects.create(organization=organization, name=name) for name in ("plain", "skilled", "single")
    )
    Member.objects.bulk_create(
        Member(queue=queue, user=agent) for queue in (plain, skilled, single) for agent in agents
    )
    skills = [Skill.objects.create(organization=organization, name=name) for name in SKILLS]
    for number, agent in enumerate(agents):
        Agent.objects.create(user=agent).skills.set((skills * 2)[number % 8 : number % 8 + 4])
    ChangeCounter.objects.create(organization=organization, value=waiting)
    with transaction.atomic():
        _wait(organization, plain, [""], waiting - waiting // 2)
        _wait(organization, skilled, SKILLS, waiting // 2)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does in time
    return {
        "organization": str(organization.id),
        "queues": {queue.name: str(queue.id) for queue in (plain, skilled, single)},
        "agents": [issue_access_token(agent)[0] for agent in agents],
        "guests": [issue_access_token(guest)[0] for guest in _people(organization, Role.CUSTOMER, guests)],
    }


def _wait(organization: Organization, queue: Queue, names: Any, count: int) -> None:
    dice, now = random.Random(19), timezone.now()
    lanes = [Lane.objects.create(queue=queue, skills=name) for name in names]
    customers = iter(_people(organization, Role.CUSTOMER, count, f"of-{queue.name}"))
    number = 0
    while chunk := list(islice(customers, CHUNK)):
        chats, entries = [], []
        for customer in chunk:
            number += 1
            lane, since = dice.choice(lanes), now - timedelta(seconds=count - number + 1)
            lane.waiting += 1
            chat = Conversation(
                organization=organization,
                customer=customer,
                queue=queue,
                priority=dice.randrange(PRIORITIES),
                required_skills=[lane.skills] if lane.skills else [],
                queued_at=since,
                last_activity_at=since,
                created_at=since,
                updated_at=since,
            )
            chats.append(chat)
            entries.append(
                Entry(queue=queue, lane=lane, key=str(chat.id), priority=chat.priority, waiting_since=since)
            )
        Conversation.objects.bulk_create(chats)
        Entry.objects.bulk_create(entries)
    Lane.objects.bulk_update(lanes, ["waiting"])


def _people(organization: Organization, role: str, count: int, kind: str = "") -> list[User]:
    return User.objects.bulk_create(
        [
            User(
                organization=organization,
                role=role,
                username=f"{role}-{kind}{number}@{organization.slug}.example",
                email=f"{role}-{kind}{number}@{organization.slug}.example",
                first_name=role.title(),
                last_name=str(number),
                is_staff=role != Role.CUSTOMER,
                password="!",
            )
            for number in range(count)
        ],
        batch_size=CHUNK,
    )
