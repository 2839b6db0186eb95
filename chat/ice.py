"""The STUN and TURN servers over which two browsers find each other (SPEC §10)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

from django.conf import settings


def servers(user_id: str, *, now: float | None = None) -> list[dict[str, Any]]:
    """List the servers as a browser's RTCPeerConnection takes them, with credentials for this person alone.

    `now` is in seconds since 1970. The credentials end by themselves after `TURN_SECONDS`; no TURN server is
    offered without `TURN_SECRET`, for a password that everybody reads on the page would be everybody's relay.
    """
    found: list[dict[str, Any]] = []
    if settings.ICE_STUN_URLS:
        found.append({"urls": settings.ICE_STUN_URLS})
    if settings.TURN_URLS and settings.TURN_SECRET:
        expires_at = int(time.time() if now is None else now) + settings.TURN_SECONDS
        found.append({"urls": settings.TURN_URLS, **turn_credentials(user_id, expires_at)})
    return found


def turn_credentials(user_id: str, expires_at: int) -> dict[str, str]:
    """Make a user name and password for coturn (its "TURN REST API", `use-auth-secret`).

    The name is `expiry:user`; the password is the HMAC-SHA1 of the name by the shared secret, in base64.
    """
    username = f"{expires_at}:{user_id}"
    digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), hashlib.sha1).digest()
    return {"username": username, "credential": base64.b64encode(digest).decode("ascii")}
