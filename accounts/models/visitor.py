"""The identity that a widget gives to somebody on its page."""

from __future__ import annotations

from django.db import models

from accounts.models.user import User
from accounts.models.widget import Widget


class Visitor(models.Model):
    """Ties a customer to the widget it came from (SPEC §7).

    `verified_identity` is the user id or e-mail address that the company's own server has signed for it;
    empty for everyone else, whatever they claim.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="visitor")
    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="visitors")
    verified_identity = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["widget", "verified_identity"],
                condition=~models.Q(verified_identity=""),
                name="one_visitor_of_an_identity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.widget}"
