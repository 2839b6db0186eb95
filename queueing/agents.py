"""What agents can take, and the lock under which an agent gets an item."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from queueing.models import Agent, Member, Offer
from queueing.policy import Candidate


def lock(user_id: UUID) -> Agent:
    """Lock an agent until the transaction ends: whoever gives it an item does so first.

    Comes before every other lock, those of the line and of items included.
    """
    agents = Agent.objects.select_for_update()
    return agents.filter(user_id=user_id).first() or agents.get_or_create(user_id=user_id)[0]


def skills_of(user_id: UUID) -> frozenset[str]:
    """The names of an agent's skills."""
    return frozenset(
        Agent.skills.through.objects.filter(agent_id=user_id).values_list("skill__name", flat=True)
    )


def asked_about(user_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count, for each agent, the items it is being asked about."""
    counts = dict.fromkeys(user_ids, 0)
    pending = Offer.objects.filter(user_id__in=user_ids, state=Offer.State.PENDING)
    for user_id in pending.values_list("user_id", flat=True):
        counts[user_id] += 1
    return counts


def candidates(queue_id: UUID, available: Collection[UUID], loads: Mapping[UUID, int]) -> list[Candidate]:
    """The members of a queue who are available, as `policy.best_agent` compares them.

    `loads` counts the items that each has.
    """
    members = set(
        Member.objects.filter(queue_id=queue_id, user_id__in=available).values_list("user_id", flat=True)
    )
    known = {agent.user_id: agent for agent in Agent.objects.filter(user_id__in=members)}
    skills: dict[UUID, set[str]] = {user_id: set() for user_id in members}
    for user_id, name in Agent.skills.through.objects.filter(agent_id__in=members).values_list(
        "agent_id", "skill__name"
    ):
        skills[user_id].add(name)
    asked = asked_about(members)
    return [
        Candidate(
            user_id,
            load=loads.get(user_id, 0) + asked[user_id],
            capacity=known[user_id].capacity if user_id in known else None,
            last_assigned=_seconds(known[user_id].last_assigned_at) if user_id in known else 0.0,
            skills=frozenset(skills[user_id]),
        )
        for user_id in members
    ]


def members_with(queue_id: UUID, skills: Collection[str]) -> list[UUID]:
    """The members of a queue who have all of these skills."""
    found = Member.objects.filter(queue_id=queue_id, user__is_active=True)
    for name in skills:
        found = found.filter(user__agent__skills__name=name)
    return list(found.values_list("user_id", flat=True))


def note_assigned(user_id: UUID, now: datetime) -> None:
    """Remember when an agent last got an item."""
    Agent.objects.filter(user_id=user_id).update(last_assigned_at=now)


def last_assigned(user_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each of those agents who ever got an item last got one."""
    known = Agent.objects.filter(user_id__in=user_ids, last_assigned_at__isnull=False)
    return {agent.user_id: agent.last_assigned_at for agent in known if agent.last_assigned_at}


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
