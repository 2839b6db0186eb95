"""Mails that wait to be sent: rows, so that no crash loses one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.ids import new_id
from accounts.models import Organization
from chat.models.conversation import Conversation


class OutgoingMail(models.Model):
    """A mail as it will be sent: written in the transaction of what it tells about, and sent by Celery."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=20)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When it is tried next. Empty: sent, or given up.")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="mail_due"),
            models.Index(fields=["to", "kind", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
