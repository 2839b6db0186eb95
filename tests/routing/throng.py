"""Twenty agents and very many waiting chats, made in a running helpdesk's database.

`python -m tests.routing.throng NUMBER` prints whom it has made as JSON: all that clients may know of them.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from uuid import UUID

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()

from django.db import transaction
from django.db.models import AutoField, F, Model

from accounts.ids import new_id
from accounts.models import Organization, Role, User, Widget
from accounts.tokens import issue_access_token, principal_of
from accounts.visitors import create_visitor
from chat.actions import conversations
from chat.models import ChangeCounter, Conversation, Message, Participant, Status, Transition
from queueing.models import Agent, Entry, Lane, Member, Queue, Skill, Timer
from tests.support.routing_rules import broken_rules

AGENTS = 20
CAPACITY = 3
CHANGES = {"change", "state_change", "joined_change"}


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
    ids = []
    for number, queue in enumerate(queues):
        guest = principal_of(create_visitor(widget=widget, name="Guest", email=""))
        first, _ = conversations.start_conversation(guest, str(queue.id))
        ids += [str(first.id), *let_more_wait(first, len(range(number, chats, len(queues))) - 1)]
    assert broken_rules() == []
    return {
        "chats": ids,
        "queues": [str(queue.id) for queue in queues],
        "agents": [
            {"id": str(user.id), "email": user.email, "token": issue_access_token(user)[0]} for user in team
        ],
    }


@transaction.atomic
def let_more_wait(first: Conversation, count: int) -> list[str]:
    """Let so many others wait as the first one does, by copies of all rows that its start has written.

    To start each of them takes longer than everything that twenty agents do with them. Returns their ids.
    """
    counter = ChangeCounter.objects.select_for_update().get(organization=first.organization)
    of_it, of_its_key = {"conversation": first}, {"key": str(first.id)}
    [message] = Message.objects.filter(**of_it)
    rows: list[Model] = [
        first.customer,
        first.customer.visitor,
        first,
        message,
        *(row for kind in (Participant, Transition) for row in kind.objects.filter(**of_it)),
        *(row for kind in (Entry, Timer) for row in kind.objects.filter(**of_its_key)),
    ]
    lane = Entry.objects.get(**of_its_key).lane
    changes = counter.value - first.state_change + 1  # that a start takes, of which the first is the state's
    copies = defaultdict(list)
    ids = []
    for number in range(1, count + 1):
        chat_id, customer_id = new_id(), new_id()
        ids.append(str(chat_id))
        instead: dict[object, object] = {
            first.id: chat_id,
            str(first.id): str(chat_id),
            first.customer_id: customer_id,
            first.customer.username: f"visitor-{customer_id.hex}",
            message.id: new_id(),
        }
        for position, row in enumerate(rows):
            copies[position].append(copy_of(row, instead, later=number * changes))
    for position, row in enumerate(rows):
        type(row)._default_manager.bulk_create(copies[position])
    Lane.objects.filter(id=lane.id).update(waiting=F("waiting") + count)
    counter.value += count * changes
    counter.save()
    return ids


def copy_of(row: Model, instead: dict[object, object], later: int) -> Model:
    """A row with other ids, and so many changes later; a number of its own it gets from the database."""
    values = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, UUID | str):
            value = instead.get(value, value)
        if field.attname in CHANGES:
            value += later
        if not isinstance(field, AutoField):
            values[field.attname] = value
    return type(row)(**values)


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
