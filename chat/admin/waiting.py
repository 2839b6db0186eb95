"""What waits, and who is asked about it, in the admin site: to look at; the line moves by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from accounts.admin_scope import ReadOnlyAdmin
from chat import selectors
from chat.models import Conversation
from queueing import line
from queueing.models import Entry, Offer
from queueing.places import places
from queueing.policy import ORDER


class WithChats(ChangeList):
    """A page of rows that have a key, each with the chat that has it: one query for all."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        chats = {
            str(chat.id): chat for chat in selectors.conversations().filter(id__in=[row.key for row in rows])
        }
        for row in rows:
            row.chat = chats.get(row.key)
        self.result_list = rows


class WaitingList(WithChats):
    """Also with the place of each, a query for each queue, and with who is asked about it."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        rows: list[Any] = self.result_list
        pending = Offer.objects.filter(key__in=[row.key for row in rows], state=Offer.State.PENDING)
        asked = {offer.key: offer.user for offer in pending.select_related("user")}
        placed = places([row.key for row in rows])
        for row in rows:
            _, row.place = placed.get(row.key, (None, None))
            row.asked = asked.get(row.key)


class OfChatsAdmin(ReadOnlyAdmin):
    """Rows that know a chat by its key; their page is the chat's."""

    list_display_links = None
    list_title = ""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Under a title that does not ask to select what has no page of its own."""
        return super().changelist_view(request, {"title": self.list_title, **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list with the chats."""
        return WithChats

    @admin.display(description="customer")
    def customer(self, row: Any) -> str:
        """Whose chat it is, and the way to it."""
        chat: Conversation | None = row.chat
        if chat is None:
            return "gone"
        address = reverse("admin:chat_conversation_change", args=[chat.id])
        return format_html('<a href="{}">{}</a>', address, chat.customer.name)


@admin.register(Entry)
class EntryAdmin(OfChatsAdmin):
    organization_path = "queue__organization"
    list_title = "What waits"
    list_display = ["queue", "place", "customer", "since", "priority", "skills", "asked"]
    list_filter = [("queue", admin.RelatedOnlyFieldListFilter), "priority"]
    list_select_related = ["queue", "lane"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """In the order of the lines."""
        return super().get_queryset(request).order_by("queue__name", "queue_id", *ORDER)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list with places."""
        return WaitingList

    @admin.display(description="place")
    def place(self, entry: Any) -> int | None:
        """1 for the next."""
        return entry.place

    @admin.display(description="waiting for")
    def since(self, entry: Entry) -> str:
        """How long, and on hovering since when."""
        waited = timesince(entry.waiting_since, timezone.now())
        return format_html(
            '<time title="since {}">{}</time>', f"{entry.waiting_since:%Y-%m-%d %H:%M:%S} UTC", waited
        )

    @admin.display(description="skills needed")
    def skills(self, entry: Entry) -> str:
        """What an agent needs for it."""
        return ", ".join(line.skills_of(entry)) or "none"

    @admin.display(description="asked now", empty_value="nobody")
    def asked(self, entry: Any) -> Any:
        """Which agent is asked at this moment."""
        return entry.asked


@admin.register(Offer)
class OfferAdmin(OfChatsAdmin):
    organization_path = "user__organization"
    list_title = "Who was asked to take a chat"
    list_display = ["created_at", "user", "customer", "kind", "state", "from_user", "expires_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["user", "from_user"]
    search_fields = ["user__first_name", "user__last_name", "user__email"]
    ordering = ["-id"]
