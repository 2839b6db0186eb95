"""What an admin may write into a queue or a skill."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from accounts.admin_forms import OneOrganizationForm
from queueing.models import Queue, Skill
from queueing.models.entry import MAX_SKILLS

DEFAULTS = {
    "answer_timeout_seconds": "ANSWER_TIMEOUT_SECONDS",
    "queue_timeout_seconds": "QUEUE_TIMEOUT_SECONDS",
    "inactivity_warning_seconds": "INACTIVITY_WARNING_SECONDS",
    "inactivity_close_seconds": "INACTIVITY_CLOSE_SECONDS",
}
"""The settings that hold where a queue leaves a time limit empty."""


def time_zones() -> list[tuple[str, str]]:
    """The names of the IANA database, to choose from."""
    return [(name, name) for name in sorted(available_timezones())]


class QueueForm(OneOrganizationForm):
    time_zone = forms.ChoiceField(
        choices=time_zones, initial="UTC", help_text=Queue._meta.get_field("time_zone").help_text
    )

    class Meta:
        model = Queue
        fields = "__all__"
        labels = {
            "is_default": "Default queue",
            "relax_skills_after_seconds": "Do without skills after seconds",
            "answer_timeout_seconds": "Answer time-out in seconds",
            "queue_timeout_seconds": "Queue time-out in seconds",
            "inactivity_warning_seconds": "Warn after seconds of silence",
            "inactivity_close_seconds": "Close after seconds of silence",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show beside an empty time limit what holds then."""
        super().__init__(*args, **kwargs)
        for name, setting in DEFAULTS.items():
            self.fields[name].widget.attrs["placeholder"] = getattr(settings, setting)

    def clean_skills(self) -> QuerySet[Skill]:
        """As many as what waits may need."""
        skills: QuerySet[Skill] = self.cleaned_data["skills"]
        if len(skills) > MAX_SKILLS:
            raise forms.ValidationError(f"At most {MAX_SKILLS} skills, not {len(skills)}.")
        return skills

    def clean(self) -> dict[str, Any] | None:
        """What fits together: one default queue, and a warning before the end it warns of."""
        cleaned = super().clean()
        self._check_default()
        self._check_inactivity()
        return cleaned

    def _check_default(self) -> None:
        organization = self.cleaned_data.get("organization") or self.instance.organization_id
        if not self.cleaned_data.get("is_default") or organization is None:
            return
        others = Queue.objects.filter(organization=organization, is_default=True)
        other = others.exclude(id=self.instance.id).first()
        if other is not None:
            self.add_error("is_default", f"“{other}” is the default queue. Take the tick away there first.")

    def _check_inactivity(self) -> None:
        names = ("inactivity_warning_seconds", "inactivity_close_seconds")
        if any(name in self.errors for name in names):
            return
        warning, close = (self.cleaned_data.get(name) or getattr(settings, DEFAULTS[name]) for name in names)
        if warning >= close:
            self.add_error(
                names[0],
                f"The warning, after {warning} seconds, must come before the chat is closed, after {close}.",
            )


class SkillForm(OneOrganizationForm):
    class Meta:
        model = Skill
        fields = ("organization", "name")

    def clean_name(self) -> str:
        """Skills are compared in small letters."""
        return str(self.cleaned_data["name"]).lower()
