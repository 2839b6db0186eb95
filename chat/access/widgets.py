"""Which widgets somebody may name (SPEC §6)."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db.models import Q

from accounts.models import Widget
from accounts.tokens import Principal
from chat.access.lookup import no_such


def widget_of_organization(principal: Principal, id_or_key: str) -> Widget:
    """Find a widget that is switched on. Raises `NotFound`."""
    named = Q(key=id_or_key)
    with suppress(ValueError):
        named |= Q(id=UUID(id_or_key))
    found = Widget.objects.filter(named, organization_id=principal.organization_id, is_active=True).first()
    if found is None:
        raise no_such("config")
    return found
