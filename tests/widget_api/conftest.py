"""What the tests of the widget's interface share."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts import widget_origins
from accounts.models import Widget
from tests.support.people import People, people, test_database, transactional_db
from tests.support.told import told

__all__ = ["people", "test_database", "told", "transactional_db"]

SHOP = "https://shop.example"


@pytest.fixture(autouse=True)
def nothing_remembered_of_other_tests() -> None:
    """The process keeps the origins of widgets for some seconds; a test's are new."""
    widget_origins.forget()


@pytest.fixture
def shop_widget(people: People) -> Widget:
    """A widget of Home's that stands on the pages of shop.example, and on no other site's."""
    return Widget.objects.create(
        organization_id=people.vera.organization_id,
        name="Shop",
        key="shop-widget",
        allowed_origins=f"{SHOP}\nhttps://*.shop.example",
    )


def sign(widget: Widget, identity: str) -> str:
    """What the company's own server does."""
    return hmac.new(widget.identity_secret.encode(), identity.encode(), hashlib.sha256).hexdigest()


def call(method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> HttpResponse:
    """Call as a page or a program does; headers as `origin="https://shop.example"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        named["Authorization"] = f"Bearer {token}"
    data = "" if body is None else json.dumps(body)
    return Client().generic(
        method, path, data, content_type="application/json", headers={"Host": "testserver", **named}
    )


def ask_for_token(widget: Widget, /, **said: Any) -> HttpResponse:
    return call("POST", f"/api/v1/widget/{widget.key}/token", said)
