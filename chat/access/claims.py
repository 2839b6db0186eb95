"""What a client says of itself, and where it calls from (SPEC §2, §7)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from accounts import origins
from accounts.models import User
from accounts.tokens import Principal
from chat.errors import Forbidden
from chat.payloads import ROLE_NAMES

CLAIMS = ("orgId", "userEmail", "role")


def check_claims(principal: Principal, said: Any) -> None:
    """Compare what a client says of itself with what the database says; believe nothing (SPEC §2).

    Looks at `orgId`, `userEmail` and `role` of a handshake or a body. Raises `Forbidden` for a
    claim that is not true.
    """
    # Almost nobody says any of this; then nothing has to be put together for every event.
    if not isinstance(said, Mapping) or said.keys().isdisjoint(CLAIMS):
        return
    true_claims = (
        {str(principal.organization_id), principal.organization_slug},
        {principal.email.lower()},
        {principal.role, ROLE_NAMES[principal.role].lower()},
    )
    for name, true_values in zip(CLAIMS, true_claims, strict=True):
        claimed = said.get(name)
        if claimed is not None and (
            not isinstance(claimed, str) or claimed.strip().lower() not in true_values
        ):
            raise Forbidden(f"The {name} is not that of the token.")


def check_origin(origin: str | None, host: str, widget_origins: Set[str] = frozenset()) -> None:
    """Let in what no page, one of ours or one of the widget's own sites asks for (SPEC §7).

    `origin` and `host` are the request's headers of these names. Raises `Forbidden` for any other page.
    """
    if not origins.is_trusted(origin, host) and not origins.is_listed(origin or "", widget_origins):
        raise Forbidden("This site may not use this widget. Its admin can add it to the allowed origins.")


def check_may_change_email(user: User) -> None:
    """Visitors change the e-mail address they claim, nobody the one that says who it is.

    `user` comes with its `visitor`. Raises `Forbidden`.
    """
    visitor = getattr(user, "visitor", None)
    if visitor is None:
        raise Forbidden("Your e-mail address is what you sign in with: ask an admin to change it.")
    if visitor.verified_identity and visitor.verified_identity == user.email.lower():
        raise Forbidden("Your e-mail address says who you are here: change it at the site you come from.")
