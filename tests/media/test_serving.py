"""`GET /media/…`: ranges, caching, headers under which nothing runs, nothing for anybody else (SPEC §6)."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import AsyncClient, Client
from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal
from chat.actions import media as media_actions
from chat.actions import messages, revisions
from chat.errors import NotFound
from chat.media import links
from chat.models import Media
from tests.support import media_samples
from tests.support.chats import chat_of
from tests.support.people import People
from tests.support.uploads import Uploader, files_in

WAV = media_samples.recording("audio/wav")


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


def fetch(url: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for an address as a browser does, through ASGI."""

    async def ask() -> Answer:
        response = await AsyncClient().generic(method, urlsplit(url).path, headers=headers)
        chunks = [chunk async for chunk in response] if response.streaming else [response.content]
        return Answer(response.status_code, dict(response.headers), b"".join(chunks))

    return async_to_sync(ask)()


@pytest.fixture
def sound(vera: Uploader) -> dict[str, Any]:
    """A sound that Vera has uploaded."""
    return vera.uploaded("audio", "voice 1.wav", WAV)


def send(people: People, media: dict[str, Any]) -> str:
    """Let Vera send it in a chat that Ana has; the message's id."""
    chat = chat_of(people.vera, people.ana)
    message = messages.message_to_send(
        people.vera, str(chat.id), None, media_id=media["_id"], message_type=media["type"]
    )
    return messages.send_and_wait(message).message.id


def test_a_file_comes_whole_as_what_it_is_and_cannot_run(sound: dict[str, Any]):
    answer = fetch(sound["url"])

    assert (answer.status, answer.body) == (200, WAV)
    headers = answer.headers
    assert headers["Content-Type"] == "audio/wav"
    assert headers["Content-Length"] == str(len(WAV))
    assert headers["Content-Disposition"] == 'inline; filename="voice 1.wav"'
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Accept-Ranges"] == "bytes"
    private, age, immutable = headers["Cache-Control"].split(", ")
    assert (private, immutable) == ("private", "immutable")
    assert 0 < int(age.removeprefix("max-age=")) <= settings.MEDIA_URL_SECONDS


def test_a_thumbnail_comes_from_its_own_address(vera: Uploader):
    said = vera.uploaded("image", "große Katze.png", media_samples.image("PNG", (900, 900)))

    image, thumbnail = fetch(said["url"]), fetch(said["thumbnailUrl"])

    assert image.headers["Content-Disposition"] == "inline; filename*=utf-8''gro%C3%9Fe%20Katze.png"
    assert (thumbnail.status, thumbnail.headers["Content-Type"]) == (200, "image/webp")
    assert thumbnail.body[8:12] == b"WEBP"
    assert len(thumbnail.body) == int(thumbnail.headers["Content-Length"])
    assert thumbnail.headers["ETag"] != image.headers["ETag"]


SIZE = len(WAV)


