"""Who takes items out of queues: which ones, how many at once, and with which skills."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from accounts.models import Organization, Role

MAX_SKILL_CHARACTERS = 40


class Skill(models.Model):
    """Something an agent can do and an item may need, such as a language."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(
        max_length=MAX_SKILL_CHARACTERS,
        validators=[RegexValidator(r"^[^\s,A-Z][^,A-Z]*$", "Small letters, and no comma.")],
        help_text="In small letters, for example french.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_skill_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """What an agent can take; whoever has no row has no limit and no skill.

    The row is also the lock under which an agent gets an item: two at once cannot exceed the capacity.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="agent"
    )
    capacity = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many chats at once. Empty: no limit.",
    )
    skills = models.ManyToManyField(Skill, blank=True, related_name="agents")
    last_assigned_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return str(self.user)


class Member(models.Model):
    """Somebody who serves a queue."""

    queue = models.ForeignKey("queueing.Queue", on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="queue_memberships",
        limit_choices_to={"role__in": [Role.AGENT, Role.ADMIN]},
    )

    class Meta:
        verbose_name = "membership"
        constraints = [models.UniqueConstraint(fields=["queue", "user"], name="one_membership_in_a_queue")]

    def __str__(self) -> str:
        return f"{self.user} in {self.queue}"
