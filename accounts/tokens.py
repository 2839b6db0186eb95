"""Issue and read JWTs: the one place that turns a token into a principal (SPEC §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from accounts.principals import Principal, TokenRefused, active_principals, principal_of

__all__ = [
    "Principal",
    "TokenRefused",
    "issue_access_token",
    "issue_tokens",
    "principal_from_access_token",
    "principal_of",
    "principal_of_person",
    "principals_from_access_tokens",
    "refresh_tokens",
    "user_of_refresh_token",
]


def principal_from_access_token(token: Any) -> Principal:
    """Read an access token and look its person up.

    Raises `TokenRefused`: without a token, for one that is expired, forged, of another kind (a
    refresh token) or not a text, and for one whose person is gone or deactivated, or whose widget is.
    """
    [found] = principals_from_access_tokens([token])
    if isinstance(found, TokenRefused):
        raise found
    return found


def principals_from_access_tokens(tokens: Sequence[Any]) -> list[Principal | TokenRefused]:
    """As `principal_from_access_token`, of many with one query: for each its principal, or the refusal."""
    read = [_claims_of(token) for token in tokens]
    people = active_principals({claims.user_id for claims in read if isinstance(claims, _Claims)})
    found: list[Principal | TokenRefused] = []
    for claims in read:
        answer = people[claims.user_id] if isinstance(claims, _Claims) else claims
        if isinstance(answer, Principal) and isinstance(claims, _Claims):
            answer = replace(answer, token_expires_at=claims.expires_at)
        found.append(answer)
    return found


class _Claims(NamedTuple):
    """What a good access token says."""

    user_id: str
    expires_at: datetime


def _claims_of(token: Any) -> _Claims | TokenRefused:
    if token is None or token == "":
        return TokenRefused("token_missing", "An access token is needed.")
    if not isinstance(token, str):
        return TokenRefused("token_invalid", "The access token must be a text.")
    try:
        claims = AccessToken(token)  # type: ignore[arg-type]
    except ExpiredTokenError:
        return TokenRefused("token_expired", "The access token has expired: refresh it and try again.")
    except (TokenError, UnicodeError):
        return TokenRefused("token_invalid", "The access token is not valid.")
    return _Claims(str(claims.get("user_id")), datetime.fromtimestamp(claims["exp"], tz=UTC))


def principal_of_person(user_id: UUID | str) -> Principal:
    """Look up somebody whom something else that we have signed names.

    Raises `TokenRefused` as `principal_from_access_token` does: gone, deactivated, or the widget is off.
    """
    found = active_principals([str(user_id)])[str(user_id)]
    if isinstance(found, TokenRefused):
        raise found
    return found


def issue_access_token(user: User) -> tuple[str, datetime]:
    """Make an access token for a person and say when it ends."""
    token = AccessToken.for_user(user)
    return str(token), datetime.fromtimestamp(token["exp"], tz=UTC)


def issue_tokens(user: User) -> dict[str, str]:
    """Make the pair `{access, refresh}` for a person."""
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def refresh_tokens(token: str) -> dict[str, str]:
    """Exchange a refresh token for a new pair. Raises `TokenRefused` for one that opens nothing."""
    return issue_tokens(user_of_refresh_token(token))


def user_of_refresh_token(token: str) -> User:
    """Find whose refresh token this is. Raises `TokenRefused` for one that opens nothing."""
    try:
        claims = RefreshToken(token)  # type: ignore[arg-type]
    except ExpiredTokenError:
        raise TokenRefused("token_expired", "The refresh token has expired: sign in again.") from None
    except (TokenError, UnicodeError):
        raise TokenRefused("token_invalid", "The refresh token is not valid.") from None
    return _active_user(str(claims.get("user_id")))


def _active_user(user_id: str) -> User:
    principal = principal_of_person(user_id)
    user = User.objects.filter(id=principal.user_id).first()
    if user is None:
        raise TokenRefused("token_invalid", "The token belongs to nobody who may sign in.")
    return user
