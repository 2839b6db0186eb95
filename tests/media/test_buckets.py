"""Media in a bucket, of a real S3-compatible server in a process of its own."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from chat.actions import media as media_actions
from chat.models import Media
from helpdesk import processes
from tests.helpdesk.test_settings import settings_with
from tests.media.test_serving import fetch
from tests.support import media_samples
from tests.support.people import People
from tests.support.servers import free_port
from tests.support.services import wait_until
from tests.support.uploads import Uploader

PNG = media_samples.image("PNG", (300, 200))
WAV = media_samples.recording("audio/wav")


class S3Server:
    """A server that keeps everything in memory."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "s3.log"
        program = "from moto.server import main; main()"
        command = [sys.executable, "-c", program, "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = processes.spawn(command, self.log)
        wait_until(lambda: processes.port_is_taken("127.0.0.1", self.port), "the S3 server")
        self.client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )

    def stop(self) -> None:
        processes.stop(self.process)

    def names(self, bucket: str) -> list[str]:
        """What is in a bucket."""
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture
def bucket(s3: S3Server, tmp_path: Path) -> Iterator[str]:
    """A bucket of this test's own, in which media are kept as the settings for operators say."""
    name = tmp_path.name.replace("_", "-").lower()
    s3.client.create_bucket(Bucket=name)
    environment = {
        "VAR_DIR": str(tmp_path),
        "MEDIA_S3_BUCKET": name,
        "MEDIA_S3_ENDPOINT_URL": s3.url,
        "MEDIA_S3_REGION": "us-east-1",
        "MEDIA_S3_ACCESS_KEY": "key",
        "MEDIA_S3_SECRET_KEY": "secret",
    }
    storage = settings_with(environment, "STORAGES")["STORAGES"]["media"]
    with override_settings(STORAGES={**settings.STORAGES, "media": storage}):
        yield name


@pytest.fixture
def vera(people: People, bucket: str) -> Uploader:
    return Uploader(people, people.vera)


def test_media_are_kept_in_the_bucket_served_from_it_in_parts_and_removed(
    vera: Uploader, s3: S3Server, bucket: str
):
    sound = vera.uploaded("audio", "voice.wav", WAV)
    image = vera.uploaded("image", "leaf.png", PNG)

    assert len(s3.names(bucket)) == 3
    assert fetch(sound["url"]).body == WAV
    part = fetch(sound["url"], range="bytes=1000-1999")
    assert (part.status, part.body) == (206, WAV[1000:2000])
    thumbnail = fetch(image["thumbnailUrl"])
    assert (thumbnail.status, len(thumbnail.body)) == (200, int(thumbnail.headers["Content-Length"]))
    assert media_actions.remove_unsent(timezone.now() + timedelta(hours=25)) == 2
    assert s3.names(bucket) == []
    assert fetch(sound["url"]).status == 404


def test_a_bucket_is_private(vera: Uploader, s3: S3Server, bucket: str):
    vera.uploaded("image", "leaf.png", PNG)

    for name in s3.names(bucket):
        grants = s3.client.get_object_acl(Bucket=bucket, Key=name)["Grants"]
        assert "AllUsers" not in str(grants)
        assert s3.client.head_object(Bucket=bucket, Key=name)["ContentType"] in ("image/png", "image/webp")


def test_a_missing_object_is_not_found_and_a_missing_bucket_leaves_no_row(
    vera: Uploader, s3: S3Server, bucket: str
):
    image = vera.uploaded("image", "leaf.png", PNG)
    for name in s3.names(bucket):
        s3.client.delete_object(Bucket=bucket, Key=name)
    assert fetch(image["url"]).status == fetch(image["thumbnailUrl"]).status == 404
    Media.objects.all().delete()
    s3.client.delete_bucket(Bucket=bucket)

    status, body = vera.upload("image", ("leaf.png", PNG))

    assert (status, body["code"]) == (503, "unavailable")
    assert media_actions.remove_unsent(timezone.now() + timedelta(hours=25)) == 0
