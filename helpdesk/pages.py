"""The demo shop page, the widget's script and the page to browse the REST interface."""

import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.models import Widget
from helpdesk.demo import DEMO_ASSISTANT_WIDGET_KEY, DEMO_WIDGET_KEY
from helpdesk.paths import WIDGET_BUNDLE

# Swagger UI styles its page inline; its scripts come from files, so the policy stays strict for those.
browse_schema = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema")
)

WIDGET_SCRIPT_SECONDS = 300
"""How long a browser may keep the widget's script before it asks whether there is a newer one."""


def shop(request: HttpRequest) -> HttpResponse:
    """Show the demo shop, a page with a widget on it, where the demo data is: with `?widget=demo-ai` the one
    that the assistant answers first."""
    asks_assistant = request.GET.get("widget") == DEMO_ASSISTANT_WIDGET_KEY
    key = DEMO_ASSISTANT_WIDGET_KEY if asks_assistant else DEMO_WIDGET_KEY
    if not Widget.objects.filter(key=key).exists():
        raise Http404("There is no demo data here, and so no demo shop.")
    return render(request, "shop.html", {"widget_key": key, "asks_assistant": asks_assistant})


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is sent: plain and compressed, and the tag that names this version of it."""

    plain: bytes
    compressed: bytes
    etag: str


@functools.lru_cache(maxsize=2)
def read_script(file: Path, _modified: int) -> Script:
    """Read and compress `file`, again only when it was modified."""
    plain = file.read_bytes()
    etag = hashlib.sha256(plain).hexdigest()[:32]
    return Script(plain, gzip.compress(plain, mtime=0), f'"{etag}"')


def widget_script(request: HttpRequest) -> HttpResponseBase:
    """Send the widget's bundled script, compressed where the browser takes that."""
    try:
        script = read_script(WIDGET_BUNDLE, WIDGET_BUNDLE.stat().st_mtime_ns)
    except FileNotFoundError:
        raise Http404("The widget has not been built: run `./desk manage build_widget`.") from None
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        script.compressed if compressed else script.plain, content_type="text/javascript; charset=utf-8"
    )
    if compressed:
        response["Content-Encoding"] = "gzip"
    response["Cache-Control"] = f"public, max-age={WIDGET_SCRIPT_SECONDS}"
    # The script is meant for other sites' pages, also those that isolate themselves.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept-Encoding"])
    response["ETag"] = f"W/{script.etag}" if compressed else script.etag
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
