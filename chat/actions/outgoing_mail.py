"""The outbox: mails are rows, written with what they tell about and sent afterwards, each once.

A sender claims a mail by a conditional update that makes it due again after a lease. Of many senders one
wins, and within a lease a mail is handed to the mail server at most once. A sender that dies after the
server took the mail and before it wrote that down leaves it to be sent again after the lease: losing a mail
would be worse. Its Message-ID stays the same, so that a receiver can drop the second one.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils import timezone

from chat.errors import InvalidInput
from chat.models import OutgoingMail
from chat.transcripts.cleaning import one_line

log = structlog.get_logger(__name__)

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 240, 480, 1440))
"""How long after each failed attempt comes the next."""
MAX_ATTEMPTS = len(WAITS) + 1
LEASE = timedelta(minutes=10)
"""Longer than one attempt can take: some ten steps of SMTP of `EMAIL_TIMEOUT` seconds each."""
KEEP_CONTENT = timedelta(days=7)
MAILS_A_TICK = 50
MAX_ADDRESS_CHARACTERS = 254

HEADERS = {
    # RFC 3834: no auto-responder answers, and none of ours would answer it.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}


def put_in_transaction(
    *,
    organization_id: UUID,
    kind: str,
    to: str,
    subject: str,
    text: str,
    html: str,
    conversation_id: UUID | None = None,
    asked_by_id: UUID | None = None,
    now: datetime,
) -> OutgoingMail:
    """Write a mail down, to be sent once the caller's transaction is committed.

    `subject` must hold nothing that a visitor wrote. Raises `InvalidInput` for an address that is none.
    """
    return OutgoingMail.objects.create(
        organization_id=organization_id,
        conversation_id=conversation_id,
        asked_by_id=asked_by_id,
        kind=kind,
        to=valid_address(to),
        subject=one_line(subject)[:200],
        text=text,
        html=html,
        created_at=now,
        due_at=now,
    )


def valid_address(address: str) -> str:
    """Return an e-mail address without the space around it. Raises `InvalidInput` for what is none.

    Quoted names and numeric hosts are refused too: nobody has them, and they reach where they should not.
    """
    address = address.strip()
    try:
        validate_email(address)
        if not address.isascii() or len(address) > MAX_ADDRESS_CHARACTERS or set(address) & set('"['):
            raise ValidationError("")
    except ValidationError:
        raise InvalidInput("This is not an e-mail address like ana@example.com.", field="email") from None
    return address


def send_due(clock: Callable[[], datetime] = timezone.now) -> int:
    """Send the mails that are due, at most `MAILS_A_TICK`; return how many were sent.

    Stops at the first mail for which the mail server could not be reached: the others wait for the next
    tick and have lost no attempt.
    """
    due = OutgoingMail.objects.filter(due_at__lte=clock()).order_by("due_at")
    sent = 0
    for mail_id, attempts in list(due.values_list("id", "attempts")[:MAILS_A_TICK]):
        mail = _claim(mail_id, attempts, now=clock())
        if mail is None:
            continue
        try:
            _message(mail).send()
        except Exception as error:
            _failed(mail, error, now=clock())
            if _is_out_of_reach(error):
                break
        else:
            # The attempt's number tells whether the lease is still ours.
            _claimed(mail).update(sent_at=clock(), due_at=None)
            sent += 1
    return sent


def _claim(mail_id: UUID, attempts: int, *, now: datetime) -> OutgoingMail | None:
    unclaimed = OutgoingMail.objects.filter(id=mail_id, attempts=attempts, due_at__lte=now)
    if attempts >= MAX_ATTEMPTS:
        unclaimed.update(due_at=None, last_error="Given up: the last attempt was never finished.")
        return None
    if not unclaimed.update(due_at=now + LEASE, attempts=attempts + 1, last_error=""):
        return None
    return OutgoingMail.objects.get(id=mail_id)


def _claimed(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(id=mail.id, attempts=mail.attempts, sent_at=None)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers={**HEADERS, "Message-ID": f"<{mail.id}@{domain}>"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _failed(mail: OutgoingMail, error: Exception, *, now: datetime) -> None:
    given_up = mail.attempts >= MAX_ATTEMPTS or _is_for_good(error)
    log.warning(
        "mail_failed",
        mail_id=str(mail.id),
        attempts=mail.attempts,
        given_up=given_up,
        error=type(error).__name__,
    )
    _claimed(mail).update(
        due_at=None if given_up else now + WAITS[mail.attempts - 1],
        last_error=one_line(f"{type(error).__name__}: {error}")[:200],
    )


def _is_for_good(error: Exception) -> bool:
    """Whether another attempt cannot end otherwise: the server refuses this mail (RFC 5321 §4.2.1, 5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)  # a header or an address that cannot be written


def _is_out_of_reach(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPConnectError)
    return isinstance(error, OSError)


def retry(mails: QuerySet[OutgoingMail], *, now: datetime) -> int:
    """Try mails again now that have failed, as if for the first time; return how many.

    One that is sent or just being sent stays as it is, and so does one whose content is gone.
    """
    failed = mails.filter(sent_at=None).exclude(last_error="").exclude(text="")
    return failed.update(due_at=now, attempts=0)


def forget_content(now: datetime) -> int:
    """Remove what old mails said, once sent or given up; that they were sent stays. Return how many."""
    over = OutgoingMail.objects.filter(due_at=None, created_at__lt=now - KEEP_CONTENT).exclude(text="")
    return over.update(text="", html="")
