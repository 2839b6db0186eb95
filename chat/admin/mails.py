"""The outbox in the admin site: what was sent, what waits, what failed and why."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_scope import ReadOnlyAdmin
from chat.actions import outgoing_mail
from chat.models import OutgoingMail

STATES = {
    "sent": Q(sent_at__isnull=False),
    "waiting": Q(sent_at=None, due_at__isnull=False),
    "given up": Q(sent_at=None, due_at=None),
}


class StateFilter(admin.SimpleListFilter):
    """By what has become of a mail."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states to choose from."""
        return [(state, state.capitalize()) for state in STATES]

    def queryset(self, request: HttpRequest, mails: QuerySet[Any]) -> QuerySet[Any]:
        """The mails in the chosen state."""
        state = STATES.get(self.value() or "")
        return mails if state is None else mails.filter(state)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Read only also because the limits on mails count these rows."""

    list_display = ["to", "kind", "subject", "state", "attempts", "created_at", "due_at", "last_error"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["to", "subject"]
    date_hierarchy = "created_at"
    exclude = ["html"]
    actions = ["try_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists do not need what the mails say."""
        return super().get_queryset(request).defer("html")

    @admin.display(description="state")
    def state(self, mail: OutgoingMail) -> str:
        """What has become of it."""
        if mail.sent_at:
            return "sent"
        return "waiting" if mail.due_at else "given up"

    @admin.action(description="Try again now", permissions=["view"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[OutgoingMail]) -> None:
        """Send those that have failed."""
        count = outgoing_mail.retry(chosen, now=timezone.now())
        self.message_user(
            request, f"{count} will be tried again. Sent mails, and those without content, stay as they are."
        )
