"""Forms of the admin site that let nothing point from one organization into another (SPEC §2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Model, QuerySet


class OneOrganizationForm(forms.ModelForm):
    """What it points at is of the organization of the row itself; a superuser could choose otherwise."""

    def _get_validation_exclusions(self) -> set[str]:
        # What is unique in an organization is so too where the page shows the organization read-only.
        return super()._get_validation_exclusions() - {"organization"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any] | None:
        """Name the fields that point elsewhere."""
        cleaned = super().clean()
        chosen = self.cleaned_data.get("organization")
        name_strangers(self, self.instance.organization_id if chosen is None else chosen.id)
        return cleaned


class OneOrganizationFormSet(forms.BaseInlineFormSet):
    """As `OneOrganizationForm`, for the rows inside a row that has an organization."""

    def clean(self) -> None:
        """Name the fields that point elsewhere."""
        super().clean()
        for form in self.forms:
            name_strangers(form, self.instance.organization_id)


def name_strangers(form: forms.BaseForm, organization_id: UUID | None) -> None:
    """Add an error to each field of a form that points at a row of another organization."""
    if organization_id is None:
        return
    for name, value in list(getattr(form, "cleaned_data", {}).items()):
        strangers = [
            str(row)
            for row in _rows(value)
            if getattr(row, "organization_id", organization_id) != organization_id
        ]
        if strangers:
            form.add_error(name, f"Of another organization: {', '.join(strangers)}.")


def _rows(value: Any) -> Iterable[Model]:
    if isinstance(value, Model):
        return [value]
    return value if isinstance(value, QuerySet) else []
