"""Media on this machine's disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

READ_BYTES = 256 * 1024


class DiskStorage(FileSystemStorage):
    """A directory that only this user may enter; a file is there whole, under its name, or not at all."""

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        for directory in (Path(self.location), path.parent):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                shutil.copyfileobj(content, stream, READ_BYTES)
                stream.flush()
                # The message that will name it is promised to survive a power cut (SPEC §4).
                os.fsync(stream.fileno())
            Path(draft).rename(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return name

    def read_range(self, name: str, first: int, count: int) -> Generator[bytes]:
        """Read `count` bytes from the one numbered `first`. Raises `OSError`, `FileNotFoundError`."""
        with Path(self.path(name)).open("rb") as file:
            file.seek(first)
            while count > 0 and (chunk := file.read(min(READ_BYTES, count))):
                count -= len(chunk)
                yield chunk
