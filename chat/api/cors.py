"""Which pages of other sites may call the REST interface, and read its answers (SPEC §7)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Set
from typing import Any

from asgiref.sync import iscoroutinefunction
from corsheaders.signals import check_request_enabled
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts import widget_origins
from accounts.origins import is_listed
from accounts.widget_origins import WidgetOrigins
from chat import access
from chat.errors import Forbidden
from chat.threads import in_database_thread

WIDGET_PATH = re.compile(r"/api/v1/widget/(?P<key>[^/]+)/")
VISITORS_PATH = re.compile(r"/api/v1/chat/|/chat/|/api/v1/auth/token/refresh$")
"""What visitors call with their tokens. Signing in with a password is for our own pages."""


@sync_and_async_middleware
def widget_origins_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Have the widgets' origins at hand for a page's request; django-cors-headers, next, cannot wait."""
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> HttpResponseBase:
            if _is_concerned(request):
                _keep(request, widget_origins.load())
            response: HttpResponseBase = get_response(request)
            return response

        return middleware

    async def async_middleware(request: HttpRequest) -> HttpResponseBase:
        if _is_concerned(request):
            known = widget_origins.current()
            if known is None:
                known = await in_database_thread(widget_origins.load)
            _keep(request, known)
        answering: Awaitable[HttpResponseBase] = get_response(request)
        return await answering

    return async_middleware


def check_page(request: HttpRequest, listed: Set[str]) -> None:
    """Refuse a page that may not act for this caller: neither ours nor `listed`, its widget's.

    Raises `Forbidden`, and the browser does not show the answer to the page.
    """
    try:
        access.check_origin(request.headers.get("Origin"), request.META.get("HTTP_HOST", ""), listed)
    except Forbidden:
        request.page_is_admitted = False  # type: ignore[attr-defined]
        raise
    request.page_is_admitted = True  # type: ignore[attr-defined]


@receiver(check_request_enabled)
def page_may_read(sender: object, request: HttpRequest, **_: Any) -> bool:
    """Tell django-cors-headers whether a page may read the answer, or send what its preflight asks for.

    As the view has found where it got that far: only there is it known who calls. Before that, and for
    everything refused for want of a good token, as the widgets say.
    """
    known: WidgetOrigins | None = getattr(request, "widget_origins", None)
    origin = request.headers.get("Origin")
    if known is None or origin is None:
        return False
    found: bool | None = getattr(request, "page_is_admitted", None)
    if found is not None:
        return found
    if widget := WIDGET_PATH.match(request.path_info):
        return is_listed(origin, known.by_key.get(widget["key"], frozenset()))
    return VISITORS_PATH.match(request.path_info) is not None and is_listed(origin, known.every)


def _is_concerned(request: HttpRequest) -> bool:
    path = request.path_info
    return "Origin" in request.headers and bool(WIDGET_PATH.match(path) or VISITORS_PATH.match(path))


def _keep(request: HttpRequest, known: WidgetOrigins) -> None:
    request.widget_origins = known  # type: ignore[attr-defined]
