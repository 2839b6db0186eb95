"""Pictures that people send."""

from io import BytesIO

from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Locator


def photo(name: str = "vase.png", color: str = "#5a8cc8") -> FilePayload:
    """A picture with something on it, as a file chooser takes it."""
    image = Image.new("RGB", (600, 400), color)
    ImageDraw.Draw(image).ellipse((150, 60, 450, 340), fill="#f0c878")
    file = BytesIO()
    image.save(file, "PNG")
    return FilePayload(name=name, mimeType="image/png", buffer=file.getvalue())


async def is_shown(image: Locator) -> bool:
    """Tell whether an image has been loaded and can be seen."""
    await image.evaluate(
        "image => image.complete || new Promise(done => { image.onload = image.onerror = done; })"
    )
    return bool(await image.evaluate("image => image.naturalWidth > 0 && image.clientWidth > 0"))
