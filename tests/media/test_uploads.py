"""`POST media`: 1 to 5 files, whose content is what it says, kept all or none (SPEC §6)."""

import stat
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import override_settings

from accounts.tokens import Principal
from chat.actions import media as media_actions
from chat.media.disk import DiskStorage
from chat.media.formats import MAX_FILE_BYTES
from chat.models import Media
from tests.support import media_samples
from tests.support.database_trouble import be_impatient, fail_who_waits
from tests.support.people import People
from tests.support.uploads import Uploader, files_in

PNG = media_samples.image()
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def nothing_is_kept(kept: Path) -> bool:
    return not Media.objects.exists() and not files_in(kept)


@pytest.mark.database
def test_an_image_is_taken_and_described_to_the_letter(vera: Uploader, kept: Path):
    status, body = vera.upload("image", ("crop_disease.jpg", media_samples.image("JPEG", (1000, 500))))

    assert status == 201
    assert body["message"] == "Media uploaded successfully"
    [said] = body["data"]
    row = Media.objects.get()
    assert said == {
        "_id": str(row.id),
        "name": "crop_disease.jpg",
        "type": "image",
        "url": said["url"],
        "thumbnailUrl": said["thumbnailUrl"],
        "format": "image/jpeg",
        "size": (kept / row.file).stat().st_size,
        "width": 1000,
        "height": 500,
    }
    assert said["url"].startswith(f"{settings.PUBLIC_URL}/media/")
    assert row.uploader_id == vera.principal.user_id
    assert row.organization_id == vera.principal.organization_id
    assert row.conversation is None


def test_only_this_user_can_read_the_kept_files_and_their_names_say_nothing(vera: Uploader, kept: Path):
    vera.uploaded("image", "passport of vera.png", PNG)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in [kept, *kept.rglob("*")]}
    assert modes == {0o700, 0o600}
    assert len(files_in(kept)) == 2
    assert not [path for path in files_in(kept) if "vera" in path.name]


@pytest.mark.parametrize("media_type", media_samples.RECORDINGS)
def test_audio_and_video_are_known_by_their_tracks_and_kept_as_they_are(
    vera: Uploader, kept: Path, media_type: str
):
    sent = media_samples.recording(media_type)
    kind, other = ("audio", "video") if media_type.startswith("audio") else ("video", "audio")

    said = vera.uploaded(kind, "recording", sent)

    assert (said["type"], said["format"], said["size"]) == (kind, media_type, len(sent))
    assert said["thumbnailUrl"] is None
    assert (kept / Media.objects.get().file).read_bytes() == sent
    status, refusal = vera.upload(other, ("recording", sent))
    assert (status, refusal["code"]) == (415, "unsupported_media")


def test_what_a_browser_records_live_is_taken(vera: Uploader):
    assert vera.uploaded("video", "live.webm", media_samples.recording("video/webm", live="1"))
    fragmented = media_samples.recording("video/mp4", movflags="frag_keyframe+empty_moov")
    assert vera.uploaded("video", "live.mp4", fragmented)["format"] == "video/mp4"


