"""What the customer thought of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from chat.models.conversation import Conversation

MAX_COMMENT_CHARACTERS = 2_000


class Rating(models.Model):
    """A customer's rating of a conversation that is over (SPEC §5.2 `rate-chat`); a later one replaces it."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="rating"
    )
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(max_length=MAX_COMMENT_CHARACTERS, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(score__gte=1, score__lte=5), name="score_from_1_to_5")
        ]

    def __str__(self) -> str:
        return f"{self.score} of 5"
