"""Who may still be here, for sockets that were let in a while ago (SPEC §2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts.models import PEOPLE_ROLES, User

IDS_IN_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """What a principal took from its person's row, and what else it gained then would no longer be right."""

    role: str
    organization_id: UUID


def standings(user_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Where these people stand now; those who are gone, deactivated, or whose widget is off are left out.

    The rule is that of tokens (`accounts.tokens`), asked for many at once.
    """
    ids = list(user_ids)
    found: dict[UUID, Standing] = {}
    for start in range(0, len(ids), IDS_IN_A_QUERY):
        active = (
            User.objects.filter(
                id__in=ids[start : start + IDS_IN_A_QUERY], is_active=True, role__in=PEOPLE_ROLES
            )
            .exclude(visitor__widget__is_active=False)
            .values_list("id", "role", "organization_id")
        )
        found |= {user_id: Standing(role, organization_id) for user_id, role, organization_id in active}
    return found
