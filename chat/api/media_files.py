"""Serve media to whom their addresses name (SPEC §6): in ranges, and so that nothing can run as a page."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from accounts.tokens import TokenRefused, principal_of_person
from chat import access
from chat.api.ranges import NotSatisfiable, Span, requested_span
from chat.errors import NotFound
from chat.media import links, store
from chat.media.formats import FORMATS, WEBP
from chat.models import Media
from chat.threads import in_database_thread

GUARDS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    # The widget shows it on other sites' pages; the address is what keeps it private.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it goes out."""

    name: str
    shown_name: str
    media_type: str
    size: int
    etag: str


async def media_file(request: HttpRequest, token: str, variant: str) -> HttpResponseBase:
    """Send a file or its thumbnail, or a part of it, to the person for whom the address was signed.

    That person must still be active and still be allowed to see it. A forged or old address, a person who
    may not, and a file that is gone have one answer.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    link = links.read(token, now=time.time())
    try:
        if link is None or variant not in (links.FILE, links.THUMBNAIL):
            raise FileNotFoundError
        media = await in_database_thread(_viewable, link.viewer_id, link.media_id)
        served = await _served(media, variant)
        return await _answer(request, served, fresh_seconds=link.expires_at - int(time.time()))
    except (FileNotFoundError, NotFound, TokenRefused):
        return _refusal(404, "not_found", "There is no such file, or its address is no longer good.")
    except OSError:
        return _refusal(503, "unavailable", "The file cannot be read just now. Please try again.")


def _viewable(viewer_id: UUID, media_id: UUID) -> Media:
    return access.viewable_media(principal_of_person(viewer_id), media_id)


async def _served(media: Media, variant: str) -> Served:
    if variant == links.FILE:
        return Served(media.file, media.name, media.format, media.size, f'"{media.id.hex}"')
    if not media.thumbnail:
        raise FileNotFoundError
    size = await store.size(media.thumbnail)
    return Served(media.thumbnail, "thumbnail.webp", WEBP.media_type, size, f'"{media.id.hex}-thumbnail"')


async def _answer(request: HttpRequest, served: Served, *, fresh_seconds: int) -> HttpResponseBase:
    try:
        span = requested_span(request, served.size, served.etag)
    except NotSatisfiable:
        return HttpResponse(
            status=416, headers={**GUARDS, **NOT_KEPT, "Content-Range": f"bytes */{served.size}"}
        )
    part = span or Span(0, served.size)
    described = HttpResponse(status=206 if span else 200, headers=_headers(served, part, fresh_seconds))
    if span:
        last = span.first + span.count - 1
        described["Content-Range"] = f"bytes {span.first}-{last}/{served.size}"
    conditional = get_conditional_response(request, etag=served.etag, response=described)
    if conditional is not None and conditional is not described:
        return conditional
    if request.method == "HEAD":
        return described
    chunks = store.chunks(served.name, part.first, part.count)
    # What cannot be read shows with the first chunk, while there is still time to say so.
    first = await anext(chunks, b"")
    return StreamingHttpResponse(
        _after(first, chunks), status=described.status_code, headers=described.headers
    )


async def _after(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Yield the rest behind its first chunk, and close it also where the client goes away."""
    async with aclosing(rest):
        yield first
        async for chunk in rest:
            yield chunk


def _headers(served: Served, part: Span, fresh_seconds: int) -> dict[str, str]:
    is_known = served.media_type in FORMATS
    return {
        **GUARDS,
        "Content-Type": served.media_type if is_known else "application/octet-stream",
        "Content-Disposition": content_disposition_header(not is_known, served.shown_name) or "attachment",
        "Content-Length": str(part.count),
        "Accept-Ranges": "bytes",
        "ETag": served.etag,
        "Cache-Control": f"private, max-age={fresh_seconds}, immutable",
    }


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse(
        {"success": False, "message": message, "code": code}, status=status, headers={**GUARDS, **NOT_KEPT}
    )
