"""Makes chats and their people for a measurement; runs in a process with Django."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import NamedTuple

PATIENCE_SECONDS = 300
CHATS_OF_AN_ORGANIZATION = 25
"""Colleagues are told of each other: a thousand in one house would be another measurement."""


class Chat(NamedTuple):
    """A customer's open conversation with an agent: its id, both people's ids, their tokens."""

    id: str
    customer: str
    agent: str
    customer_token: str
    agent_token: str


def make_chats(environment: Mapping[str, str], count: int) -> list[Chat]:
    """Make so many in the database of `environment`'s settings, each with people of its own."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.gateway.crowd", str(count)],
        # Logs go to standard output too, which is for the answer here.
        env={**environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings", "LOG_LEVEL": "CRITICAL"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return [Chat(*chat) for chat in json.loads(made.stdout)]


def _make(count: int) -> list[Chat]:
    chats: list[Chat] = []
    while len(chats) < count:
        chats += _make_house(min(CHATS_OF_AN_ORGANIZATION, count - len(chats)))
    return chats


def _make_house(count: int) -> list[Chat]:
    from django.db import transaction
    from django.utils import timezone

    from accounts.ids import new_id
    from accounts.models import Organization, Role, User
    from accounts.tokens import issue_access_token
    from chat.models import ChangeCounter, Conversation, Participant, Status
    from queueing.models import Member, Queue

    with transaction.atomic():
        organization = Organization.objects.create(name="House", slug=f"house-{new_id().hex}")
        ChangeCounter.objects.create(organization=organization)
        queue = Queue.objects.create(organization=organization, name="all")
        people = {
            role: User.objects.bulk_create(
                User(
                    organization=organization,
                    role=role,
                    username=f"{role}-{number}@{organization.slug}.example",
                    email=f"{role}-{number}@{organization.slug}.example",
                    first_name=str(role.label),
                    last_name=str(number),
                    is_staff=role != Role.CUSTOMER,
                    password="!",
                )
                for number in range(count)
            )
            for role in (Role.CUSTOMER, Role.AGENT)
        }
        pairs = list(zip(people[Role.CUSTOMER], people[Role.AGENT], strict=True))
        Member.objects.bulk_create(Member(queue=queue, user=agent) for _, agent in pairs)
        now = timezone.now()
        conversations = Conversation.objects.bulk_create(
            Conversation(
                organization=organization,
                customer=customer,
                agent=agent,
                queue=queue,
                status=Status.OPEN,
                last_activity_at=now,
                created_at=now,
                updated_at=now,
            )
            for customer, agent in pairs
        )
        Participant.objects.bulk_create(
            Participant(conversation=conversation, user=person)
            for conversation, pair in zip(conversations, pairs, strict=True)
            for person in pair
        )
    return [
        Chat(
            str(conversation.id),
            str(customer.id),
            str(agent.id),
            issue_access_token(customer)[0],
            issue_access_token(agent)[0],
        )
        for conversation, (customer, agent) in zip(conversations, pairs, strict=True)
    ]


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(_make(int(sys.argv[1])), sys.stdout)
