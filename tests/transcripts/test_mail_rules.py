"""Who may have a transcript mailed, where to, how often, and what the mail holds (SPEC §6)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tokens import principal_of
from chat.actions import notes, outgoing_mail, transcripts
from chat.actions.mail_limits import MAILS_OF_AN_AGENT
from chat.errors import Forbidden, InvalidInput, NotAssigned, NotFound, RateLimited
from chat.models import Conversation, OutgoingMail
from tests.support import chats
from tests.support.people import People
from tests.support.together import together
from tests.transcripts.conftest import SCRIPT, add_message, mails_in, token_of


def ask(people: People, name: str, chat: Conversation, email: str | None = None) -> OutgoingMail:
    person = getattr(people, name)
    return transcripts.mail_transcript(principal_of(people.user(person)), str(chat.id), email)


def test_a_customer_gets_it_at_its_own_address(chat: Conversation, people: People) -> None:
    for email in (None, "vera@example.com", " Vera@Example.COM "):
        assert ask(people, "vera", chat, email).to == "vera@example.com"


def test_a_customer_gets_it_nowhere_else(chat: Conversation, people: People) -> None:
    with pytest.raises(Forbidden, match="your own e-mail address only"):
        ask(people, "vera", chat, "walt@example.com")
    assert not OutgoingMail.objects.exists()


def test_a_customer_without_an_address_is_told_so(chat: Conversation, people: People) -> None:
    User.objects.filter(id=people.vera.user_id).update(email="")
    with pytest.raises(InvalidInput, match="no e-mail address"):
        ask(people, "vera", chat)
    with pytest.raises(Forbidden):
        ask(people, "vera", chat, "walt@example.com")


def test_the_agent_of_the_chat_and_an_admin_send_it_anywhere_else_to_the_customer(
    chat: Conversation, people: People
) -> None:
    for number, name in enumerate(("ana", "sam")):
        assert ask(people, name, chat, f"boss-{number}@example.org").to == f"boss-{number}@example.org"
        assert ask(people, name, chat).to == "vera@example.com"


def test_another_agent_sends_it_nowhere(chat: Conversation, people: People) -> None:
    with pytest.raises(NotAssigned):
        ask(people, "bo", chat, "boss@example.org")
    with pytest.raises(NotAssigned):
        ask(people, "bo", chat)


def test_for_whoever_may_not_read_the_chat_there_is_none(chat: Conversation, people: People) -> None:
    for name in ("walt", "olaf", "oskar"):
        with pytest.raises(NotFound):
            ask(people, name, chat, "boss@example.org")


def test_a_closed_chat_is_still_sent(chat: Conversation, people: People) -> None:
    chat.status = "closed"
    chat.save()
    assert ask(people, "vera", chat).to == "vera@example.com"
    assert ask(people, "ana", chat, "boss@example.org").to == "boss@example.org"


@pytest.mark.parametrize(
    "email",
    [
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\nb@example.com",
        "a@example.com, b@example.com",
        '"a\rb"@example.com',
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "Ana <a@example.com>",
        "ſam@example.com",
        "a@exämple.com",
        "a@example.com\0",
        "nobody",
        "",
        "x" * 250 + "@example.com",
    ],
)
def test_what_is_no_single_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput, match="not an e-mail address"):
        outgoing_mail.valid_address(email)


def test_over_rest_it_is_accepted_and_says_where_it_goes(chat: Conversation, people: People) -> None:
    address = f"/api/v1/chat/conversations/{chat.id}/transcript"
    client = Client(headers=token_of(people.vera))
    accepted = client.post(address, {}, content_type="application/json")
    assert accepted.status_code == 202
    mail = OutgoingMail.objects.get()
    assert accepted.json()["data"] == {
        "_id": str(mail.id),
        "conversationId": str(chat.id),
        "email": "vera@example.com",
    }
    refused = client.post(address, {"email": "walt@example.com"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for wrong in (5, ["vera@example.com"], "a\r\nBcc: b@example.com"):
        assert client.post(address, {"email": wrong}, content_type="application/json").status_code == 400
    assert OutgoingMail.objects.count() == 1


@pytest.mark.database
def test_the_fourth_mail_in_an_hour_is_refused_until_the_first_is_an_hour_old(
    chat: Conversation, people: People
) -> None:
    first, *_ = [ask(people, "vera", chat) for _ in range(3)]
    OutgoingMail.objects.filter(id=first.id).update(created_at=timezone.now() - timedelta(minutes=50))
    address = f"/api/v1/chat/conversations/{chat.id}/transcript"
    refused = Client(headers=token_of(people.vera)).post(address, {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 590 <= int(refused["Retry-After"]) <= 600
    assert OutgoingMail.objects.count() == 3
    OutgoingMail.objects.filter(id=first.id).update(created_at=timezone.now() - timedelta(minutes=61))
    ask(people, "vera", chat)


def test_a_customer_who_changes_its_address_gets_no_more_mails_by_that(
    chat: Conversation, people: People
) -> None:
    for number in range(3):
        User.objects.filter(id=people.vera.user_id).update(email=f"victim-{number}@example.org")
        ask(people, "vera", chat)
    User.objects.filter(id=people.vera.user_id).update(email="victim-4@example.org")
    with pytest.raises(RateLimited, match="At most 3 mails an hour are sent for you"):
        ask(people, "vera", chat)


@pytest.mark.database
def test_an_address_gets_three_an_hour_whoever_asks_and_however_it_is_spelled(
    chat: Conversation, people: People
) -> None:
    ask(people, "vera", chat)
    ask(people, "ana", chat, "VERA@example.com")
    ask(people, "sam", chat, "vera@EXAMPLE.com")
    with pytest.raises(RateLimited, match="to this address"):
        ask(people, "sam", chat)
    assert ask(people, "sam", chat, "boss@example.org")


def test_an_agent_serves_many_customers_but_not_without_end(chat: Conversation, people: People) -> None:
    for number in range(MAILS_OF_AN_AGENT):
        ask(people, "ana", chat, f"customer-{number}@example.org")
    with pytest.raises(RateLimited):
        ask(people, "ana", chat, "one-more@example.org")


def test_another_organization_s_mails_count_for_nobody_else(chat: Conversation, people: People) -> None:
    elsewhere = chats.start(people.olaf)
    for _ in range(3):
        ask(people, "oskar", elsewhere, "vera@example.com")
    assert ask(people, "vera", chat)


@pytest.mark.database
def test_of_many_who_ask_at_once_three_are_served(chat: Conversation, people: People) -> None:
    results = together([partial(ask, people, "vera", chat)] * 6)
    assert sum(isinstance(result, OutgoingMail) for result in results) == 3
    assert sum(isinstance(result, RateLimited) for result in results) == 3
    assert OutgoingMail.objects.count() == 3


def test_the_mail_holds_the_chat_as_text_and_as_a_page_and_no_note(
    chat: Conversation, people: People, mail_directory
) -> None:
    User.objects.filter(id=people.vera.user_id).update(
        first_name="Vera\r\nBcc: everyone@example.com", last_name=SCRIPT
    )
    add_message(chat, people.vera, f"Hello {SCRIPT}")
    notes.add_note(people.ana, str(chat.id), "a rude customer")
    mail_id = ask(people, "vera", chat).id
    assert outgoing_mail.send_due() == 1
    [mail] = mails_in(mail_directory)
    assert mail["To"] == "vera@example.com"
    assert mail["From"] == "Helpdesk <helpdesk@localhost>"
    assert mail["Subject"] == "Your chat with Home"
    assert mail["Message-ID"] == f"<{mail_id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Bcc"] is None
    text = mail.get_body(("plain",)).get_content()
    page = mail.get_body(("html",)).get_content()
    assert f"Hello {SCRIPT}" in text
    assert "Hello &lt;script&gt;" in page
    assert "<script" not in page
    assert "rude" not in text + page


def test_an_organization_s_name_cannot_add_a_header(
    chat: Conversation, people: People, mail_directory
) -> None:
    chat.organization.name = "Home\r\nBcc: everyone@example.com"
    chat.organization.save()
    ask(people, "vera", chat)
    assert outgoing_mail.send_due() == 1
    [mail] = mails_in(mail_directory)
    assert mail["Subject"] == "Your chat with Home Bcc: everyone@example.com"
    assert mail["Bcc"] is None


@pytest.mark.database
def test_of_a_long_chat_the_end_is_mailed_and_what_is_missing_is_said(
    chat: Conversation, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "MAX_CHARACTERS", 3_000)
    for number in range(10):
        add_message(chat, people.vera, f"part {number} " + "x" * 700)
    mail = ask(people, "vera", chat)
    for content in (mail.text, mail.html):
        assert "part 7" in content
        assert "part 9" in content
        assert "part 6" not in content
        assert "he first 9 messages" in content


def test_a_mail_that_is_not_committed_is_not_sent(
    chat: Conversation, people: People, monkeypatch: pytest.MonkeyPatch, mail_directory
) -> None:
    def fail(**_: object) -> None:
        put(**_)
        raise DatabaseError

    put = outgoing_mail.put_in_transaction
    monkeypatch.setattr(outgoing_mail, "put_in_transaction", fail)
    with pytest.raises(DatabaseError):
        ask(people, "vera", chat)
    assert outgoing_mail.send_due() == 0
    assert mails_in(mail_directory) == []


def test_visitors_made_one_after_the_other_at_one_address_have_so_many_mails_and_the_team_has_more(
    chat: Conversation, people: People, settings: Any
) -> None:
    settings.TRANSCRIPT_MAILS_PER_HOUR = 1
    statuses = []
    for name, body in (("vera", {}), ("walt", {}), ("ana", {"email": "a@example.org"})):
        person = getattr(people, name)
        its_chat = chats.start(person) if name == "walt" else chat
        client = Client(headers=token_of(person), REMOTE_ADDR="203.0.113.7")
        address = f"/api/v1/chat/conversations/{its_chat.id}/transcript"
        statuses.append(client.post(address, body, content_type="application/json").status_code)
    assert statuses == [202, 429, 202]
    elsewhere = Client(headers=token_of(people.walt), REMOTE_ADDR="203.0.113.8")
    address = f"/api/v1/chat/conversations/{chats.start(people.walt).id}/transcript"
    assert elsewhere.post(address, {}, content_type="application/json").status_code == 202
