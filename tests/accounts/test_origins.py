"""Origins of pages: which a list names, and what a list may hold."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection

from accounts import origins, widget_origins
from accounts.models import origins_of
from accounts.models.widget import validate_origins

LIST = origins_of(
    "https://shop.example\n\n HTTPS://*.Shop.example/ \nhttp://localhost:3000\nhttps://plain.example:443"
)


@pytest.mark.parametrize(
    ("origin", "is_listed"),
    [
        ("https://shop.example", True),
        ("https://www.shop.example", True),
        ("https://a.b.shop.example", True),
        ("http://localhost:3000", True),
        ("https://plain.example", True),
        ("http://shop.example", False),
        ("https://shop.example:444", False),
        ("https://www.shop.example:444", False),
        ("https://shop.example.evil.example", False),
        ("https://evilshop.example", False),
        ("https://*.shop.example.evil", False),
        ("http://localhost", False),
        ("https://example", False),
        ("null", False),
        ("", False),
        ("https://" + "a." * 200 + "shop.example", False),
    ],
)
def test_a_list_names_origins_whole_or_by_the_domain_above(origin: str, is_listed: bool) -> None:
    assert origins.is_listed(origin, LIST) is is_listed


def test_looking_at_a_monstrous_origin_takes_no_time() -> None:
    began = time.perf_counter()
    assert not origins.is_listed("https://" + "a." * 30_000 + "shop.example", LIST)
    assert time.perf_counter() - began < 0.01


@pytest.mark.parametrize(
    "line",
    [
        "https://shop.example",
        "http://127.0.0.1:8000",
        "https://*.shop.example",
        "http://[::1]:3000",
        "http://*.localhost:3000",
    ],
)
def test_lines_that_are_origins_are_taken(line: str) -> None:
    validate_origins(f"\n{line}/\n")


@pytest.mark.parametrize(
    "line",
    [
        "*",
        "null",
        "shop.example",
        "https://",
        "https://shop.example/path",
        "ftp://shop.example",
        "https://*",
        "https://*.example",
        "https://a.*.example",
        "https://shop.example, https://b.example",
        "javascript:alert(1)",
    ],
)
def test_lines_that_are_not_are_named(line: str) -> None:
    with pytest.raises(ValidationError, match=r"(is not an origin|is everybody's)"):
        validate_origins(f"https://good.example\n{line}")


def test_without_a_database_the_origins_of_before_stay(people, monkeypatch) -> None:
    people.widget.allowed_origins = "https://shop.example"
    people.widget.save()
    monkeypatch.setattr(widget_origins, "FRESH_SECONDS", 0.0)
    assert widget_origins.load().every == {"https://shop.example"}
    assert widget_origins.current() is None, "no longer fresh"

    def fail(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(fail):
        assert widget_origins.load().every == {"https://shop.example"}
    people.widget.allowed_origins = ""
    people.widget.save()
    assert widget_origins.load().every == frozenset()
