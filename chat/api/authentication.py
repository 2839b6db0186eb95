"""Who calls: the bearer token of the request, read by `accounts.tokens`."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.tokens import Principal, TokenRefused, principal_from_access_token
from chat.api.cors import check_page
from chat.errors import NotAuthenticated


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>` (SPEC §2); a token in the URL is not looked at."""

    def authenticate(self, request: Request) -> tuple[Principal, str]:
        """Find out who calls.

        Raises `NotAuthenticated` without a good token, and `Forbidden` for a page that may not act for its
        person.
        """
        kind, _, token = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            token = b""
        try:
            principal = principal_from_access_token(token.strip().decode("latin-1"))
        except TokenRefused as refused:
            raise NotAuthenticated(refused.code, str(refused)) from None
        check_page(request._request, principal.widget_origins)
        return principal, "bearer"

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answer asks for (RFC 6750 §3)."""
        return "Bearer"


class TokenAuthenticationScheme(OpenApiAuthenticationExtension):
    """Describes the bearer token in the OpenAPI schema."""

    target_class = "chat.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """The scheme's description."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
