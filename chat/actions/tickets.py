"""Missed chats: what a visitor leaves when nobody answers, and what becomes of it."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User, Widget
from chat.actions import outgoing_mail
from chat.errors import InvalidInput
from chat.models import Ticket
from chat.transcripts.cleaning import lines_of, one_line

KIND = "ticket"


@transaction.atomic
def leave_ticket(widget: Widget, *, name: str, email: str, description: str) -> Ticket:
    """Store a missed chat and write its mails to the organization's admins (SPEC §7).

    The visitor gets none: nobody has verified that the address is its own. Raises `InvalidInput` for a name
    of nothing and an address that is none.
    """
    now = timezone.now()
    if not one_line(name):
        raise InvalidInput("The name must hold something that can be seen.", field="name")
    ticket = Ticket.objects.create(
        organization_id=widget.organization_id,
        widget=widget,
        name=one_line(name),
        email=outgoing_mail.valid_address(email),
        description="\n".join(lines_of(description.strip())),
        created_at=now,
    )
    admins = User.objects.filter(
        organization_id=widget.organization_id, role=Role.ADMIN, is_active=True
    ).exclude(email="")
    about = {
        "ticket": ticket,
        "widget": one_line(widget.name),
        "lines": ticket.description.splitlines(),
        "address": settings.PUBLIC_URL + reverse("admin:chat_ticket_change", args=[ticket.id]),
    }
    for admin in admins:
        outgoing_mail.put_in_transaction(
            organization_id=widget.organization_id,
            kind=KIND,
            to=admin.email,
            subject=f"A missed chat at {widget.organization.name}",
            text=render_to_string("mails/ticket.txt", about),
            html=render_to_string("mails/ticket.html", about),
            now=now,
        )
    return ticket


def mark_done(tickets: QuerySet[Ticket]) -> int:
    """Say that somebody has seen to these tickets; return how many were open."""
    return tickets.filter(status=Ticket.Status.OPEN).update(status=Ticket.Status.DONE)


def reopen(tickets: QuerySet[Ticket]) -> int:
    """Say that these tickets need somebody again; return how many were done."""
    return tickets.filter(status=Ticket.Status.DONE).update(status=Ticket.Status.OPEN)
