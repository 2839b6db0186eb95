"""A chat widget that a company puts on its pages."""

from __future__ import annotations

import secrets

from django.core.validators import RegexValidator
from django.db import models

from accounts.ids import new_id
from accounts.models.organization import Organization


def new_widget_key() -> str:
    """Make the public key that stands in the page's script tag."""
    return secrets.token_urlsafe(12)


class Widget(models.Model):
    """How the widget looks and greets (SPEC §7). Its key is public and gives no rights of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="widgets")
    key = models.SlugField(max_length=40, unique=True, default=new_widget_key)
    name = models.CharField(max_length=80, help_text="Stands at the head of the chat panel.")
    greeting = models.CharField(max_length=300, blank=True)
    color = models.CharField(
        max_length=7,
        default="#2457d6",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "A colour looks like #2457d6.")],
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
