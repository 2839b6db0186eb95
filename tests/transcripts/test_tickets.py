"""A missed chat: stored, told to the team by mail, and seen to in the admin site (SPEC §7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, Role, User, Widget
from chat.actions import outgoing_mail, tickets
from chat.models import OutgoingMail, Ticket
from chat.models.ticket import MAX_DESCRIPTION_CHARACTERS
from tests.support.people import People, agent
from tests.transcripts.conftest import SCRIPT, mails_in

ADDRESS = "/api/v1/widget/home-widget/tickets"
MISSED = {"name": "Nia", "email": "nia@example.net", "description": "My lamp is dark.\nPlease call."}
TICKETS = "/admin/chat/ticket/"
MAILS = "/admin/chat/outgoingmail/"


@pytest.fixture(autouse=True)
def no_limit(settings: Any) -> None:
    """All tests come from one address."""
    settings.TICKETS_PER_HOUR = settings.WIDGET_REQUESTS_PER_MINUTE = 0


def leave(address: str = ADDRESS, **changes: Any) -> Any:
    return Client().post(address, {**MISSED, **changes}, content_type="application/json")


def signed_in(people: People, name: str) -> Client:
    client = Client()
    client.force_login(
        people.user(getattr(people, name)), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.mark.database
def test_a_ticket_is_stored_and_told_to_every_admin_of_the_organization_alone(
    people: People, mail_directory: Path
) -> None:
    home = Organization.objects.get(slug="home")
    agent(home, "Sue", Role.ADMIN)
    gone = agent(home, "Gus", Role.ADMIN)
    User.objects.filter(id=gone.id).update(is_active=False)
    response = leave()
    ticket = Ticket.objects.get()
    assert response.status_code == 201
    assert response.json()["data"]["_id"] == str(ticket.id)
    assert (ticket.organization, ticket.widget, ticket.status) == (home, people.widget, "open")
    assert (ticket.name, ticket.email, ticket.description) == tuple(MISSED.values())
    assert outgoing_mail.send_due() == 2
    assert sorted(mail["To"] for mail in mails_in(mail_directory)) == ["sam@home.example", "sue@home.example"]


def test_nothing_a_visitor_wrote_is_in_a_subject_or_runs_in_a_mail(
    people: People, mail_directory: Path
) -> None:
    leave(
        name=f"{SCRIPT}\r\nBcc: x@example.com", description=f"{SCRIPT}\r\nFrom: boss\u2028Hi {{{{ ticket }}}}"
    )
    assert outgoing_mail.send_due() == 1
    [mail] = mails_in(mail_directory)
    assert mail["Subject"] == "A missed chat at Home"
    assert mail["Bcc"] is None
    assert mail["Reply-To"] is None
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert f"> {SCRIPT}\n> From: boss\n> Hi {{{{ ticket }}}}\n" in text
    assert f"{SCRIPT} Bcc: x@example.com <nia@example.net>" in text
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2
    assert f"/admin/chat/ticket/{Ticket.objects.get().id}/change/" in page


WRONG: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", " \u202e "),
    ("name", "n" * 121),
    ("name", 5),
    ("email", "nobody"),
    ("email", "nia@example.net\r\nBcc: x@example.com"),
    ("description", ""),
    ("description", "d" * (MAX_DESCRIPTION_CHARACTERS + 1)),
    ("description", "d\0"),
    ("description", ["d"]),
]


def test_a_ticket_that_is_not_right_is_refused_by_the_name_of_what_is_wrong(people: People) -> None:
    for field, value in WRONG:
        response = leave(**{field: value})
        assert response.status_code == 400, (field, value)
        assert list(response.json()["errors"]) == [field]
    assert not Ticket.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_widget_that_there_is_not_and_one_that_is_off_take_no_tickets(people: People) -> None:
    Widget.objects.filter(key="away-widget").update(is_active=False)
    missing, off = (leave(f"/api/v1/widget/{key}/tickets") for key in ("no-such-widget", "away-widget"))
    assert (missing.status_code, off.status_code) == (404, 404)
    assert missing.json() == off.json()


def test_a_page_of_another_site_leaves_no_tickets(people: People) -> None:
    response = Client().post(
        ADDRESS, MISSED, content_type="application/json", headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert not Ticket.objects.exists()


def test_so_many_tickets_an_hour_come_from_one_address(people: People, settings: Any) -> None:
    settings.TICKETS_PER_HOUR = 2
    Widget.objects.filter(id=people.widget.id).update(key="of-this-test-alone")
    responses = [leave("/api/v1/widget/of-this-test-alone/tickets") for _ in range(3)]
    assert [response.status_code for response in responses] == [201, 201, 429]
    assert 0 < int(responses[-1]["Retry-After"]) <= 3600
    assert Ticket.objects.count() == 2


def test_an_admin_sees_its_organization_s_tickets_and_marks_them(people: People) -> None:
    mine = tickets.leave_ticket(people.widget, **MISSED)
    theirs = tickets.leave_ticket(
        Widget.objects.get(key="away-widget"), **{**MISSED, "name": "Somebody Else"}
    )
    sam = signed_in(people, "sam")
    page = sam.get(TICKETS).text
    assert "Nia" in page
    assert "Home&#x27;s widget" in page
    assert "Somebody Else" not in page
    assert "Away" not in page
    chosen = {"_selected_action": [str(mine.id), str(theirs.id)]}
    sam.post(TICKETS, {"action": "mark_as_done", **chosen})
    assert list(Ticket.objects.filter(status="done")) == [mine]
    assert "Nia" not in sam.get(TICKETS, {"status__exact": "open"}).text
    assert "Nia" in sam.get(TICKETS, {"q": "lamp"}).text
    assert "Nia" not in sam.get(TICKETS, {"q": "candle"}).text
    sam.post(TICKETS, {"action": "reopen", **chosen})
    assert not Ticket.objects.filter(status="done").exists()


def test_a_ticket_s_page_can_be_read_and_not_written(people: People) -> None:
    ticket = tickets.leave_ticket(people.widget, **{**MISSED, "description": SCRIPT})
    page = f"{TICKETS}{ticket.id}/change/"
    sam = signed_in(people, "sam")
    shown = sam.get(page)
    assert shown.status_code == 200
    assert SCRIPT not in shown.text
    assert "&lt;script&gt;" in shown.text
    assert sam.post(page, {"description": "changed"}).status_code == 403
    assert sam.get(f"{TICKETS}add/").status_code == 403
    assert signed_in(people, "oskar").get(page).status_code == 302
    assert Ticket.objects.get().description == SCRIPT


def test_agents_have_no_such_pages(people: People) -> None:
    for address in (TICKETS, MAILS):
        assert signed_in(people, "ana").get(address).status_code == 403
        assert signed_in(people, "sam").get(address).status_code == 200


def test_an_admin_sees_why_a_mail_failed_and_has_it_tried_again(people: People) -> None:
    tickets.leave_ticket(people.widget, **MISSED)
    tickets.leave_ticket(Widget.objects.get(key="away-widget"), **MISSED)
    OutgoingMail.objects.update(due_at=None, attempts=8, last_error="SMTPDataError: no room for you")
    mine = OutgoingMail.objects.get(to="sam@home.example")
    sam = signed_in(people, "sam")
    page = sam.get(MAILS, {"state": "given up"}).text
    assert "no room for you" in page
    assert "oskar" not in page
    assert "no room for you" not in sam.get(MAILS, {"state": "sent"}).text
    everything = list(OutgoingMail.objects.values_list("id", flat=True))
    sam.post(MAILS, {"action": "try_again", "_selected_action": [str(mail_id) for mail_id in everything]})
    assert list(OutgoingMail.objects.filter(due_at__lte=timezone.now())) == [mine]
    assert "My lamp is dark." in sam.get(f"{MAILS}{mine.id}/change/").text
    assert sam.post(f"{MAILS}{mine.id}/change/", {"to": "x@example.com"}).status_code == 403
    assert sam.post(f"{MAILS}{mine.id}/delete/", {"post": "yes"}).status_code == 403
    assert not LogEntry.objects.exists()