def png_that_says(width: int, height: int) -> bytes:
    """A small file that claims to be a great image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


REFUSALS: dict[str, tuple[str, str, bytes, int]] = {
    "svg": ("image", "drawing.svg", SVG, 415),
    "svg named png": ("image", "drawing.png", SVG, 415),
    "html named png": ("image", "page.png", HTML, 415),
    "html named mp3": ("audio", "page.mp3", HTML, 415),
    "gif that is a page": ("image", "page.gif", b"GIF89a/*" + HTML, 415),
    "mp3 of two bytes": ("audio", "page.mp3", b"\xff\xfb" + HTML, 415),
    "wav that is a page": ("audio", "page.wav", b"RIFF\0\0\0\0WAVE" + HTML, 415),
    "page behind a video": ("video", "v.mp4", media_samples.recording("video/mp4") + HTML, 415),
    "cut video": ("video", "v.mp4", media_samples.recording("video/mp4")[:-40], 415),
    "cut image": ("image", "cut.jpg", media_samples.image("JPEG", (600, 600))[:2000], 415),
    "tiff": ("image", "scan.tif", media_samples.image("TIFF"), 415),
    "image said to be video": ("video", "film.mp4", PNG, 415),
    "image named as a page": ("image", "photo.html", PNG, 415),
    "image named as a program": ("image", "photo.exe", PNG, 415),
    "image named as a video": ("image", "photo.mp4", PNG, 415),
    "pixel bomb": ("image", "bomb.png", png_that_says(65_000, 65_000), 413),
    "side too long": ("image", "line.png", png_that_says(20_000, 10), 413),
    "bytes too many": ("audio", "long.wav", bytes(MAX_FILE_BYTES + 1), 413),
    "empty": ("image", "nothing.png", b"", 400),
    "no such type": ("document", "photo.png", PNG, 400),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_not_what_it_says_is_refused(vera: Uploader, kept: Path, refusal: str):
    kind, name, content, expected = REFUSALS[refusal]

    status, body = vera.upload(kind, (name, content))

    assert (status, body["success"]) == (expected, False), body
    assert body["code"] == {400: "invalid", 413: "too_large", 415: "unsupported_media"}[expected]
    assert nothing_is_kept(kept)


def test_of_files_sent_together_all_are_kept_or_none(vera: Uploader, kept: Path):
    assert vera.upload("image", ("good.png", PNG), ("bad.png", HTML))[0] == 415

    assert nothing_is_kept(kept)


def test_a_refusal_says_which_file_it_was_and_what_is_allowed(vera: Uploader):
    _, body = vera.upload("image", ("good.png", PNG), ("../evil\u202e.png", HTML))

    assert body["message"] == "evil.png is not an image: PNG, JPEG, WebP and GIF are allowed."
    assert body["errors"] == {"media": [body["message"]]}


def test_five_files_are_taken_at_once_and_not_six_and_not_none(vera: Uploader, kept: Path):
    status, body = vera.upload("image", *[(f"{number}.png", PNG) for number in range(5)])
    assert status == 201
    assert [said["name"] for said in body["data"]] == [f"{number}.png" for number in range(5)]
    for files in ([], [("a.png", PNG)] * 6):
        status, body = vera.upload("image", *files)
        assert (status, body["errors"].keys()) == (400, {"media"})
    assert Media.objects.count() == 5


def test_what_an_upload_says_of_its_sender_is_not_believed(people: People, vera: Uploader):
    assert vera.upload("image", ("a.png", PNG), role="admin")[0] == 403
    assert vera.upload("image", ("a.png", PNG), uploader=str(people.ana.user_id))[0] == 201
    assert Media.objects.get().uploader_id == people.vera.user_id


def test_who_sends_none_of_it_may_not_upload_for_ever(vera: Uploader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(media_actions, "MAX_UNSENT", 3)
    assert vera.upload("image", *[("a.png", PNG)] * 3)[0] == 201

    status, body = vera.upload("image", ("a.png", PNG))

    assert (status, body["code"]) == (429, "rate_limited")


class FullAfterTwoFiles(DiskStorage):
    """A disk that is full when the third file comes."""

    def _save(self, name: str, content: Any) -> str:
        if len(files_in(Path(self.location))) == 2:
            raise OSError(28, "No space left on device")
        return super()._save(name, content)


@pytest.mark.database
def test_a_storage_that_fails_on_the_way_leaves_no_row_and_no_file(vera: Uploader, kept: Path):
    backend = f"{__name__}.FullAfterTwoFiles"
    full = {**settings.STORAGES, "media": {**settings.STORAGES["media"], "BACKEND": backend}}
    with override_settings(STORAGES=full):
        status, body = vera.upload("image", ("a.png", PNG), ("b.png", PNG))

    assert (status, body["code"]) == (503, "unavailable")
    assert nothing_is_kept(kept)


@pytest.mark.database
def test_a_database_that_fails_leaves_no_file(
    people: People, vera: Uploader, kept: Path, monkeypatch: pytest.MonkeyPatch
):
    status, body = upload_while_nobody_can_write(vera, monkeypatch)

    assert (status, body["code"]) == (503, "unavailable")
    assert nothing_is_kept(kept)


def upload_while_nobody_can_write(vera: Uploader, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Any]:
    def upload() -> tuple[int, Any]:
        try:
            return vera.upload("image", ("a.png", PNG))
        finally:
            connections.close_all()

    be_impatient(monkeypatch)
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE chat_media IN SHARE MODE")
        uploading = threads.submit(upload)
        fail_who_waits(1)
        return uploading.result(30)


def test_people_of_other_roles_upload_too(uploader: Callable[[Principal], Uploader], people: People):
    for person in (people.ana, people.sam, people.olaf):
        assert uploader(person).uploaded("image", "a.png", PNG)["type"] == "image"
