"""Multipart bodies with files: written to disk as they come, and refused as soon as they are too much."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

from chat.errors import InvalidInput, TooLarge
from chat.media.formats import MAX_FILE_BYTES, MAX_FILES

FIELD = "media"


class MediaUploadHandler(TemporaryFileUploadHandler):
    """Takes the files of the field `media`, each into a temporary file; all others are passed over.

    What counts are the bytes that arrive; nobody has to be believed. Raises `TooLarge`, `InvalidInput`.
    """

    file: TemporaryUploadedFile

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self.taken = getattr(self, "taken", 0) + (args[0] == FIELD)
        if args[0] != FIELD:
            raise SkipFile
        if self.taken > MAX_FILES:
            raise InvalidInput(f"Send 1 to {MAX_FILES} files at once.", field=FIELD)
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what has come of the file."""
        if start + len(raw_data) > MAX_FILE_BYTES:
            self.file.close()
            raise TooLarge(f"A file has more than {MAX_FILE_BYTES:,} bytes.", field=FIELD)
        super().receive_data_chunk(raw_data, start)
