"""Twenty agents and very many waiting chats, made in a running helpdesk's database.

`python -m tests.routing.throng NUMBER` prints whom it has made as JSON: all that clients may know of them.
"""

from __future__ import annotations

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()

from accounts.models import Organization, Role, User, Widget
from accounts.tokens import issue_access_token, principal_of
from accounts.visitors import create_visitor
from chat.actions import conversations
from chat.models import Status, Transition
from queueing.models import Agent, Member, Queue, Skill

AGENTS = 20
CAPACITY = 3


def make_throng(chats: int) -> dict[str, object]:
    """Let chats wait in a queue from which agents pick, one that asks them, and one that needs French."""
    throng = Organization.objects.create(name="Throng", slug="throng")
    widget = Widget.objects.create(organization=throng, name="Throng", key="throng-widget")
    french = Skill.objects.create(organization=throng, name="french")
    queues = [
        Queue.objects.create(organization=throng, name=name, mode=mode, answer_timeout_seconds=2)
        for name, mode in (("Pull", "pull"), ("Push", "push"), ("French", "pull"))
    ]
    queues[2].skills.add(french)
    team = User.objects.bulk_create(
        User(
            organization=throng,
            role=Role.AGENT,
            username=f"agent{number}@throng.example",
            email=f"agent{number}@throng.example",
            first_name="Agent",
            last_name=str(number),
            is_staff=True,
        )
        for number in range(AGENTS)
    )
    for number, user in enumerate(team):
        Agent.objects.create(user=user, capacity=CAPACITY).skills.set([french] if number % 2 else [])
        Member.objects.bulk_create(Member(queue=queue, user=user) for queue in queues)
    ids = [
        str(
            conversations.start_conversation(
                principal_of(create_visitor(widget=widget, name=f"Guest {number}", email="")),
                str(queues[number % 3].id),
            )[0].id
        )
        for number in range(chats)
    ]
    return {
        "chats": ids,
        "queues": [str(queue.id) for queue in queues],
        "agents": [
            {"id": str(user.id), "email": user.email, "token": issue_access_token(user)[0]} for user in team
        ],
    }


def taken() -> dict[str, list[list[str]]]:
    """Who has got which chat, each time; and which chats left a line for an agent, each time."""
    steps = Transition.objects.filter(to_status=Status.OPEN, conversation__organization__slug="throng")
    steps = steps.select_related("to_agent")
    gained = [step for step in steps if step.from_agent_id != step.to_agent_id]
    return {
        "taken": sorted([str(step.to_agent_id), str(step.conversation_id)] for step in gained),
        "left": sorted(
            [str(step.conversation_id), step.to_agent.email]
            for step in gained
            if step.from_status == Status.WAITING
        ),
    }


if __name__ == "__main__":
    json.dump(make_throng(int(sys.argv[1])) if len(sys.argv) > 1 else taken(), sys.stdout)
