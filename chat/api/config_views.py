"""What a chat program looks up before it shows anything (SPEC §6)."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Widget
from accounts.tokens import Principal
from chat import access, widget_profile
from chat.api import shapes
from chat.api.answers import answer
from chat.api.base import View


class Config(View):
    @extend_schema(operation_id="get_config", responses={200: shapes.answer(shapes.Config)})
    def get(self, request: Request, config_id: str) -> Response:
        """How a widget of my organization chats; named by its id or its key."""
        widget = _widget_of(self.caller(), config_id)
        return answer("Config fetched successfully", widget_profile.config(widget))


def _widget_of(caller: Principal, config_id: str) -> Widget:
    named = Q(key=config_id)
    with suppress(ValueError):
        named |= Q(id=UUID(config_id))
    widget = Widget.objects.filter(named, organization_id=caller.organization_id, is_active=True).first()
    if widget is None:
        raise access.no_such("config")
    return widget
