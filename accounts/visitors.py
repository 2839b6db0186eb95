"""Make visitors of a widget, and find those whom the company's own server vouches for (SPEC §7)."""

from __future__ import annotations

import hashlib
import hmac

from django.db import IntegrityError, transaction

from accounts.ids import new_id
from accounts.models import Role, User, Visitor, Widget


def is_signed(widget: Widget, identity: str, user_hash: str) -> bool:
    """Whether this hash is the HMAC-SHA256 of the identity by the widget's secret, in hexadecimal digits."""
    expected = hmac.new(widget.identity_secret.encode(), identity.encode(), hashlib.sha256).hexdigest()
    # In constant time: an answer that comes later for a better guess would tell the hash digit by digit.
    return hmac.compare_digest(expected.encode(), user_hash.strip().lower().encode())


@transaction.atomic
def create_visitor(*, widget: Widget, name: str = "", email: str = "", verified_identity: str = "") -> User:
    """Create the customer behind a new visitor of `widget`; name and e-mail are claims, nothing more.

    Raises `IntegrityError` where the widget has somebody of this verified identity.
    """
    first_name, last_name = split_name(name)
    user = User(
        organization_id=widget.organization_id,
        role=Role.CUSTOMER,
        username=f"visitor-{new_id().hex}",
        email=email.strip(),
        first_name=first_name,
        last_name=last_name,
    )
    user.set_unusable_password()
    user.save()
    Visitor.objects.create(user=user, widget=widget, verified_identity=verified_identity)
    return user


def verified_visitor(*, widget: Widget, identity: str, name: str = "", email: str = "") -> tuple[User, bool]:
    """Return the one customer of a widget with this identity, and whether it is new.

    However many ask at once, there is one. Call it only for an identity that `is_signed`.
    """
    if (found := _find(widget, identity)) is not None:
        return found, False
    try:
        return create_visitor(widget=widget, name=name, email=email, verified_identity=identity), True
    except IntegrityError:
        found = _find(widget, identity)
        if found is None:
            raise
        return found, False


def split_name(name: str) -> tuple[str, str]:
    """Take a full name apart: the first word, and the rest."""
    first_name, _, last_name = name.strip().partition(" ")
    return first_name[:80], last_name.strip()[:80]


def _find(widget: Widget, identity: str) -> User | None:
    return User.objects.filter(visitor__widget=widget, visitor__verified_identity=identity).first()
