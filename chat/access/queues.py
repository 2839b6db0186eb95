"""Which queues somebody takes chats from, and which it may name (SPEC §8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from accounts.tokens import Principal
from chat.access.lookup import no_such, parse_id
from chat.access.people import staff
from chat.errors import InvalidInput
from queueing import line
from queueing.models import Queue, Skill
from queueing.models.entry import MAX_SKILLS


def served_queue_ids(principal: Principal, queue_id: str | None = None) -> list[UUID]:
    """List the queues from which this person takes chats; with `queue_id`, that one alone.

    An agent serves the queues in which it is a member, an admin all of the organization. Raises
    `Forbidden` for a customer, and `NotFound` for a queue that is not served.
    """
    staff(principal)
    if principal.is_admin:
        served = list(
            Queue.objects.filter(organization_id=principal.organization_id).values_list("id", flat=True)
        )
    else:
        served = line.queue_ids_served_by(principal.user_id)
    if queue_id is None:
        return served
    wanted = parse_id(queue_id, "queue")
    if wanted not in served:
        raise no_such("queue")
    return [wanted]


def queue_ids_served_by(team: Collection[Principal]) -> dict[UUID, set[UUID]]:
    """As `served_queue_ids`, of many agents and admins at once, by their ids."""
    admins = {person.organization_id for person in team if person.is_admin}
    of_organizations: defaultdict[UUID, set[UUID]] = defaultdict(set)
    if admins:
        queues = Queue.objects.filter(organization_id__in=admins)
        for organization_id, queue_id in queues.values_list("organization_id", "id"):
            of_organizations[organization_id].add(queue_id)
    members = line.queue_ids_served_by_many([person.user_id for person in team if not person.is_admin])
    return {
        person.user_id: of_organizations[person.organization_id]
        if person.is_admin
        else members.get(person.user_id, set())
        for person in team
    }


def queue_of_organization(principal: Principal, queue_id: str) -> Queue:
    """Find a queue to which an agent hands a chat. Raises `NotFound`."""
    found = Queue.objects.filter(
        id=parse_id(queue_id, "queue"), organization_id=principal.organization_id
    ).first()
    if found is None:
        raise no_such("queue")
    return found


def checked_skills(principal: Principal, names: Collection[str]) -> list[str]:
    """Check the names of skills that a chat needs. Raises `InvalidInput` naming those there are."""
    wanted = {name.strip().lower() for name in names}
    known = set(
        Skill.objects.filter(organization_id=principal.organization_id).values_list("name", flat=True)
    )
    if not wanted <= known:
        raise InvalidInput(
            f"There is no such skill. There are: {', '.join(sorted(known)) or 'none'}.", field="skills"
        )
    if len(wanted) > MAX_SKILLS:
        raise InvalidInput(f"A chat needs at most {MAX_SKILLS} skills.", field="skills")
    return sorted(wanted)


def queue_for_customer(principal: Principal, queue_id: str | None) -> Queue:
    """Find the queue in which a customer's chat waits: the one named, else the organization's default.

    Raises `NotFound` for a queue of another organization, and where the organization has none.
    """
    queues = Queue.objects.filter(organization_id=principal.organization_id)
    if queue_id is not None:
        queue = queues.filter(id=parse_id(queue_id, "queue")).first()
    else:
        queue = queues.order_by("-is_default", "name").first()
    if queue is None:
        raise no_such("queue")
    return queue
