"""Asking too often (SPEC §7)."""

from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import User, Widget
from accounts.tokens import issue_access_token
from tests.support.people import People
from tests.widget_api.conftest import SHOP, ask_for_token, call


def check_refused(answer: HttpResponse) -> None:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["success"], body["code"]) == (429, False, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Retry-After"] in body["message"]


def test_visitors_are_made_so_many_in_a_minute_for_each_widget(
    people: People, shop_widget: Widget, settings
) -> None:
    settings.WIDGET_TOKENS_PER_MINUTE = 3
    for _ in range(3):
        assert ask_for_token(people.widget, name="Vera").status_code == 200
    made = User.objects.count()

    check_refused(ask_for_token(people.widget, name="Vera"))

    assert User.objects.count() == made
    assert ask_for_token(shop_widget, name="Vera").status_code == 200, "another widget"
    assert call("GET", "/api/v1/widget/home-widget/profile").status_code == 200, "another kind of request"


def test_a_page_may_read_that_it_asked_too_often(people: People, shop_widget: Widget, settings) -> None:
    settings.WIDGET_REQUESTS_PER_MINUTE = 1
    path = f"/api/v1/widget/{shop_widget.key}/profile"
    assert call("GET", path, origin=SHOP).status_code == 200
    answer = call("GET", path, origin=SHOP)
    check_refused(answer)
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert "Retry-After" in answer["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    ("setting", "method", "path", "body"),
    [
        ("SIGN_INS_PER_MINUTE", "POST", "/api/v1/auth/token", {"email": "a@b.example", "password": "x"}),
        ("SEARCHES_PER_MINUTE", "GET", "/api/v1/chat/messages/search?q=hello", None),
    ],
)
def test_other_limits_hold_where_they_should(
    people: People, settings, setting: str, method: str, path: str, body: Any
) -> None:
    setattr(settings, setting, 2)
    token, _ = issue_access_token(people.user(people.vera))
    statuses = [call(method, path, body, token=token).status_code for _ in range(3)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:2]
    other, _ = issue_access_token(people.user(people.walt))
    again = call(method, path, body, token=other).status_code
    assert again == 429 if setting == "SIGN_INS_PER_MINUTE" else again != 429, (
        "persons are told apart by tokens"
    )
