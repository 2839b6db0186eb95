"""Organizations, the people in them, and the widgets their visitors come from."""

from accounts.models.organization import Organization
from accounts.models.user import PEOPLE_ROLES, TEAM_ROLES, Role, User
from accounts.models.visitor import Visitor
from accounts.models.widget import Widget, origins_of

__all__ = [
    "PEOPLE_ROLES",
    "TEAM_ROLES",
    "Organization",
    "Role",
    "User",
    "Visitor",
    "Widget",
    "origins_of",
]
