"""Files for tests that call the REST interface of a running server."""

from io import BytesIO

import aiohttp
from PIL import Image


def picture(size: int = 8) -> bytes:
    """A green JPEG."""
    file = BytesIO()
    Image.new("RGB", (size, size), "green").save(file, "JPEG")
    return file.getvalue()


def upload(*names: str, kind: str = "image") -> aiohttp.FormData:
    """The form of `POST media` with such pictures."""
    form = aiohttp.FormData()
    form.add_field("type", kind)
    for name in names:
        form.add_field("media", picture(), filename=name, content_type="image/jpeg")
    return form
