"""Who a sign-in attempt is counted against, and what is answered when there were too many."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from chat.api.account_views import TOO_MANY_FAILURES


def account_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the account an attempt names: `username` on the admin's form, `email` on the token endpoint."""
    named = credentials or (request.POST if request is not None else {})
    name = named.get("username") or named.get("email")
    return str(name).strip().lower() if name else None


def answer_locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """Answer an attempt on a locked account: programs get the envelope of all errors, people a sentence.

    django-axes puts this in the place of whatever was answered before.
    """
    if request.path.startswith("/api/"):
        body = {"success": False, "message": TOO_MANY_FAILURES, "code": "rate_limited"}
        response: HttpResponse = JsonResponse(body, status=429)
    else:
        response = HttpResponse(TOO_MANY_FAILURES, status=429, content_type="text/plain; charset=utf-8")
    # The whole time: an attempt in between begins it anew.
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response
