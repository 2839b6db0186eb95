"""Makes the people of a replay and reads what the database holds of it, in a process with Django.

The players' own process never loads Django, whose settings belong to the servers it starts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from bench.replay.proof import Line

if TYPE_CHECKING:
    from accounts.models import Organization, Role, User

PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class People:
    """An organization for one replay: the access tokens of its people and the ids of its queues."""

    organization_id: str
    customers: list[str]
    agents: list[str]
    picked_queue: str
    claimed_queue: str


def make_people(environment: Mapping[str, str], *, customers: int, agents: int) -> People:
    """Make an organization in the database of `environment`'s settings."""
    return People(**json.loads(_django("make", str(customers), str(agents), environment=environment)))


def stored_lines(environment: Mapping[str, str], organization_id: str) -> dict[str, list[Line]]:
    """Read the messages that the database holds, by conversation, in the order of their `seq`."""
    stored = json.loads(_django("read", organization_id, environment=environment))
    return {conversation: [Line(*row) for row in rows] for conversation, rows in stored.items()}


def _django(*arguments: str, environment: Mapping[str, str]) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "bench.replay.people", *arguments],
        # Logs go to standard output too, which is for the answer here.
        env={**environment, "DJANGO_SETTINGS_MODULE": "helpdesk.settings", "LOG_LEVEL": "CRITICAL"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    ).stdout


def _make(customers: int, agents: int) -> People:
    from accounts.ids import new_id
    from accounts.models import Organization, Role
    from queueing.models import Member, Queue

    name = f"replay-{new_id().hex}"
    organization = Organization.objects.create(name="Replay", slug=name)
    picked, claimed = (
        Queue.objects.create(organization=organization, name=queue) for queue in ("picked", "claimed")
    )
    team, agent_tokens = make_users(organization, Role.AGENT, agents)
    Member.objects.bulk_create(
        Member(queue=queue, user=agent) for queue in (picked, claimed) for agent in team
    )
    _, customer_tokens = make_users(organization, Role.CUSTOMER, customers)
    return People(str(organization.id), customer_tokens, agent_tokens, str(picked.id), str(claimed.id))


def make_users(organization: Organization, role: Role, count: int) -> tuple[list[User], list[str]]:
    """Make so many people and a token for each, in a process with Django."""
    from django.contrib.auth.hashers import make_password

    from accounts.models import Role, User
    from accounts.tokens import issue_access_token

    users = User.objects.bulk_create(
        User(
            organization=organization,
            role=role,
            username=f"{role}-{number}@{organization.slug}.example",
            email=f"{role}-{number}@{organization.slug}.example",
            first_name=str(role.label),
            last_name=str(number),
            is_staff=role != Role.CUSTOMER,
            password=make_password(None),
        )
        for number in range(1, count + 1)
    )
    return users, [issue_access_token(user)[0] for user in users]


def _read(organization_id: str) -> dict[str, list[Line]]:
    from accounts.models import Role
    from chat.models import Conversation, Message

    found: dict[str, list[Line]] = {
        str(key): []
        for key in Conversation.objects.filter(organization_id=organization_id).values_list("id", flat=True)
    }
    rows = (
        Message.objects.filter(conversation__organization_id=organization_id)
        .order_by("conversation_id", "seq")
        .values_list("conversation_id", "seq", "id", "sender__role", "text")
    )
    speakers: dict[str | None, str] = {None: "system", Role.CUSTOMER: "customer", Role.AGENT: "agent"}
    for conversation_id, seq, message_id, role, text in rows:
        found[str(conversation_id)].append(Line(seq, str(message_id), speakers[role], text))
    return found


def _main(command: str, *arguments: str) -> None:
    import django

    django.setup()
    if command == "make":
        json.dump(asdict(_make(*map(int, arguments))), sys.stdout)
    else:
        lines = _read(*arguments)
        rows = {
            key: [(line.seq, line.id, line.speaker, line.text) for line in value]
            for key, value in lines.items()
        }
        json.dump(rows, sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
