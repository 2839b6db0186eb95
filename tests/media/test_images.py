"""Images are made anew: what they show stays, what they tell beside it goes."""

import io
from pathlib import Path

import pytest
from PIL import Image

from chat.media import formats
from chat.models import Media
from tests.support import media_samples
from tests.support.media_samples import SECRET_CAMERA, TURNED_RIGHT, telltale_exif
from tests.support.uploads import Uploader


def stored(kept: Path, media_id: str) -> tuple[bytes, Image.Image, Image.Image]:
    """The kept file, and what it and its thumbnail show."""
    row = Media.objects.get(id=media_id)
    content = (kept / row.file).read_bytes()
    assert len(content) == row.size
    return (
        content,
        Image.open(io.BytesIO(content)),
        Image.open(io.BytesIO((kept / row.thumbnail).read_bytes())),
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_loses_place_and_camera_and_stands_upright(vera: Uploader, kept: Path, kind: str):
    exif = telltale_exif(TURNED_RIGHT)
    sent = media_samples.image(kind, (1200, 600), exif=exif, comment=b"secret words", xmp=b"<secret words/>")
    assert SECRET_CAMERA.encode() in sent

    said = vera.uploaded("image", "photo", sent)
    content, shown, thumbnail = stored(kept, said["_id"])

    assert SECRET_CAMERA.encode() not in content
    assert b"secret words" not in content
    assert not shown.getexif()
    assert shown.size == (said["width"], said["height"]) == (600, 1200)
    assert thumbnail.size == (240, 480)
    assert said["format"] == f"image/{kind.lower()}" == Image.MIME[shown.format]
    # Turned to the right: what was below is on the left.
    red = shown.convert("RGB").getchannel("R")
    assert red.getpixel((5, 600)) > 200 > 60 > red.getpixel((595, 600))


def test_what_follows_the_pixels_of_a_picture_is_gone(vera: Uploader, kept: Path):
    sent = media_samples.image("PNG") + b"<html><script>alert(1)</script>"

    content, shown, _ = stored(kept, vera.uploaded("image", "polyglot.png", sent)["_id"])

    assert b"script" not in content
    assert shown.convert("RGB").tobytes() == media_samples.picture().tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_kind_of_pixel_are_taken(vera: Uploader, kept: Path, mode: str):
    grey = Image.linear_gradient("L")
    image = grey.convert("I").point(lambda value: value * 256) if mode == "I;16" else grey
    file = io.BytesIO()
    image.convert(mode).save(file, "PNG")

    _, shown, thumbnail = stored(kept, vera.uploaded("image", "grey.png", file.getvalue())["_id"])

    assert shown.size == (256, 256)
    darkest, brightest = thumbnail.convert("L").getextrema()
    assert darkest < 20
    assert brightest > 235
    halfway = thumbnail.convert("L").resize((1, 2), Image.Resampling.BOX)
    assert halfway.getpixel((0, 0)) < 100 < 155 < halfway.getpixel((0, 1))


def test_colours_of_another_profile_look_as_they_did(vera: Uploader, kept: Path):
    # A profile in which everything is much darker: what it shows as dark grey is stored as a bright one.
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 200, 200)).save(file, "PNG", icc_profile=dark_profile())

    _, shown, _ = stored(kept, vera.uploaded("image", "dark.png", file.getvalue())["_id"])

    assert "icc_profile" not in shown.info
    assert 20 < shown.convert("RGB").getpixel((4, 4))[0] < 180


def dark_profile() -> bytes:
    """The sRGB profile with a curve of gamma 4 for each colour."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    place = profile.index(b"para", 128)
    assert profile[place + 8 : place + 10] == b"\0\3"
    profile[place + 12 : place + 16] = (4 * 65536).to_bytes(4, "big")
    return bytes(profile)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_goes_on_moving_as_a_webp(vera: Uploader, kept: Path, kind: str):
    said = vera.uploaded("image", "dance.gif", media_samples.animation(kind))

    _, shown, thumbnail = stored(kept, said["_id"])

    assert (said["format"], said["name"]) == ("image/webp", "dance.webp")
    assert shown.n_frames == 5
    assert shown.info["loop"] == 0
    assert getattr(thumbnail, "n_frames", 1) == 1


def test_of_a_long_animation_the_first_picture_stays(vera: Uploader, kept: Path):
    side = 1500
    pictures = formats.MAX_ANIMATION_PIXELS // side**2 + 1

    said = vera.uploaded("image", "long.gif", media_samples.animation("GIF", (side, side), pictures))

    assert said["format"] == "image/png"
    assert getattr(stored(kept, said["_id"])[1], "n_frames", 1) == 1


def test_a_great_photograph_is_made_smaller(vera: Uploader, kept: Path):
    said = vera.uploaded("image", "great.jpg", media_samples.image("JPEG", (6000, 4000)))

    assert formats.KEPT_PIXELS * 0.98 < said["width"] * said["height"] <= formats.KEPT_PIXELS * 1.01
    assert said["width"] / said["height"] == pytest.approx(1.5, rel=0.01)
    assert stored(kept, said["_id"])[1].size == (said["width"], said["height"])
