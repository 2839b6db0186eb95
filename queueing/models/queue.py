"""A waiting line and its rules."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from accounts.ids import new_id
from accounts.models import Organization
from queueing.models.agent import Skill

INSTALLATION_DEFAULT = "Empty: the installation's default."


def check_time_zone(name: str) -> None:
    """Raise `ValidationError` for what is no time zone's name in the IANA database."""
    if name not in available_timezones():
        raise ValidationError("There is no such time zone. Write one as Europe/Berlin or UTC.")


def _seconds(help_text: str) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text=help_text
    )


class Queue(models.Model):
    """A waiting line of an organization (SPEC §8)."""

    class Mode(models.TextChoices):
        """How items come to those who serve the queue."""

        PULL = "pull", "Agents pick"
        PUSH = "push", "Offered to the best free agent"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="queues")
    name = models.CharField(max_length=80)
    is_default = models.BooleanField(
        default=False, help_text="Takes the chats for which nobody named a queue."
    )
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.PULL)
    priority = models.SmallIntegerField(
        default=0, help_text="Of what comes to wait here; the highest is served first."
    )
    skills = models.ManyToManyField(
        Skill, blank=True, related_name="+", help_text="What an agent needs for anything that waits here."
    )
    relax_skills_after_seconds = _seconds(
        "When something has waited this long, agents without the skills may take it. Empty: never."
    )
    answer_timeout_seconds = _seconds(f"How long an agent is asked. {INSTALLATION_DEFAULT}")
    queue_timeout_seconds = _seconds(
        f"When somebody has waited this long, the ticket form is offered. {INSTALLATION_DEFAULT}"
    )
    inactivity_warning_seconds = _seconds(INSTALLATION_DEFAULT)
    inactivity_close_seconds = _seconds(INSTALLATION_DEFAULT)
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[check_time_zone],
        help_text="In which the opening hours are.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="one_queue_of_a_name"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="one_default_queue"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """A time of the week at which a queue is open. A queue without any is always open.

    One that closes at or before the time at which it opens closes on the next day; at 00:00 both: all day.
    """

    class Weekday(models.IntegerChoices):
        """As `datetime.weekday()` counts them."""

        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name_plural = "opening hours"

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"
