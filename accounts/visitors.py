"""Make visitors of a widget."""

from django.db import transaction

from accounts.ids import new_id
from accounts.models import Role, User, Visitor, Widget


@transaction.atomic
def create_visitor(*, widget: Widget, name: str = "", email: str = "") -> User:
    """Create the customer behind a new visitor of `widget`; name and e-mail are claims, nothing more."""
    first_name, _, last_name = name.strip().partition(" ")
    user = User(
        organization_id=widget.organization_id,
        role=Role.CUSTOMER,
        username=f"visitor-{new_id().hex}",
        email=email.strip(),
        first_name=first_name[:80],
        last_name=last_name.strip()[:80],
    )
    user.set_unusable_password()
    user.save()
    Visitor.objects.create(user=user, widget=widget)
    return user
