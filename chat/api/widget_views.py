"""What a widget asks before anybody is known (SPEC §7)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.models import Widget
from accounts.visitors import create_visitor
from chat import access
from chat.api import serializers, shapes
from chat.api.answers import answer
from chat.api.base import PublicView
from queueing.models import Queue


def active_widget(key: str) -> Widget:
    """Find a widget by its key. Raises `NotFound`."""
    widget = Widget.objects.select_related("organization").filter(key=key, is_active=True).first()
    if widget is None:
        raise access.no_such("widget")
    return widget


class WidgetProfile(PublicView):
    @extend_schema(operation_id="get_widget_profile", responses={200: shapes.answer(shapes.WidgetProfile)})
    def get(self, request: Request, key: str) -> Response:
        """How the widget looks and greets, and the queues one can wait in."""
        widget = active_widget(key)
        queues = Queue.objects.filter(organization_id=widget.organization_id)
        return answer(
            "Profile fetched successfully",
            {
                "name": widget.name,
                "color": widget.color,
                "greeting": widget.greeting,
                "queues": [{"_id": str(queue.id), "name": queue.name} for queue in queues],
            },
        )


class WidgetToken(PublicView):
    @extend_schema(
        operation_id="issue_visitor_token",
        request=serializers.VisitorToken,
        responses={200: shapes.VisitorTokens},
    )
    def post(self, request: Request, key: str) -> Response:
        """Make a new visitor and its tokens: `{access, refresh, visitor}`."""
        body = self.body(serializers.VisitorToken)
        visitor = create_visitor(
            widget=active_widget(key), name=body.get("name", ""), email=body.get("email", "")
        )
        about = {"_id": str(visitor.id), "name": visitor.name, "email": visitor.email}
        return Response({**tokens.issue_tokens(visitor), "visitor": about})
