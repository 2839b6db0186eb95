"""The page on which an admin gives chats to an agent; what it does is `routing.reassign` for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts import presence
from accounts.admin_scope import ReadOnlyAdmin, is_admin
from accounts.models import User
from accounts.tokens import Principal, principal_of
from chat import access, selectors
from chat.actions import routing
from chat.errors import HelpdeskError, NotFound
from chat.models import Conversation, Status
from queueing.models import Agent

MAX_CHATS = 100
"""How many chats are given away at once: as many as a page of the list shows."""


class ReassignForm(forms.Form):
    """To whom."""

    agent = forms.ChoiceField(error_messages={"required": "Choose an agent."})

    def __init__(self, admin: Principal, data: QueryDict | None = None) -> None:
        """Offer the organization's team."""
        super().__init__(data)
        self.fields["agent"].choices = [("", "Choose an agent"), *team(admin)]  # type: ignore[attr-defined]
        self.fields["agent"].help_text = (
            "Who is online comes first, and of those who has the fewest chats. What is given to somebody who"
            f" is offline and stays so waits again after {settings.AGENT_GRACE_SECONDS} seconds."
        )


def team(admin: Principal) -> list[tuple[str, str]]:
    """The ids of the team, each with a text that says who could take a chat now."""
    people = list(access.team(admin))
    ids = [person.id for person in people]
    statuses, loads = presence.statuses(ids), selectors.open_chats(ids)
    capacities = dict(Agent.objects.filter(user_id__in=ids).values_list("user_id", "capacity"))
    people.sort(key=lambda person: (statuses[person.id] != presence.ONLINE, loads[person.id], person.name))
    return [
        (
            str(person.id),
            f"{person.name} – {statuses[person.id]}, {_load(loads[person.id], capacities.get(person.id))}",
        )
        for person in people
    ]


def _load(count: int, capacity: int | None) -> str:
    if capacity is None:
        return f"{count} {'chat' if count == 1 else 'chats'}"
    return f"{count} of {capacity} chats" + (", full" if count >= capacity else "")


class ReassigningAdmin(ReadOnlyAdmin):
    """An admin page of conversations with the action, the address and the button to reassign them."""

    actions = ["reassign"]

    def get_urls(self) -> list[URLPattern]:
        """Put ours before those of single conversations, which take every address."""
        view = self.admin_site.admin_view(self.reassign_view)
        return [path("reassign/", view, name="chat_conversation_reassign"), *super().get_urls()]

    @admin.action(description="Reassign to …", permissions=["view"])
    def reassign(self, request: HttpRequest, chosen: QuerySet[Conversation]) -> HttpResponse | None:
        """Ask to whom."""
        if chosen.count() > MAX_CHATS:
            problem = f"At most {MAX_CHATS} conversations can be reassigned at once."
            self.message_user(request, problem, messages.ERROR)
            return None
        asked = QueryDict(mutable=True)
        asked.setlist("chat", [str(conversation.id) for conversation in chosen])
        return HttpResponseRedirect(f"{reverse('admin:chat_conversation_reassign')}?{asked.urlencode()}")

    def reassign_view(self, request: HttpRequest) -> HttpResponse:
        """Ask to whom, and give each of the chats named by `chat` to that agent."""
        if not is_admin(request) or not isinstance(request.user, User):
            raise PermissionDenied
        caller = principal_of(request.user)
        posted = request.POST if request.method == "POST" else None
        chats = _named(caller, (posted if posted is not None else request.GET).getlist("chat"))
        if not chats:
            self.message_user(request, "There is no such conversation to reassign.", messages.ERROR)
            return redirect("admin:chat_conversation_changelist")
        form = ReassignForm(caller, posted)
        if form.is_valid():
            self._give(request, caller, chats, form.cleaned_data["agent"])
            if len(chats) == 1:
                return redirect("admin:chat_conversation_change", chats[0].id)
            return redirect("admin:chat_conversation_changelist")
        return TemplateResponse(
            request, "admin/chat/conversation/reassign.html", self._context(request, form, chats)
        )

    def _give(
        self, request: HttpRequest, caller: Principal, chats: Iterable[Conversation], agent_id: str
    ) -> None:
        """Give each chat in a transaction of its own, and say what became of each."""
        given = []
        for chat in chats:
            try:
                given.append(routing.reassign(caller, str(chat.id), agent_id))
            except HelpdeskError as error:
                self.message_user(request, f"{chat.customer.name}: {error.message}", messages.ERROR)
        if given:
            names = ", ".join(chat.customer.name for chat in given)
            self.message_user(request, f"Now with {given[0].agent}: {names}.", messages.SUCCESS)

    def _context(self, request: HttpRequest, form: ReassignForm, chats: list[Conversation]) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": "Reassign",
            "opts": self.opts,
            "form": form,
            "chats": chats,
            "closed": [chat for chat in chats if chat.status == Status.CLOSED],
        }


def _named(caller: Principal, ids: Iterable[str]) -> list[Conversation]:
    """The caller's conversations among these ids, the oldest first: it is the first to find room."""
    found = {}
    for conversation_id in list(ids)[:MAX_CHATS]:
        try:
            chat = access.readable_conversation(caller, conversation_id)
        except NotFound:
            continue
        found[chat.id] = chat
    return sorted(found.values(), key=lambda chat: chat.created_at)
