"""A program that uploads and looks at media over REST, without a network."""

import io
from pathlib import Path
from typing import Any

from django.test import Client
from django.test.client import encode_multipart

from accounts.tokens import Principal, issue_access_token
from tests.support.people import People

BOUNDARY = "boundary"


class Uploader:
    """Uploads as one person."""

    def __init__(self, people: People, principal: Principal) -> None:
        self.principal = principal
        token, _ = issue_access_token(people.user(principal))
        self._client = Client(headers={"Authorization": f"Bearer {token}"})

    def upload(self, kind: Any, *files: tuple[str, bytes], **fields: str) -> tuple[int, dict[str, Any]]:
        """Send files of names and contents; the status and the JSON body."""
        named = []
        for name, content in files:
            file = io.BytesIO(content)
            file.name = name
            named.append(file)
        body = encode_multipart(BOUNDARY, {"type": kind, "media": named, **fields})
        answer = self._client.post(
            "/api/v1/chat/media", body, content_type=f"multipart/form-data; boundary={BOUNDARY}"
        )
        return answer.status_code, answer.json()

    def uploaded(self, kind: str, name: str, content: bytes) -> dict[str, Any]:
        """As `upload`, of one file that must be taken; what is said of it."""
        status, body = self.upload(kind, (name, content))
        assert status == 201, body
        [media] = body["data"]
        return media


def files_in(directory: Path) -> list[Path]:
    """Every file below a directory, drafts included."""
    return [path for path in directory.rglob("*") if path.is_file()] if directory.exists() else []
