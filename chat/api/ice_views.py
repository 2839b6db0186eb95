"""Which servers a call may go through (SPEC §10)."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import ice
from chat.api import shapes
from chat.api.answers import answer
from chat.api.base import View


class IceServers(View):
    @extend_schema(operation_id="list_ice_servers", responses={200: shapes.answer(shapes.IceServers)})
    def get(self, request: Request) -> Response:
        """STUN and TURN servers; the credentials are mine alone and end soon."""
        found = {"iceServers": ice.servers(self.viewer()), "ttlSeconds": settings.TURN_SECONDS}
        return answer("ICE servers fetched successfully", found)
