"""Addresses of media: each opens one file to one person for a while, and nobody can make one up."""

from __future__ import annotations

import base64
import binascii
import struct
import time
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

FILE = "file"
THUMBNAIL = "thumbnail"

_CONTENT = struct.Struct(">16s16sI")
# Not the signer's usual colon, which some clients escape in a path.
_signer = Signer(salt="chat.media.links", sep=".")


@dataclass(frozen=True, slots=True)
class Link:
    """What a token opens, to whom, and until when (seconds since 1970)."""

    media_id: UUID
    viewer_id: UUID
    expires_at: int


def url(media_id: str, viewer_id: str, *, thumbnail: bool = False) -> str:
    """Write the absolute address at which one person finds a file (SPEC §6: signed, expiring, private).

    It is good for `MEDIA_URL_SECONDS` at most and half of that at least: within each half the same address
    is given out again, so that browsers find the file in their cache.
    """
    token = _signer.sign(_encode(Link(UUID(media_id), UUID(viewer_id), _expiry(time.time()))))
    return f"{settings.PUBLIC_URL}/media/{token}/{THUMBNAIL if thumbnail else FILE}"


def read(token: str, *, now: float) -> Link | None:
    """Read the token of an address; None for one that is forged, damaged or over at `now`."""
    try:
        content = base64.urlsafe_b64decode(_signer.unsign(token).encode("ascii"))
        media_id, viewer_id, expires_at = _CONTENT.unpack(content)
    except (BadSignature, UnicodeError, binascii.Error, struct.error):
        return None
    if now >= expires_at:
        return None
    return Link(UUID(bytes=media_id), UUID(bytes=viewer_id), expires_at)


def _encode(link: Link) -> str:
    content = _CONTENT.pack(link.media_id.bytes, link.viewer_id.bytes, link.expires_at)
    return base64.urlsafe_b64encode(content).decode("ascii")


def _expiry(now: float) -> int:
    half = max(1, settings.MEDIA_URL_SECONDS // 2)
    return int(now) // half * half + 2 * half
