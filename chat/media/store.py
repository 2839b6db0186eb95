"""Keep, read and remove files of the storage "media", in threads of their own.

A slow disk or bucket holds up neither the event loop nor who waits for the database; and boto3's connections,
one for each thread and dear to make, are made a few times and not for every request.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, cast

import structlog
from django.core.files import File
from django.core.files.storage import storages

log = structlog.get_logger(__name__)

THREADS = 6

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="media")


class MediaStorage(Protocol):
    """What `chat.media.disk` and `chat.media.s3` can do."""

    def save(self, name: str, content: File[bytes]) -> str: ...
    def delete(self, name: str) -> None: ...
    def size(self, name: str) -> int: ...
    def read_range(self, name: str, first: int, count: int) -> Generator[bytes]: ...


def new_name(extension: str) -> str:
    """Make up a name that nobody can guess and nothing of the client's is in."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}{extension}"


def keep(name: str, source: Path) -> None:
    """Store a file under a name, whole or not at all. Raises `OSError`."""
    _threads.submit(_keep, name, source).result()


def _keep(name: str, source: Path) -> None:
    with source.open("rb") as file:
        _storage().save(name, File(file))


def remove(names: Iterable[str]) -> None:
    """Remove files, also ones that are not there. Raises `OSError`."""
    for name in names:
        if name:
            _threads.submit(_storage().delete, name).result()


async def size(name: str) -> int:
    """Return how many bytes a file has. Raises `FileNotFoundError`, `OSError`."""
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: _storage().size(name))


async def chunks(name: str, first: int, count: int) -> AsyncGenerator[bytes]:
    """Read a part of a file, never more of it at once than a client takes.

    Raises `FileNotFoundError`, `OSError` with the first chunk.
    """
    loop = asyncio.get_running_loop()
    source = _storage().read_range(name, first, count)
    try:
        while (chunk := await loop.run_in_executor(_threads, next, source, None)) is not None:
            yield chunk
    finally:
        _threads.submit(source.close)


def _storage() -> MediaStorage:
    return cast(MediaStorage, storages["media"])
