"""Whose pages may call the REST interface for a widget, and read its answers (SPEC §7)."""

import pytest
from django.http import HttpResponse

from accounts.models import User, Widget
from accounts.tokens import issue_access_token, issue_tokens
from accounts.visitors import create_visitor
from tests.support.people import People
from tests.widget_api.conftest import SHOP, call

pytestmark = pytest.mark.database

LISTED_ELSEWHERE = "https://configured.example"
FOREIGN = (
    "https://evil.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "null",
    "",
)
OURS = "http://testserver"
SHOPS_BRANCH = "https://www.berlin.shop.example"


@pytest.fixture(autouse=True)
def a_site_of_the_settings(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [LISTED_ELSEWHERE]


@pytest.fixture
def sheila(shop_widget: Widget) -> User:
    """A visitor who came from shop.example."""
    return create_visitor(widget=shop_widget, name="Sheila")


def token_of(user: User) -> str:
    return issue_access_token(user)[0]


def preflight(path: str, origin: str, method: str = "POST", **headers: str) -> HttpResponse:
    return call("OPTIONS", path, origin=origin, access_control_request_method=method, **headers)


def may_be_read(answer: HttpResponse) -> str | None:
    """The page to which a browser shows the answer."""
    return answer.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("origin", [SHOP, SHOPS_BRANCH, LISTED_ELSEWHERE])
def test_a_widgets_own_pages_use_it(shop_widget: Widget, origin: str) -> None:
    profile = call("GET", "/api/v1/widget/shop-widget/profile", origin=origin)
    assert (profile.status_code, may_be_read(profile)) == (200, origin)
    token = call("POST", "/api/v1/widget/shop-widget/token", {"name": "Vera"}, origin=origin)
    assert (token.status_code, may_be_read(token)) == (200, origin)
    started = call("POST", "/api/v1/chat/conversations", {}, token=token.json()["access"], origin=origin)
    assert (started.status_code, may_be_read(started)) == (200, origin)
    renewed = call("POST", "/api/v1/auth/token/refresh", {"refresh": token.json()["refresh"]}, origin=origin)
    assert (renewed.status_code, may_be_read(renewed)) == (200, origin)


def test_other_pages_do_not_and_may_not_even_read_the_refusal(shop_widget: Widget, sheila: User) -> None:
    refresh = issue_tokens(sheila)["refresh"]
    before = User.objects.count()
    for origin in FOREIGN:
        answers = [
            call("GET", "/api/v1/widget/shop-widget/profile", origin=origin),
            call("POST", "/api/v1/widget/shop-widget/token", {"name": "Vera"}, origin=origin),
            call("GET", "/api/v1/chat/me", token=token_of(sheila), origin=origin),
            call("POST", "/chat/conversations", {}, token=token_of(sheila), origin=origin),
            call("POST", "/api/v1/auth/token/refresh", {"refresh": refresh}, origin=origin),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5, origin
        assert [may_be_read(answer) for answer in answers] == [None] * 5, origin
        assert answers[0].json()["code"] == "forbidden"
    assert User.objects.count() == before


def test_a_site_uses_its_own_widget_and_not_its_neighbours(people: People, sheila: User) -> None:
    """The other widget lists no site: it is for pages of the helpdesk alone."""
    assert call("GET", "/api/v1/widget/home-widget/profile", origin=OURS).status_code == 200
    profile = call("GET", "/api/v1/widget/home-widget/profile", origin=SHOP)
    assert (profile.status_code, may_be_read(profile)) == (403, None)
    vera = token_of(people.user(people.vera))
    for path in ("/api/v1/chat/me", "/chat/me"):
        answer = call("GET", path, token=vera, origin=SHOP)
        assert (answer.status_code, may_be_read(answer)) == (403, None)
        assert call("GET", path, token=vera, origin=OURS).status_code == 200


def test_programs_that_are_no_page_send_no_origin_and_are_let_in(people: People, sheila: User) -> None:
    assert call("GET", "/api/v1/widget/shop-widget/profile").status_code == 200
    assert call("GET", "/api/v1/chat/me", token=token_of(sheila)).status_code == 200


def test_the_tokens_of_the_team_and_passwords_are_for_our_own_pages(
    people: People, shop_widget: Widget
) -> None:
    for member in (people.ana, people.sam):
        token = token_of(people.user(member))
        answer = call("GET", "/api/v1/chat/presence", token=token, origin=SHOP)
        assert (answer.status_code, may_be_read(answer)) == (403, None)
        for origin in (OURS, LISTED_ELSEWHERE):
            assert call("GET", "/api/v1/chat/presence", token=token, origin=origin).status_code == 200
    credentials = {"email": "ana@home.example", "password": "correct horse"}
    answer = call("POST", "/api/v1/auth/token", credentials, origin=SHOP)
    assert (answer.status_code, may_be_read(answer)) == (403, None)
    assert may_be_read(preflight("/api/v1/auth/token", SHOP)) is None
    assert call("POST", "/api/v1/auth/token", credentials, origin=OURS).status_code == 200


def test_a_preflight_allows_a_widgets_page_what_visitors_do(shop_widget: Widget) -> None:
    for path, method in (
        ("/api/v1/widget/shop-widget/token", "POST"),
        ("/api/v1/chat/me", "PATCH"),
        ("/chat/messages/1", "DELETE"),
        ("/api/v1/auth/token/refresh", "POST"),
    ):
        answer = preflight(path, SHOP, method, access_control_request_headers="authorization,content-type")
        assert (answer.status_code, may_be_read(answer)) == (200, SHOP), path
        assert method in answer["Access-Control-Allow-Methods"]
        assert {"authorization", "content-type"} <= set(
            answer["Access-Control-Allow-Headers"].lower().split(", ")
        )
        assert "origin" in answer["Vary"].lower()
        assert "Access-Control-Allow-Credentials" not in answer, "we know nobody by a cookie here"


def test_a_preflight_allows_other_pages_nothing(shop_widget: Widget, people: People) -> None:
    for path in (
        "/api/v1/widget/shop-widget/token",
        "/api/v1/chat/me",
        "/chat/me",
        "/api/v1/auth/token/refresh",
        "/api/v1/auth/token",
    ):
        for origin in FOREIGN:
            assert may_be_read(preflight(path, origin)) is None, (path, origin)
    assert may_be_read(preflight("/api/v1/widget/home-widget/token", SHOP)) is None, "the neighbour's widget"
    assert may_be_read(preflight("/admin/login/", SHOP)) is None


def test_a_page_reads_that_its_token_has_ended(shop_widget: Widget) -> None:
    answer = call("GET", "/api/v1/chat/me", token="nonsense", origin=SHOP)
    assert (answer.status_code, may_be_read(answer)) == (401, SHOP)


def test_a_change_of_the_list_counts_at_once(shop_widget: Widget, django_assert_num_queries) -> None:
    assert may_be_read(preflight("/api/v1/widget/shop-widget/token", SHOP)) == SHOP
    with django_assert_num_queries(0):
        assert may_be_read(preflight("/api/v1/widget/shop-widget/token", SHOP)) == SHOP

    shop_widget.allowed_origins = "https://new.example"
    shop_widget.save()

    assert may_be_read(preflight("/api/v1/widget/shop-widget/token", SHOP)) is None
    assert may_be_read(preflight("/api/v1/widget/shop-widget/token", "https://new.example")) is not None


def test_a_widget_that_is_switched_off_has_no_pages(shop_widget: Widget) -> None:
    shop_widget.is_active = False
    shop_widget.save()
    assert may_be_read(preflight("/api/v1/chat/me", SHOP, "GET")) is None
    answer = call("GET", "/api/v1/widget/shop-widget/profile", origin=SHOP)
    assert (answer.status_code, may_be_read(answer)) == (404, None)


def test_no_page_may_frame_the_desk_or_its_sign_in(people: People) -> None:
    for path in ("/admin/login/", "/admin/desk/"):
        answer = call("GET", path, origin=SHOP)
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
