"""Asking for things as anybody, over REST and sockets, without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Http
from PIL import Image

from accounts.models import User
from accounts.tokens import Principal, issue_tokens
from tests.security.matrix import Answer
from tests.support.sockets import Client
from tests.support.told import Told


def call(caller: Principal | None, method: str, path: str, data: Any) -> Answer:
    """Call an endpoint as somebody, or as nobody; media come with a picture."""
    headers = {}
    if caller is not None:
        headers["Authorization"] = f"Bearer {issue_tokens(User.objects.get(id=caller.user_id))['access']}"
    client = Http(headers=headers)
    if method == "GET":
        response = client.get(path, data)
    elif path.endswith("/media"):
        response = client.post(path, {**data, "media": picture(), "type": "image"})
    else:
        response = client.generic(method, path, json.dumps(data), content_type="application/json")
    text = b"".join(response).decode()
    assert response.status_code < 500, text
    body = json_or_text(text)
    return (response.status_code, body), None if response.status_code < 400 else body["code"], text


def json_or_text(text: str) -> Any:
    """What a body holds; a transcript is a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def picture() -> SimpleUploadedFile:
    """One pixel."""
    file = BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG")
    return SimpleUploadedFile("pixel.png", file.getvalue(), "image/png")


@contextmanager
def connect(told: Told, namespace: str, caller: Principal) -> Iterator[Client]:
    """Somebody's socket for as long as the context lasts."""
    client = Client(told.process, namespace, caller)
    try:
        yield client
    finally:
        client.leave()
