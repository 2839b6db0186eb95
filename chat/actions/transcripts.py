"""Send a conversation's transcript by mail."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization
from accounts.tokens import Principal
from chat import access
from chat.actions import mail_limits, outgoing_mail
from chat.models import OutgoingMail
from chat.transcripts import page, text
from chat.transcripts.reading import first_that_fits, heading_of

KIND = "transcript"
MAX_CHARACTERS = 500_000
"""Of messages in one mail; of a longer conversation the end is sent."""


def mail_transcript(asker: Principal, conversation_id: str, email: str | None = None) -> OutgoingMail:
    """Write down a mail with the transcript; it is sent within seconds.

    A customer gets it at its own address, the agent who has the chat and admins send it anywhere. Raises
    `NotFound`, `Forbidden`, `NotAssigned`, `InvalidInput` for an address that is none, and `RateLimited`.
    """
    conversation = access.readable_conversation(asker, conversation_id)
    wanted = None if email is None else outgoing_mail.valid_address(email)
    to = outgoing_mail.valid_address(access.transcript_address(asker, conversation, wanted))
    mail_limits.check_limits(asker, KIND, to, now=timezone.now())
    heading = heading_of(conversation, left_out=first_that_fits(conversation, MAX_CHARACTERS))
    as_text, as_page = "".join(text.pieces(heading)), "".join(page.pieces(heading))
    with transaction.atomic():
        # Those who ask at once are counted one after the other.
        Organization.objects.select_for_update(no_key=True).get(id=asker.organization_id)
        now = timezone.now()
        mail_limits.check_limits(asker, KIND, to, now=now)
        return outgoing_mail.put_in_transaction(
            organization_id=asker.organization_id,
            conversation_id=conversation.id,
            asked_by_id=asker.user_id,
            kind=KIND,
            to=to,
            subject=f"Your chat with {heading.organization}",
            text=as_text,
            html=as_page,
            now=now,
        )
