"""The identity that a widget gives to somebody on its page."""

from __future__ import annotations

from django.db import models

from accounts.models.user import User
from accounts.models.widget import Widget


class Visitor(models.Model):
    """Ties a customer to the widget it came from (SPEC §7)."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="visitor")
    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="visitors")

    def __str__(self) -> str:
        return f"{self.user} at {self.widget}"
