"""Tokens (SPEC §2)."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.models import User
from chat import access
from chat.api import serializers, shapes, throttles
from chat.api.base import PublicView
from chat.api.cors import check_page
from chat.errors import NotAuthenticated, RateLimited

TOO_MANY_FAILURES = "Too many failed attempts to sign in. Please wait and try again."


class TokenView(PublicView):
    throttle_classes = (throttles.SignIns,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let nobody sign in on a page of another site. Raises `Forbidden`."""
        check_page(request._request, frozenset())
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="sign_in",
        request=serializers.Credentials,
        responses={200: shapes.Tokens, **shapes.refusals(401, 403, 429)},
    )
    def post(self, request: Request) -> Response:
        """Sign in with e-mail address and password: `{access, refresh}`."""
        body = self.body(serializers.Credentials)
        credentials = {"username": body["email"].strip().lower(), "password": body["password"]}
        user = authenticate(request._request, **credentials)
        if not AxesProxyHandler.is_allowed(request._request, {"username": credentials["username"]}):
            raise RateLimited(
                TOO_MANY_FAILURES, retry_after_seconds=int(settings.AXES_COOLOFF_TIME.total_seconds())
            )
        if not isinstance(user, User):
            raise NotAuthenticated("token_invalid", "The e-mail address or the password is wrong.")
        return Response(tokens.issue_tokens(user))


class RefreshView(PublicView):
    @extend_schema(
        operation_id="refresh_tokens",
        request=serializers.Refresh,
        responses={200: shapes.Tokens, **shapes.refusals(401, 403)},
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair: `{access, refresh}`."""
        try:
            user = tokens.user_of_refresh_token(self.body(serializers.Refresh)["refresh"])
        except tokens.TokenRefused as refused:
            raise NotAuthenticated(refused.code, str(refused)) from None
        check_page(request._request, tokens.principal_of(user).widget_origins)
        return Response(tokens.issue_tokens(user))


class Nowhere(PublicView):
    """Every address below the API's that leads nowhere, so that a client gets the envelope and not a page."""

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse whatever is asked for. Raises `NotFound`."""
        raise access.no_such("endpoint")
