"""Who sends and sees files, and where transcripts go (SPEC §6)."""

from __future__ import annotations

from uuid import UUID

from accounts.tokens import Principal
from chat.access.conversations import check_may_read
from chat.access.lookup import no_such
from chat.errors import Forbidden, InvalidInput, NotAssigned
from chat.models import Conversation, Media


def sendable_media(principal: Principal, media: Media | None, conversation_id: UUID) -> Media:
    """A file is sent by its uploader, into one conversation. Raises `NotFound`."""
    if (
        media is None
        or media.organization_id != principal.organization_id
        or media.uploader_id != principal.user_id
        or media.conversation_id not in (None, conversation_id)
        # The file of a deleted message is removed after a while; its row stays.
        or not media.file
    ):
        raise no_such("media")
    return media


def viewable_media(principal: Principal, media_id: UUID) -> Media:
    """Find a file to look at: one's own until it is sent, then those of conversations that one may read.

    Raises `NotFound`, also for the file of a deleted message.
    """
    media = (
        Media.objects.select_related("conversation")
        .filter(id=media_id, organization_id=principal.organization_id)
        .exclude(file="")
        .first()
    )
    if media is None:
        raise no_such("media")
    if media.conversation is None:
        if media.uploader_id != principal.user_id:
            raise no_such("media")
        return media
    check_may_read(principal, media.conversation)
    if not media.messages.exists():
        raise no_such("media")
    return media


def transcript_address(principal: Principal, conversation: Conversation, email: str | None) -> str:
    """Say where this person may have a transcript mailed; without `email`, to the customer's address.

    A customer gets it at its own address alone, so that nobody makes us write to strangers. The agent who
    has the chat and admins may send it anywhere. Raises `NotFound`, `NotAssigned`, `Forbidden` for somebody
    else's address, and `InvalidInput` where there is none.
    """
    check_may_read(principal, conversation)
    owns = principal.is_customer or principal.is_admin or conversation.agent_id == principal.user_id
    if not owns:
        raise NotAssigned("Only the agent who has this chat, and admins, can mail its transcript.")
    own = conversation.customer.email
    if principal.is_customer and email is not None and email.lower() != own.lower():
        raise Forbidden("A transcript is mailed to your own e-mail address only, the one this chat knows.")
    # The address as it is known, not as it was spelled this time.
    to = own if principal.is_customer or email is None else email
    if not to:
        raise InvalidInput("There is no e-mail address to send it to: name one.", field="email")
    return to
