"""Which language models an operator allows, and the keys to them."""

from __future__ import annotations

from django.conf import settings


def allowed_endpoints() -> list[str]:
    """Return the base URLs that may be asked, the operator's own first."""
    endpoints = [settings.ASSISTANT_BASE_URL, *settings.ASSISTANT_ENDPOINTS]
    return [endpoint for endpoint in dict.fromkeys(endpoints) if endpoint]


def key_in(variable: str) -> str:
    """Return the key in this variable of the environment; empty when there is none."""
    return str(settings.ASSISTANT_API_KEYS.get(variable, ""))
