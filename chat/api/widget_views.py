"""What a widget asks before anybody is known (SPEC §7)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.models import Widget, origins_of
from accounts.models.widget import Asks
from chat import access, widget_profile
from chat.actions import visitors
from chat.api import serializers, shapes, throttles
from chat.api.answers import answer
from chat.api.base import PublicView
from chat.api.cors import check_page


def active_widget(key: str) -> Widget:
    """Find a widget by its key. Raises `NotFound`."""
    widget = Widget.objects.select_related("organization").filter(key=key, is_active=True).first()
    if widget is None:
        raise access.no_such("widget")
    return widget


class WidgetView(PublicView):
    """An endpoint of one widget: for its own pages, and not too often."""

    throttle_classes: tuple[type[throttles.Limit], ...] = (throttles.WidgetRequests,)
    widget: Widget

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the widget. Raises `RateLimited`, `NotFound`, and `Forbidden` for a page of another site."""
        super().initial(request, *args, **kwargs)
        self.widget = active_widget(kwargs["key"])
        check_page(request._request, origins_of(self.widget.allowed_origins))


class WidgetProfile(WidgetView):
    @extend_schema(
        operation_id="get_widget_profile",
        responses={200: shapes.answer(shapes.WidgetProfile), **shapes.refusals(403)},
    )
    def get(self, request: Request, key: str) -> Response:
        """How the widget looks and greets, what it asks for, and the queues one can wait in."""
        return answer("Profile fetched successfully", widget_profile.profile(self.widget))


class WidgetToken(WidgetView):
    throttle_classes = (throttles.WidgetRequests, throttles.WidgetTokens)

    @extend_schema(
        operation_id="issue_visitor_token",
        request=serializers.VisitorToken,
        responses={200: shapes.VisitorTokens, **shapes.refusals(403)},
    )
    def post(self, request: Request, key: str) -> Response:
        """Give a visitor its tokens: a new one, or the one whose identity is signed by `userHash`."""
        body = self.body(serializers.VisitorToken)
        said = {field: (body.get(field) or "") for field in ("name", "email", "userId", "userHash")}
        if not said["userHash"]:  # whoever is signed is known to the company already
            self._check_answers(said)
        visitor = visitors.admit_visitor(
            self.widget,
            name=said["name"],
            email=said["email"],
            user_id=said["userId"],
            user_hash=said["userHash"],
        )
        about = {"_id": str(visitor.id), "name": visitor.name, "email": visitor.email}
        return Response({**tokens.issue_tokens(visitor), "visitor": about})

    def _check_answers(self, said: dict[str, str]) -> None:
        missing = {
            field: ["This widget asks for it before a chat."]
            for field, asks in widget_profile.asked_fields(self.widget).items()
            if asks == Asks.REQUIRED and not said[field]
        }
        if missing:
            raise ValidationError(missing)