@pytest.mark.parametrize(
    ("wanted", "status", "first", "end"),
    [
        ("bytes=0-0", 206, 0, 1),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=40000-", 206, 40_000, SIZE),
        ("bytes=-100", 206, SIZE - 100, SIZE),
        (f"bytes=0-{SIZE * 9}", 206, 0, SIZE),
        (f"bytes=-{SIZE * 9}", 206, 0, SIZE),
        ("bytes=0-1,5-6", 200, 0, SIZE),
        ("bytes=9-3", 200, 0, SIZE),
        ("bytes=-", 200, 0, SIZE),
        ("lines=1-2", 200, 0, SIZE),
        (f"bytes={SIZE}-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        (f"bytes={'9' * 18}-", 416, 0, 0),
        (f"bytes={'9' * 5000}-", 200, 0, SIZE),
    ],
)
def test_ranges(sound: dict[str, Any], wanted: str, status: int, first: int, end: int):
    answer = fetch(sound["url"], range=wanted)

    assert (answer.status, answer.body) == (status, WAV[first:end])
    expected = {206: f"bytes {first}-{end - 1}/{SIZE}", 416: f"bytes */{SIZE}", 200: None}[status]
    assert answer.headers.get("Content-Range") == expected
    if status != 416:
        head = fetch(sound["url"], "HEAD", range=wanted)
        assert (head.status, head.body) == (status, b"")
        assert head.headers["Content-Length"] == str(end - first)


def test_a_file_is_sent_again_only_when_it_is_not_the_one_that_is_there(sound: dict[str, Any]):
    etag = fetch(sound["url"]).headers["ETag"]

    same = fetch(sound["url"], **{"If-None-Match": etag})
    assert (same.status, same.body) == (304, b"")
    assert same.headers["Cache-Control"].startswith("private")
    assert fetch(sound["url"], **{"If-None-Match": '"other"'}).status == 200
    assert fetch(sound["url"], **{"If-Range": etag, "Range": "bytes=0-3"}).status == 206
    assert fetch(sound["url"], **{"If-Range": '"other"', "Range": "bytes=0-3"}).status == 200


def test_only_reading_is_possible(sound: dict[str, Any]):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert fetch(sound["url"], method).status == 405


def address_for(media: dict[str, Any], person: Principal) -> str:
    """The address that a person would be given."""
    return links.url(media["_id"], str(person.user_id))


@pytest.mark.database
def test_until_it_is_sent_a_file_is_its_uploaders_alone(people: People, sound: dict[str, Any]):
    assert fetch(sound["url"]).status == 200
    for other in (people.walt, people.ana, people.sam, people.oskar):
        assert fetch(address_for(sound, other)).status == 404


@pytest.mark.database
def test_what_was_sent_is_seen_by_who_may_read_the_conversation(people: People, sound: dict[str, Any]):
    send(people, sound)

    for reader in (people.vera, people.ana, people.bo, people.sam):
        assert fetch(address_for(sound, reader)).status == 200
    for other in (people.walt, people.oskar, people.olaf):
        assert fetch(address_for(sound, other)).status == 404


@pytest.mark.database
def test_the_file_of_a_deleted_message_is_seen_by_nobody(people: People, sound: dict[str, Any]):
    revisions.delete_message(people.vera, send(people, sound))

    for person in (people.vera, people.ana, people.sam):
        assert fetch(address_for(sound, person)).status == 404


def test_every_refusal_is_the_same(people: People, sound: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    good, name = sound["url"].rsplit("/", 1)
    refused = [
        good[:-1] + ("A" if good[-1] != "A" else "B") + "/" + name,
        address_for(sound, people.walt),
        address_for({"_id": str(people.vera.user_id)}, people.vera),
        f"{good}/thumbnail",
        f"{good}/other",
        f"/media/{base64.urlsafe_b64encode(bytes(36)).decode()}.AAAA/file",
    ]
    answers = {(answer.status, answer.body) for answer in map(fetch, refused)}
    assert len(answers) == 1
    with monkeypatch.context() as later:
        now = links.time.time() + 2 * settings.MEDIA_URL_SECONDS
        later.setattr(links.time, "time", lambda: now)
        answers.add((fetch(sound["url"]).status, fetch(sound["url"]).body))
    User.objects.filter(id=people.vera.user_id).update(is_active=False)
    gone = fetch(sound["url"])
    answers.add((gone.status, gone.body))

    [(status, _)] = answers
    assert status == 404
    assert gone.headers["Cache-Control"] == "no-store"
    assert gone.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_missing_from_the_storage_is_not_found(sound: dict[str, Any], kept: Path):
    for path in files_in(kept):
        path.unlink()

    assert fetch(sound["url"]).status == 404


@pytest.mark.database
def test_what_is_not_sent_within_a_day_is_removed(
    people: People, vera: Uploader, kept: Path, sound: dict[str, Any]
):
    sent = vera.uploaded("image", "sent.png", media_samples.image())
    send(people, sent)
    assert media_actions.remove_unsent(timezone.now() + timedelta(hours=23)) == 0
    assert len(files_in(kept)) == 3

    assert media_actions.remove_unsent(timezone.now() + timedelta(hours=25)) == 1

    assert not Media.objects.filter(id=sound["_id"]).exists()
    assert len(files_in(kept)) == 2
    assert fetch(sent["url"]).status == 200


@pytest.mark.database
def test_of_a_deleted_message_the_file_is_removed_and_the_trail_stays(
    people: People, vera: Uploader, kept: Path, uploader: Callable[[Principal], Uploader]
):
    twice = vera.uploaded("image", "twice.png", media_samples.image())
    once = vera.uploaded("image", "once.png", media_samples.image())
    for media in (twice, once):
        revisions.delete_message(people.vera, send(people, media))
    # Sent again: the message that was deleted was not the only one.
    send(people, twice)
    assert media_actions.remove_deleted(timezone.now() + timedelta(hours=23)) == 0

    assert media_actions.remove_deleted(timezone.now() + timedelta(hours=25)) == 1
    assert media_actions.remove_deleted(timezone.now() + timedelta(hours=25)) == 0

    assert len(files_in(kept)) == 2
    assert fetch(twice["url"]).status == 200
    row = Media.objects.get(id=once["_id"])
    assert (row.name, row.file, row.thumbnail) == ("once.png", "", "")
    # Nor can what is gone be sent.
    with pytest.raises(NotFound):
        send(people, once)


@pytest.mark.parametrize("kind", ["img-src", "media-src"])
def test_our_own_pages_may_show_media_by_whatever_host_name_they_came(kind: str, people: People):
    policy = Client().get("/admin/login/").headers["Content-Security-Policy"]

    [sources] = [rule for rule in policy.split("; ") if rule.startswith(kind)]
    assert f"{settings.PUBLIC_URL}/media/" in sources.split()
