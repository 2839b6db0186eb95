"""Session ids that say which process holds the session, signed so that nobody can make one up."""

from __future__ import annotations

import secrets

from django.core.signing import BadSignature, Signer

PROCESS_NAME_BYTES = 9
RANDOM_BYTES = 18


def new_process_name() -> str:
    """Return a name under which the other processes find this one, and which no other has ever had."""
    return secrets.token_urlsafe(PROCESS_NAME_BYTES)


def new_session_id(process: str, purpose: str = "sid") -> str:
    """Return `<process>.<random>.<signature>`; it is a secret between the client and us."""
    return _signer(purpose).sign(f"{process}.{secrets.token_urlsafe(RANDOM_BYTES)}")


def process_of(session_id: object, purpose: str = "sid") -> str | None:
    """Return the process that gave out this id; None for what is no id of ours."""
    if not isinstance(session_id, str):
        return None
    try:
        return _signer(purpose).unsign(session_id).partition(".")[0]
    except BadSignature:
        return None


def _signer(purpose: str) -> Signer:
    return Signer(sep=".", salt=f"chat.consumers.{purpose}")
