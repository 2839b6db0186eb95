"""Issue and read JWTs: the one place that turns a token into a principal (SPEC §2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import PEOPLE_ROLES, TEAM_ROLES, Role, User, origins_of


class TokenRefused(Exception):
    """A token that opens nothing; `code` is `token_missing`, `token_expired` or `token_invalid`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is acting, as the database says at this moment. Never made from a client's words."""

    user_id: UUID
    organization_id: UUID
    organization_slug: str
    role: str
    email: str
    first_name: str
    last_name: str
    widget_id: UUID | None = None
    widget_origins: frozenset[str] = frozenset()
    """The other sites whose pages may act for this person: those of its widget."""
    token_expires_at: datetime | None = None
    id_text: str = field(init=False, repr=False, compare=False)
    """`user_id` as events name people; asked for with every event and every receiver of one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id_text", str(self.user_id))

    @property
    def name(self) -> str:
        """What others see of this person; the same rule as `User.name`."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or "Visitor"

    @property
    def is_authenticated(self) -> bool:
        """True: Django REST framework asks this of a request's user."""
        return True

    @property
    def is_staff_member(self) -> bool:
        """Whether this is somebody who answers: an agent or an admin."""
        return self.role in TEAM_ROLES

    @property
    def is_customer(self) -> bool:
        """Whether this is somebody who asks."""
        return self.role == Role.CUSTOMER

    @property
    def is_admin(self) -> bool:
        """Whether this is an admin of the organization."""
        return self.role == Role.ADMIN


def principal_of(user: User, *, token_expires_at: datetime | None = None) -> Principal:
    """Describe a person from the database as a principal."""
    visitor = getattr(user, "visitor", None) if user.role == Role.CUSTOMER else None
    return Principal(
        user_id=user.id,
        organization_id=user.organization_id,
        organization_slug=user.organization.slug,
        role=user.role,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        widget_id=visitor.widget_id if visitor else None,
        widget_origins=origins_of(visitor.widget.allowed_origins) if visitor else frozenset(),
        token_expires_at=token_expires_at,
    )


def principal_from_access_token(token: Any) -> Principal:
    """Read an access token and look its person up.

    Raises `TokenRefused`: without a token, for one that is expired, forged, of another kind (a
    refresh token) or not a text, and for one whose person is gone or deactivated, or whose widget is.
    """
    if token is None or token == "":
        raise TokenRefused("token_missing", "An access token is needed.")
    if not isinstance(token, str):
        raise TokenRefused("token_invalid", "The access token must be a text.")
    try:
        claims = AccessToken(token)  # type: ignore[arg-type]
    except ExpiredTokenError:
        raise TokenRefused(
            "token_expired", "The access token has expired: refresh it and try again."
        ) from None
    except (TokenError, UnicodeError):
        raise TokenRefused("token_invalid", "The access token is not valid.") from None
    return principal_of(
        _active_user(claims.get("user_id")),
        token_expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC),
    )


def principal_of_person(user_id: UUID) -> Principal:
    """Look up somebody whom something else that we have signed names.

    Raises `TokenRefused` as `principal_from_access_token` does: gone, deactivated, or the widget is off.
    """
    return principal_of(_active_user(user_id))


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
    return _active_user(claims.get("user_id"))


def _active_user(user_id: Any) -> User:
    try:
        user = User.objects.select_related("organization", "visitor__widget").get(
            id=UUID(str(user_id)), is_active=True, role__in=PEOPLE_ROLES
        )
    except (User.DoesNotExist, ValueError):
        raise TokenRefused("token_invalid", "The token belongs to nobody who may sign in.") from None
    visitor = getattr(user, "visitor", None)
    if visitor is not None and not visitor.widget.is_active:
        raise TokenRefused("token_invalid", "The widget of this token is switched off.")
    return user
