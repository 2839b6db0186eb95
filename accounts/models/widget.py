"""A chat widget that a company puts on its pages."""

from __future__ import annotations

import re
import secrets

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from accounts.ids import new_id
from accounts.models.organization import Organization

ORIGIN = re.compile(
    r"https?://(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?"
)

DEFAULT_PORT = re.compile(r"^(http://[^/]*):80$|^(https://[^/]*):443$")
TOO_WIDE = re.compile(r"https?://\*\.(?!localhost(:|$))[^.]*")


def new_widget_key() -> str:
    """Make the public key that stands in the page's script tag."""
    return secrets.token_urlsafe(12)


def new_identity_secret() -> str:
    """Make the secret with which a company's server signs the identities of its users."""
    return secrets.token_urlsafe(32)


def origins_of(text: str) -> frozenset[str]:
    """The origins that stand in a text, one on each line, as browsers write them (RFC 6454 §6.2)."""
    lines = (line.strip().rstrip("/").lower() for line in text.splitlines())
    return frozenset(DEFAULT_PORT.sub(r"\1\2", line) for line in lines if line)


def validate_origins(text: str) -> None:
    """Check that each line is an origin. Raises `ValidationError`."""
    for origin in sorted(origins_of(text)):
        if not ORIGIN.fullmatch(origin):
            raise ValidationError(f"{origin[:100]} is not an origin: write it like https://shop.example.")
        if TOO_WIDE.fullmatch(origin):
            raise ValidationError(
                f"{origin[:100]} is everybody's: name a domain, like https://*.shop.example."
            )


class Asks(models.TextChoices):
    """Whether the widget asks for something before a chat."""

    NO = "no", "Does not ask"
    OPTIONAL = "optional", "Asks, may be left out"
    REQUIRED = "required", "Must be given"


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
    allowed_origins = models.TextField(
        blank=True,
        validators=[validate_origins],
        help_text="Sites that may show this widget, one on each line: https://shop.example. "
        "Empty: only pages of this helpdesk itself.",
    )
    identity_secret = models.CharField(
        max_length=64,
        default=new_identity_secret,
        help_text="Signs the identities of your own users (userHash). Keep it on your server.",
    )
    requires_identity = models.BooleanField(
        default=False, help_text="Only people with a signed identity may chat."
    )
    asks_name = models.CharField(max_length=10, choices=Asks.choices, default=Asks.OPTIONAL)
    asks_email = models.CharField(max_length=10, choices=Asks.choices, default=Asks.OPTIONAL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
