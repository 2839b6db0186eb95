"""Who may act: people of the database as principals (SPEC §2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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


def active_principals(user_ids: Collection[str]) -> dict[str, Principal | TokenRefused]:
    """Look up whom tokens name, with one query: for each id its principal, or why its token opens nothing.

    A person is refused who is gone or deactivated, or whose widget is switched off.
    """
    rows = User.objects.filter(
        id__in=[uuid for user_id in user_ids if (uuid := _uuid(user_id))],
        is_active=True,
        role__in=PEOPLE_ROLES,
    ).values_list(
        "id",
        "organization_id",
        "organization__slug",
        "role",
        "email",
        "first_name",
        "last_name",
        "visitor__widget_id",
        "visitor__widget__allowed_origins",
        "visitor__widget__is_active",
    )
    found: dict[UUID | None, Principal | TokenRefused] = {}
    for user_id, organization_id, slug, role, email, first_name, last_name, widget_id, sites, is_on in rows:
        if is_on is False:
            found[user_id] = TokenRefused("token_invalid", "The widget of this token is switched off.")
            continue
        is_visitor = widget_id is not None and role == Role.CUSTOMER
        found[user_id] = Principal(
            user_id,
            organization_id,
            slug,
            role,
            email,
            first_name,
            last_name,
            widget_id if is_visitor else None,
            origins_of(sites) if is_visitor else frozenset(),
        )
    nobody = TokenRefused("token_invalid", "The token belongs to nobody who may sign in.")
    return {user_id: found.get(_uuid(user_id), nobody) for user_id in user_ids}


def _uuid(user_id: str) -> UUID | None:
    try:
        return UUID(user_id)
    except ValueError:
        return None
