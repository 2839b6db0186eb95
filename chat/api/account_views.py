"""Tokens, and what a widget asks before anybody is known (SPEC §2, §7)."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.models import User, Widget
from accounts.visitors import create_visitor
from chat import access
from chat.api import serializers
from chat.api.answers import answer
from chat.api.views import View
from chat.errors import NotAuthenticated
from queueing.models import Queue


class PublicView(View):
    """An endpoint that needs no token; one that is sent is not looked at."""

    authentication_classes = ()
    permission_classes = ()


class TokenView(PublicView):
    @extend_schema(request=serializers.Credentials, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Sign in with e-mail address and password: `{access, refresh}`."""
        body = self.body(serializers.Credentials)
        credentials = {"username": body["email"].strip().lower(), "password": body["password"]}
        user = authenticate(request._request, **credentials)
        if not AxesProxyHandler.is_allowed(request._request, {"username": credentials["username"]}):
            raise Throttled(detail="Too many failed attempts to sign in. Please wait and try again.")
        if not isinstance(user, User):
            raise NotAuthenticated("token_invalid", "The e-mail address or the password is wrong.")
        return Response(tokens.issue_tokens(user))


class RefreshView(PublicView):
    @extend_schema(request=serializers.Refresh, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair: `{access, refresh}`."""
        try:
            return Response(tokens.refresh_tokens(self.body(serializers.Refresh)["refresh"]))
        except tokens.TokenRefused as refused:
            raise NotAuthenticated(refused.code, str(refused)) from None


def active_widget(key: str) -> Widget:
    """Find a widget by its key. Raises `NotFound`."""
    widget = Widget.objects.select_related("organization").filter(key=key, is_active=True).first()
    if widget is None:
        raise access.no_such("widget")
    return widget


class WidgetProfile(PublicView):
    @extend_schema(responses={200: dict})
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
    @extend_schema(request=serializers.VisitorToken, responses={200: dict})
    def post(self, request: Request, key: str) -> Response:
        """Make a new visitor and its tokens: `{access, refresh, visitor}`."""
        body = self.body(serializers.VisitorToken)
        visitor = create_visitor(
            widget=active_widget(key), name=body.get("name", ""), email=body.get("email", "")
        )
        about = {"_id": str(visitor.id), "name": visitor.name, "email": visitor.email}
        return Response({**tokens.issue_tokens(visitor), "visitor": about})


class Nowhere(PublicView):
    """Every address below the API's that leads nowhere, so that a client gets the envelope and not a page."""

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse whatever is asked for. Raises `NotFound`."""
        raise access.no_such("endpoint")
