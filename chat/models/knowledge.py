"""The knowledge base: what the assistant answers from (SPEC §9)."""

from __future__ import annotations

from django.db import models

from accounts.ids import new_id
from accounts.models import Organization


class Article(models.Model):
    """One article, in Markdown. Only what is published is ever told to a customer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="articles")
    title = models.CharField(max_length=200)
    body = models.TextField(max_length=100_000, help_text="Markdown.")
    keywords = models.CharField(
        max_length=500,
        blank=True,
        help_text="Other words that customers use for it: parcel, package, shipment.",
    )
    language = models.CharField(max_length=10, default="en", help_text="As in en or pt-BR.")
    is_published = models.BooleanField(default=True, verbose_name="published")
    source = models.CharField(
        max_length=300, blank=True, editable=False, help_text="The file that it was imported from."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source"],
                condition=~models.Q(source=""),
                name="one_article_of_a_source",
            ),
        ]
        indexes = [models.Index(fields=["organization", "title"])]

    def __str__(self) -> str:
        return self.title


class Passage(models.Model):
    """A part of an article that can answer a question by itself: a section under its heading.

    Made anew whenever its article is saved (`chat.knowledge`).
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="passages")
    language = models.CharField(max_length=10, help_text="Whose stems its words have: en, pt.")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=200, blank=True)
    text = models.TextField(help_text="Plain text, as it is said to a customer.")

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["organization", "language"])]

    def __str__(self) -> str:
        return self.heading or str(self.article)


class PassageWord(models.Model):
    """A word of a passage, reduced to its stem: the full-text index, the same on every database.

    `weight`, 0 to 1, says how much the passage is about it.
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    passage = models.ForeignKey(Passage, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(max_length=10)
    stem = models.CharField(max_length=60)
    weight = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["organization", "language", "stem"])]

    def __str__(self) -> str:
        return self.stem
