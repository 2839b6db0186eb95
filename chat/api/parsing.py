"""Request bodies, read as events of sockets are read: no deeper, and half an emoji does no harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from chat.socketio.errors import ProtocolViolation
from chat.socketio.json_text import loads


class JSONParser(BaseParser):
    """JSON as `chat.socketio.json_text` reads it, up to `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read a body.

        Raises `RequestDataTooBig`, and `ParseError` for what is not JSON or nests too deep.
        """
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            return loads(body.decode())
        except UnicodeDecodeError:
            raise ParseError("The body is not JSON: it must be UTF-8.") from None
        except ProtocolViolation as violation:
            raise ParseError(f"The body cannot be read: {violation}.") from None
