"""The order of all changes of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import connection, models

from accounts.models import Organization


class ChangeCounter(models.Model):
    """Numbers the changes of an organization's conversations in the order in which they are committed.

    Whoever takes a number holds the counter's row until its transaction ends, so whoever reads the counter
    knows that every lower number is committed too: "what has changed since 41" can miss nothing.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.value}"


def take_changes(organization_id: UUID, count: int = 1) -> int:
    """Take `count` numbers and return the first; inside the transaction that makes the changes.

    Lock everything else before: who waits for a lock while holding the counter delays the whole
    organization, and two such would wait for each other.
    """
    return take_changes_of({organization_id: count})[organization_id]


def take_changes_of(counts: Mapping[UUID, int]) -> dict[UUID, int]:
    """As `take_changes` for several organizations, always in the order of their ids: how many of each."""
    table = connection.ops.quote_name(ChangeCounter._meta.db_table)
    key = ChangeCounter._meta.pk
    values = [
        value
        for organization_id in sorted(counts)
        for value in (key.get_db_prep_value(organization_id, connection), counts[organization_id])
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (organization_id, value) VALUES {', '.join(['(%s, %s)'] * len(counts))}"  # noqa: S608 the name is ours
            f" ON CONFLICT (organization_id) DO UPDATE SET value = {table}.value + excluded.value"
            " RETURNING organization_id, value",
            values,
        )
        last = {key.to_python(organization_id): value for organization_id, value in cursor.fetchall()}
    return {organization_id: last[organization_id] - count + 1 for organization_id, count in counts.items()}


def current_change(organization_id: UUID) -> int:
    """The number up to which all of the organization's changes are committed."""
    value = (
        ChangeCounter.objects.filter(organization_id=organization_id).values_list("value", flat=True).first()
    )
    return value or 0
