"""Which account a sign-in attempt is counted against."""

from typing import Any

from django.http import HttpRequest


def account_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the account an attempt names: `username` on the admin's form, `email` on the token endpoint."""
    named = credentials or (request.POST if request is not None else {})
    name = named.get("username") or named.get("email")
    return str(name).strip().lower() if name else None
