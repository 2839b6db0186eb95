"""Media in a bucket of anything that speaks S3. Loaded only where a setting names a bucket."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage as Bucket

READ_BYTES = 256 * 1024
PATIENCE = Config(
    connect_timeout=5,
    read_timeout=15,
    retries={"max_attempts": 3, "mode": "standard"},
    # Servers other than Amazon's often do not know its newer checksums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
NOT_FOUND = ("NoSuchKey", "NotFound", "404")


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Let whoever uses a storage meet the errors of a disk, whichever storage it is."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_FOUND:
            raise FileNotFoundError(str(error)) from error
        raise OSError(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error


class S3Storage(Bucket):
    """A private bucket. An object is there whole or not at all, as S3 has it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_config: Config = self.client_config.merge(PATIENCE)

    def _save(self, name: str, content: Any) -> str:
        with _as_os_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        with _as_os_errors():
            super().delete(name)

    def size(self, name: str) -> int:
        """Return a file's bytes. Raises `FileNotFoundError`, `OSError`."""
        with _as_os_errors():
            return int(super().size(name))

    def read_range(self, name: str, first: int, count: int) -> Generator[bytes]:
        """Read `count` bytes from the one numbered `first`. Raises `OSError`, `FileNotFoundError`."""
        if count <= 0:
            return
        with _as_os_errors():
            answer = self.connection.meta.client.get_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(name),
                Range=f"bytes={first}-{first + count - 1}",
            )
            body = answer["Body"]
            try:
                while chunk := body.read(READ_BYTES):
                    yield chunk
            finally:
                body.close()
