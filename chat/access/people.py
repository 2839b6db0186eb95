"""Who somebody is, and whom it may name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import TEAM_ROLES, User
from accounts.tokens import Principal
from chat.access.lookup import no_such, parse_id
from chat.errors import Forbidden


def staff(principal: Principal) -> Principal:
    """Agents and admins only. Raises `Forbidden`."""
    if not principal.is_staff_member:
        raise Forbidden("Only agents can do that.")
    return principal


def customer(principal: Principal) -> Principal:
    """Customers only. Raises `Forbidden`."""
    if not principal.is_customer:
        raise Forbidden("Only customers can do that.")
    return principal


def team(principal: Principal) -> QuerySet[User]:
    """The agents and admins of the organization, to whom a chat can be given."""
    return User.objects.filter(organization_id=principal.organization_id, role__in=TEAM_ROLES, is_active=True)


def colleague(principal: Principal, id_or_email: str) -> User:
    """Find the agent or admin of the organization whom somebody names by id or e-mail address.

    Raises `NotFound`.
    """
    if "@" in id_or_email:
        return _one_of_the_team(principal, email__iexact=id_or_email.strip())
    return _one_of_the_team(principal, id=parse_id(id_or_email, "agent"))


def agent_to_assign(admin: Principal, agent_id: str) -> User:
    """Find the agent or admin of the organization to whom an admin gives a chat.

    Raises `Forbidden` for everyone but admins, and `NotFound`.
    """
    if not admin.is_admin:
        raise Forbidden("Only admins can do that.")
    return _one_of_the_team(admin, id=parse_id(agent_id, "agent"))


def _one_of_the_team(principal: Principal, **named: Any) -> User:
    found = team(principal).filter(**named).first()
    if found is None:
        raise no_such("agent")
    return found
