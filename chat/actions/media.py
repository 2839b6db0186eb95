"""Take in the files that people send, and remove those that nobody needs any more."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.ids import new_id
from accounts.tokens import Principal
from chat.errors import InvalidInput, RateLimited, TooLarge, Unavailable
from chat.media import names, store
from chat.media.checking import Checked, check
from chat.media.formats import MAX_FILE_BYTES, MAX_FILES, TYPES
from chat.models import Media, Message, MessageRevision

log = structlog.get_logger(__name__)

KEPT = timedelta(hours=24)
"""How long a file stays that was not sent, or whose message was deleted."""
MAX_UNSENT = 100
REMOVED_AT_ONCE = 500


class Upload(Protocol):
    """A file as it came in: on disk, under a name of ours."""

    name: str | None
    size: int | None

    def temporary_file_path(self) -> str: ...


def receive(uploader: Principal, kind: str, uploads: Sequence[Upload]) -> list[Media]:
    """Check files and keep all of them or none, for their uploader to send (SPEC §6 `POST media`).

    Whatever fails on the way, neither a row nor a file stays behind: a row is committed before its file is
    written, so that a process killed in between leaves a row that `remove_unsent` finds.

    Raises:
        InvalidInput: not 1 to 5 files, no such type, an empty file.
        TooLarge: more than 10 MB, or too many pixels.
        NotWhatItSays: content, type and name do not fit together, or a format that is not taken.
        RateLimited: too many files that this person has not sent yet.
        Unavailable: the storage or the database is, or there is too much to check just now.
    """
    _check_request(uploader, kind, uploads)
    with tempfile.TemporaryDirectory(prefix="media-") as workplace:
        found = [_check(upload, kind, Path(workplace), number) for number, upload in enumerate(uploads)]
        drafts = [_draft(uploader, name, checked) for name, checked in found]
        try:
            rows = Media.objects.bulk_create(drafts)
        except DatabaseError as error:
            raise Unavailable("The file was not stored. Please try again.") from error
        try:
            for row, (_, checked) in zip(rows, found, strict=True):
                store.keep(row.file, checked.file)
                if checked.thumbnail:
                    store.keep(row.thumbnail, checked.thumbnail)
        except BaseException as error:
            _discard(rows)
            if isinstance(error, OSError):
                raise Unavailable("The file was not stored. Please try again.") from error
            raise
    return rows


def _check_request(uploader: Principal, kind: str, uploads: Sequence[Upload]) -> None:
    if kind not in TYPES:
        raise InvalidInput("The type must be image, audio or video.", field="type")
    if not 1 <= len(uploads) <= MAX_FILES:
        raise InvalidInput(f"Send 1 to {MAX_FILES} files, each as the field media.", field="media")
    unsent = Media.objects.filter(uploader_id=uploader.user_id, conversation=None).count()
    if unsent + len(uploads) > MAX_UNSENT:
        raise RateLimited(
            f"You have {unsent} files that you did not send; at most {MAX_UNSENT} are kept, for a day.",
            retry_after_seconds=3600,
        )


def _check(upload: Upload, kind: str, workplace: Path, number: int) -> tuple[str, Checked]:
    said = upload.name or ""
    shown = names.visible(said) or f"File {number + 1}"
    if not upload.size:
        raise InvalidInput(f"{shown} is empty.", field="media")
    if upload.size > MAX_FILE_BYTES:
        raise TooLarge(f"{shown} has more than {MAX_FILE_BYTES:,} bytes.", field="media")
    directory = workplace / str(number)
    directory.mkdir()
    checked = check(Path(upload.temporary_file_path()), shown, kind, directory)
    return names.safe_name(said, checked.format), checked


def _draft(uploader: Principal, name: str, checked: Checked) -> Media:
    return Media(
        id=new_id(),
        organization_id=uploader.organization_id,
        uploader_id=uploader.user_id,
        type=checked.format.type,
        format=checked.format.media_type,
        name=name,
        size=checked.file.stat().st_size,
        width=checked.width,
        height=checked.height,
        file=store.new_name(checked.format.extensions[0]),
        thumbnail=store.new_name(".webp") if checked.thumbnail else "",
        created_at=timezone.now(),
    )


def _discard(rows: Sequence[Media]) -> None:
    """Undo as much as can be undone; a row that stays is found by `remove_unsent`, and its file with it."""
    try:
        for row in rows:
            store.remove((row.file, row.thumbnail))
        Media.objects.filter(id__in=[row.id for row in rows]).delete()
    except (OSError, DatabaseError) as error:
        log.warning("media_not_discarded", files=len(rows), error=type(error).__name__)


def remove_unsent(now: datetime) -> int:
    """Remove what was uploaded a day ago and never sent; return how many files that were."""
    old = Media.objects.filter(conversation=None, created_at__lt=now - KEPT).order_by("created_at")
    ids = list(old.values_list("id", flat=True)[:REMOVED_AT_ONCE])
    removed = 0
    for media_id in ids:
        with transaction.atomic():
            # Locked until it is gone, so that it is not sent meanwhile. Files go first: who stops here
            # leaves a row, and the next round does it again.
            media = Media.objects.select_for_update().filter(id=media_id, conversation=None).first()
            if media is not None:
                store.remove((media.file, media.thumbnail))
                media.delete()
                removed += 1
    return removed


def remove_deleted(now: datetime) -> int:
    """Remove files whose message was deleted a day ago; return how many files that were.

    The row stays, without its file: the audit trail says what it was.
    """
    revisions = MessageRevision.objects.filter(
        kind=MessageRevision.Kind.DELETED, created_at__lt=now - KEPT, media__file__gt=""
    )
    ids = list(revisions.values_list("media_id", flat=True).distinct()[:REMOVED_AT_ONCE])
    removed = 0
    for media_id in ids:
        with transaction.atomic():
            media = Media.objects.select_for_update().get(id=media_id)
            # It may have been sent twice in its conversation.
            if not Message.objects.filter(media=media).exists():
                store.remove((media.file, media.thumbnail))
                media.file = media.thumbnail = ""
                media.save(update_fields=["file", "thumbnail"])
                removed += 1
    return removed
