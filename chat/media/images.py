"""Make an image anew from its pixels, so that nothing else of what was sent is kept.

Gone are position, camera and time (EXIF, XMP, comments), and whatever a file may hide beside its pixels.
"""

from __future__ import annotations

import io
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageOps, WebPImagePlugin

from chat.media import formats
from chat.media.formats import JPEG, PNG, WEBP, Format

READ = ("PNG", "JPEG", "WEBP", "GIF")
"""Pillow reads many more formats, with the faults of each."""
# Imported by name: for a format that it does not know yet Pillow would load all its plugins.
assert WebPImagePlugin.SUPPORTED
KEPT_AS = {"JPEG": JPEG, "MPO": JPEG, "WEBP": WEBP}
"""Everything else becomes a PNG."""
MOVING = ("GIF", "WEBP")

Image.MAX_IMAGE_PIXELS = formats.MAX_PIXELS
# For speed: it is not for us to find the smallest file, and a great one must not take longer than it may.
SAVE_OPTIONS: dict[Format, dict[str, Any]] = {
    PNG: {"format": "PNG", "compress_level": 1},
    JPEG: {"format": "JPEG", "quality": 87, "optimize": True},
    WEBP: {"format": "WEBP", "quality": 85, "method": 0},
}


class TooManyPixels(Exception):
    """An image greater than may be decoded."""


def remake(source: Path, file: Path, thumbnail: Path) -> tuple[Format, int, int]:
    """Write an image and its thumbnail anew; return the format, the width and the height.

    It is turned upright, in sRGB, and of `KEPT_PIXELS` at most. Raises `TooManyPixels` before anything
    is decoded, and whatever Pillow raises for what is damaged or no image.
    """
    with Image.open(source, formats=READ) as image:
        _check_size(image)
        moving = _moves(image)
        if moving:
            _save_animation(image, file)
            image.seek(0)
        kept_as = WEBP if moving else KEPT_AS.get(image.format or "", PNG)
        still = _cleaned(image)
    if not moving:
        if kept_as is JPEG and still.mode != "L":
            still = still.convert("RGB")
        still.save(file, **SAVE_OPTIONS[kept_as])
    size = still.size
    _save_thumbnail(still, thumbnail)
    return kept_as, *size


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > formats.MAX_PIXELS or max(image.size) > formats.MAX_SIDE_PIXELS:
        raise TooManyPixels


def _moves(image: Image.Image) -> bool:
    pictures = getattr(image, "n_frames", 1) if image.format in MOVING else 1
    # Nobody sends an animation that lies on its side; it would have to be turned picture by picture.
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        return False
    return pictures > 1 and pictures * image.width * image.height <= formats.MAX_ANIMATION_PIXELS


def _save_animation(image: Image.Image, file: Path) -> None:
    # A GIF that does not say how often it is repeated is shown once; WebP's 0 is for ever.
    repeats = image.info.get("loop", 1 if image.format == "GIF" else 0)
    image.save(
        file, "WEBP", save_all=True, method=0, quality=75, loop=repeats, icc_profile=b"", exif=b"", xmp=b""
    )


def _cleaned(image: Image.Image) -> Image.Image:
    """Return the pixels alone: small enough, upright, in sRGB."""
    shrink = math.sqrt(formats.KEPT_PIXELS / (image.width * image.height))
    if shrink < 1:
        # Decodes a JPEG at a fraction of its size where that is enough.
        image.thumbnail((math.ceil(image.width * shrink), math.ceil(image.height * shrink)), reducing_gap=2.0)
    image.load()
    upright = _in_srgb(ImageOps.exif_transpose(image))
    clean = upright.copy()
    # Encoders write of `info` what they find there: comments, profiles.
    clean.info = {key: value for key, value in upright.info.items() if key == "transparency"}
    return clean


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return an image of telephones' wider colours as it looks without the profile that will be gone."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        from PIL import ImageCms

        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            mode = "RGB" if image.mode == "CMYK" else image.mode
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode=mode) or image
    return image


def _save_thumbnail(image: Image.Image, file: Path) -> None:
    if image.mode.startswith("I"):
        # 16 bits a pixel: what is above 8 would all be white.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((formats.THUMBNAIL_SIDE_PIXELS, formats.THUMBNAIL_SIDE_PIXELS))
    image.save(file, **SAVE_OPTIONS[WEBP])
