"""The outbox: each mail is sent once, over a real mail server, whatever fails and whoever sends."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail as django_mail

from chat import tasks
from chat.actions import outgoing_mail
from chat.actions.outgoing_mail import KEEP_CONTENT, LEASE, MAX_ATTEMPTS, WAITS
from chat.models import OutgoingMail
from tests.support.people import People
from tests.support.smtp_server import SMTPServer
from tests.support.together import together
from tests.transcripts.conftest import NOON

pytestmark = pytest.mark.database

SECOND = timedelta(seconds=1)


@pytest.fixture
def server(settings: Any) -> Iterator[SMTPServer]:
    """A mail server that runs, and is the one that mails go to."""
    server = SMTPServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    server.start()
    yield server
    server.stop()


def put(people: People, to: str = "vera@example.com", **fields: Any) -> OutgoingMail:
    written = {"kind": "transcript", "subject": "Your chat", "text": "Hello ✓", "html": "<p>Hello ✓</p>"}
    return outgoing_mail.put_in_transaction(
        organization_id=people.vera.organization_id, to=to, now=NOON, **{**written, **fields}
    )


def send_at(now: datetime) -> int:
    return outgoing_mail.send_due(lambda: now)


def test_a_mail_is_sent_once(people: People, server: SMTPServer) -> None:
    mail = put(people)
    assert send_at(NOON - SECOND) == 0
    assert [send_at(NOON + number * timedelta(days=1)) for number in range(3)] == [1, 0, 0]
    [received] = server.mails
    assert server.recipients == [["vera@example.com"]]
    assert received["Message-ID"] == f"<{mail.id}@localhost>"
    assert received.get_body(("plain",)).get_content().strip() == "Hello ✓"
    mail.refresh_from_db()
    assert (mail.sent_at, mail.due_at, mail.attempts, mail.last_error) == (NOON, None, 1, "")


def test_a_mail_waits_while_the_server_is_down_and_is_sent_once_when_it_is_back(
    people: People, server: SMTPServer
) -> None:
    mail = put(people)
    server.stop()
    assert send_at(NOON) == 0
    mail.refresh_from_db()
    assert (mail.due_at, mail.attempts) == (NOON + timedelta(minutes=1), 1)
    assert mail.last_error.startswith("ConnectionRefusedError")
    server.start()
    assert send_at(NOON + timedelta(seconds=59)) == 0
    assert send_at(NOON + timedelta(seconds=60)) == 1
    assert send_at(NOON + timedelta(days=2)) == 0
    assert len(server.mails) == 1


def test_a_server_that_is_down_costs_only_the_first_mail_an_attempt(
    people: People, server: SMTPServer
) -> None:
    for _ in range(3):
        put(people)
    server.stop()
    assert send_at(NOON) == 0
    assert sorted(OutgoingMail.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    server.start()
    assert send_at(NOON + timedelta(minutes=1)) == 3


def test_waits_grow_until_the_mail_is_given_up_and_an_admin_tries_again(
    people: People, server: SMTPServer
) -> None:
    mail = put(people)
    now = NOON
    for wait in WAITS:
        server.answers = ["451 4.3.0 come back later"]
        assert send_at(now) == 0
        mail.refresh_from_db()
        assert mail.due_at == now + wait
        now = mail.due_at
    server.answers = ["451 4.3.0 come back later"]
    send_at(now)
    mail.refresh_from_db()
    assert (mail.due_at, mail.sent_at, mail.attempts) == (None, None, MAX_ATTEMPTS)
    assert "come back later" in mail.last_error
    assert send_at(now + timedelta(days=30)) == 0
    assert list(WAITS) == sorted(WAITS)
    assert outgoing_mail.retry(OutgoingMail.objects.all(), now=now) == 1
    assert send_at(now) == 1
    assert outgoing_mail.retry(OutgoingMail.objects.all(), now=now) == 0
    assert len(server.mails) == 1


def test_a_mail_that_the_server_refuses_for_good_is_given_up_at_once_and_hinders_no_other(
    people: People, server: SMTPServer
) -> None:
    refused = put(people, to="refused@example.com")
    put(people)
    server.answers = ["554 5.7.1 we do not take this"]
    assert send_at(NOON) == 1
    refused.refresh_from_db()
    assert (refused.due_at, refused.sent_at, refused.attempts) == (None, None, 1)
    assert "we do not take this" in refused.last_error
    assert server.recipients == [["vera@example.com"]]


def test_of_several_senders_at_once_each_mail_is_sent_by_one(people: People, server: SMTPServer) -> None:
    for number in range(12):
        put(people, to=f"person-{number}@example.com")
    sent = together([partial(send_at, NOON)] * 3)
    assert sum(sent) == 12
    assert sorted(to for [to] in server.recipients) == sorted(f"person-{n}@example.com" for n in range(12))


def test_a_mail_whose_sender_died_is_sent_after_its_lease_under_the_same_id(
    people: People, server: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(people)

    class Killed(BaseException):
        pass

    def send_and_die(message: django_mail.EmailMessage) -> int:
        sent(message)
        raise Killed

    sent = django_mail.EmailMultiAlternatives.send
    with monkeypatch.context() as patched:
        patched.setattr(django_mail.EmailMultiAlternatives, "send", send_and_die)
        with pytest.raises(Killed):
            send_at(NOON)
    assert send_at(NOON + LEASE - SECOND) == 0
    assert send_at(NOON + LEASE) == 1
    assert send_at(NOON + 100 * LEASE) == 0
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_that_kills_every_sender_is_given_up_in_the_end(people: People, server: SMTPServer) -> None:
    mail = put(people)
    OutgoingMail.objects.update(attempts=MAX_ATTEMPTS)
    assert send_at(NOON) == 0
    mail.refresh_from_db()
    assert (mail.due_at, mail.sent_at) == (None, None)
    assert mail.last_error.startswith("Given up")
    assert server.mails == []


def test_a_mail_that_is_just_being_sent_is_not_tried_again_beside_that(
    people: People, server: SMTPServer
) -> None:
    mail = put(people)
    assert outgoing_mail._claim(mail.id, 0, now=NOON)
    assert outgoing_mail.retry(OutgoingMail.objects.all(), now=NOON) == 0
    assert send_at(NOON + SECOND) == 0


def test_a_subject_is_one_line(people: People) -> None:
    mail = put(people, subject="Your chat\r\nBcc: everyone@example.com")
    assert mail.subject == "Your chat Bcc: everyone@example.com"


def test_a_header_that_cannot_be_written_is_given_up(
    people: People, server: SMTPServer, settings: Any
) -> None:
    mail = put(people)
    OutgoingMail.objects.update(subject="Hello\r\nBcc: everyone@example.com")
    assert send_at(NOON) == 0
    mail.refresh_from_db()
    assert mail.due_at is None
    assert mail.last_error.startswith("BadHeaderError")
    assert server.mails == []


def test_what_a_mail_said_is_forgotten_once_it_is_old_and_sent(people: People, server: SMTPServer) -> None:
    put(people)
    send_at(NOON)
    waiting = put(people)
    assert outgoing_mail.forget_content(NOON + KEEP_CONTENT) == 0
    assert outgoing_mail.forget_content(NOON + KEEP_CONTENT + SECOND) == 1
    sent = OutgoingMail.objects.exclude(id=waiting.id).get()
    assert (sent.text, sent.html, sent.to, sent.subject) == ("", "", "vera@example.com", "Your chat")
    waiting.refresh_from_db()
    assert waiting.text


def test_one_process_sends_with_one_thread_so_that_a_slow_server_stops_nothing_else(
    people: People, server: SMTPServer
) -> None:
    put(people)
    with tasks._sending:
        assert tasks.send_mails() == 0
    assert server.mails == []
    assert tasks.send_mails() == 1
    assert len(server.mails) == 1


def test_logs_name_neither_the_address_nor_what_the_server_said(
    people: People, server: SMTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    put(people)
    server.answers = ["451 4.3.0 vera@example.com come back later"]
    send_at(NOON)
    [record] = [record for record in caplog.records if record.name == outgoing_mail.__name__]
    assert "SMTPDataError" in str(record.msg)
    assert "vera@example.com" not in str(record.msg)
