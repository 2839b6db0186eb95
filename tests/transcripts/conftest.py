"""What the tests of transcripts, mails and tickets share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from accounts.tokens import Principal, issue_access_token
from chat.models import Conversation, Media, Message, MessageType
from tests.support import chats
from tests.support.people import People, make_people, test_database, transactional_db
from tests.support.told import Told, told

__all__ = ["test_database", "told", "transactional_db"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def people(transactional_db: None, told: Told) -> People:
    """Everyone, in a database that other threads see."""
    return make_people()


@pytest.fixture
def chat(people: People) -> Conversation:
    """Vera's chat, which Ana has."""
    return chats.chat_of(people.vera, people.ana)


@pytest.fixture
def mail_directory(settings: Any, tmp_path: Path) -> Path:
    """Where mails become files, as in `./desk up`."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def mails_in(directory: Path) -> list[EmailMessage]:
    """The mails that have been sent to files."""
    files = sorted(directory.iterdir()) if directory.exists() else []
    return [
        message_from_bytes(part, policy=policy.default)
        for file in files
        for part in file.read_bytes().split(b"-" * 79 + b"\n")
        if part.strip()
    ]


def token_of(person: Principal) -> dict[str, str]:
    """The header that makes a request this person's."""
    return {"Authorization": f"Bearer {issue_access_token(User.objects.get(id=person.user_id))[0]}"}


def add_message(chat: Conversation, sender: Principal | None, text: str = "", **fields: Any) -> Message:
    """Put a message of any kind into a conversation, also one that nobody can send any more."""
    chat.refresh_from_db()
    chat.last_seq += 1
    chat.version += 1
    chat.save()
    return Message.objects.create(
        conversation=chat,
        seq=chat.last_seq,
        version=chat.version,
        created_version=chat.version,
        sender_id=sender.user_id if sender else None,
        text=text,
        **{"created_at": NOON + timedelta(seconds=chat.last_seq), **fields},
    )


def add_media(chat: Conversation, sender: Principal, name: str) -> Message:
    """Put an image into a conversation."""
    media = Media.objects.create(
        organization_id=chat.organization_id,
        uploader_id=sender.user_id,
        conversation=chat,
        type="image",
        format="image/png",
        name=name,
        size=12_345,
        file="media/secret-place.png",
        created_at=NOON,
    )
    return add_message(chat, sender, type=MessageType.IMAGE, media=media)
