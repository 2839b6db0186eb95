"""What a chat program looks up before it shows anything (SPEC §6)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, widget_profile
from chat.api import shapes
from chat.api.answers import answer
from chat.api.base import View


class Config(View):
    @extend_schema(operation_id="get_config", responses={200: shapes.answer(shapes.Config)})
    def get(self, request: Request, config_id: str) -> Response:
        """How a widget of my organization chats; named by its id or its key."""
        widget = access.widget_of_organization(self.caller(), config_id)
        return answer("Config fetched successfully", widget_profile.config(widget))
