"""How often clients may ask: one class for each limit of the settings, counted by `accounts.rate_limits`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import rate_limits
from accounts.tokens import Principal
from chat.errors import RateLimited

MINUTE = 60
HOUR = 3600


class Limit(BaseThrottle):
    """So many requests of one kind in a time from one client; each subclass names its setting."""

    setting: ClassVar[str]
    seconds: ClassVar[int] = MINUTE

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request. Raises `RateLimited` when there were too many."""
        wait = rate_limits.take(
            f"{self.setting.lower()}:{self.counted(request, view)}",
            limit=getattr(settings, self.setting),
            seconds=self.seconds,
        )
        if wait:
            raise RateLimited(
                f"That was too often. Please try again in {wait} seconds.", retry_after_seconds=wait
            )
        return True

    def counted(self, request: Request, view: APIView) -> str:
        """What is counted as one client: its address, for each widget by itself."""
        key: Any = view.kwargs.get("key", "")
        return f"{key}:{rate_limits.client_network(request._request)}"


class PerPerson(Limit):
    """Counts by person, for endpoints that know who calls."""

    def counted(self, request: Request, view: APIView) -> str:
        """What is counted as one client: the person of the token, wherever it is."""
        user = request.user
        return str(user.user_id) if isinstance(user, Principal) else super().counted(request, view)


class WidgetRequests(Limit):
    setting = "WIDGET_REQUESTS_PER_MINUTE"


class WidgetTokens(Limit):
    setting = "WIDGET_TOKENS_PER_MINUTE"


class Tickets(Limit):
    setting = "TICKETS_PER_HOUR"
    seconds = HOUR


class TranscriptMails(Limit):
    """Mails that customers ask for: whoever makes a new visitor for each is still one network."""

    setting = "TRANSCRIPT_MAILS_PER_HOUR"
    seconds = HOUR

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a customer's mail. Downloads pass, and the team, which `chat.actions.mail_limits` counts."""
        user = request.user
        counts = request.method == "POST" and isinstance(user, Principal) and user.is_customer
        return not counts or super().allow_request(request, view)


class SignIns(Limit):
    setting = "SIGN_INS_PER_MINUTE"


class Searches(PerPerson):
    setting = "SEARCHES_PER_MINUTE"


class Uploads(PerPerson):
    setting = "UPLOADS_PER_MINUTE"
