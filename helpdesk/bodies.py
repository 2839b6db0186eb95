"""No more of a request's body is taken in than its address can use.

Django writes a body to disk, however long, before anything of ours sees the request.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    HTTPScope,
    Scope,
)
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from chat.media.formats import MAX_UPLOAD_BYTES

UPLOAD_PATHS = ("/api/v1/chat/media", "/chat/media")
REFUSED = "helpdesk.body_is_too_large"
"""Set in the ASGI scope of a request whose body was not taken in."""

END: Any = {"type": "http.request", "body": b"", "more_body": False}


def limit_of(path: str) -> int:
    """Return how many bytes a body sent to `path` may have."""
    return MAX_UPLOAD_BYTES if path in UPLOAD_PATHS else int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def with_limited_bodies(application: ASGI3Application) -> ASGI3Application:
    """Wrap an application so that it reads no body, or not on, that is longer than allowed.

    A length that says so is enough to read nothing at all; where none is said, or a false one, the bytes are
    counted. The request goes on with a body that ends there, for `BodyLimitMiddleware` to answer.
    """

    async def limited(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        allowed = limit_of(scope["path"])
        marks: dict[str, Any] = scope  # type: ignore[assignment]
        marks[REFUSED] = _said_length(scope) > allowed
        taken, is_over = 0, False

        async def receive_limited() -> ASGIReceiveEvent:
            nonlocal taken, is_over
            if is_over:
                # What still comes is not looked at. Django waits here for the client to leave, and stops
                # waiting when it has answered.
                await asyncio.get_running_loop().create_future()
            event: ASGIReceiveEvent = END if marks[REFUSED] else await receive()
            if event["type"] == "http.request":
                taken += len(event["body"])
                if taken > allowed:
                    marks[REFUSED], event = True, END
                is_over = marks[REFUSED]
            return event

        await application(scope, receive_limited, send)

    return limited


def _said_length(scope: HTTPScope) -> int:
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said) if said.isdigit() else 0


class BodyLimitMiddleware:
    """Answers a request whose body was too long; behind CORS, so that a page may read the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse with 413, or let the request pass."""
        if not getattr(request, "scope", {}).get(REFUSED):
            return self.get_response(request)
        message = f"The body is too large: at most {limit_of(request.path):,} bytes are allowed."
        return JsonResponse({"success": False, "message": message, "code": "too_large"}, status=413)
