"""Widgets and their visitors in the admin site."""

from html import unescape

import pytest
from django.test import Client

from accounts.models import Widget
from accounts.visitors import verified_visitor
from tests.support.people import People

pytestmark = pytest.mark.database

FORM = {
    "name": "Shop",
    "greeting": "Hello!",
    "color": "#112233",
    "asks_name": "required",
    "asks_email": "no",
    "is_active": "on",
    "assistant-TOTAL_FORMS": "0",
    "assistant-INITIAL_FORMS": "0",
}


@pytest.fixture
def sam(people: People) -> Client:
    client = Client()
    client.force_login(people.user(people.sam), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(widget: Widget) -> str:
    return f"/admin/accounts/widget/{widget.id}/change/"


def test_a_widgets_page_shows_what_goes_onto_the_site_and_the_server(
    sam: Client, people: People, settings
) -> None:
    page = unescape(sam.get(page_of(people.widget)).content.decode())
    tag = f'<script async src="{settings.PUBLIC_URL}/widget.js" data-widget-key="home-widget"></script>'
    assert tag in page
    assert people.widget.identity_secret in page


def test_origins_are_checked_and_the_key_stays(sam: Client, people: People) -> None:
    mine = {**FORM, "organization": str(people.vera.organization_id), "key": "another-key"}
    refused = sam.post(page_of(people.widget), {**mine, "allowed_origins": "shop.example"})
    assert "shop.example is not an origin" in refused.content.decode()
    saved = sam.post(page_of(people.widget), {**mine, "allowed_origins": "https://shop.example"})
    assert saved.status_code == 302, saved.content
    widget = Widget.objects.get(id=people.widget.id)
    assert (widget.allowed_origins, widget.key, widget.asks_name) == (
        "https://shop.example",
        "home-widget",
        "required",
    )
    assert widget.identity_secret == people.widget.identity_secret


def test_a_new_widget_gets_a_key_and_a_secret_of_its_own(sam: Client, people: People) -> None:
    form = {
        **FORM,
        "organization": str(people.vera.organization_id),
        "key": "shop-widget",
        "allowed_origins": "",
    }
    assert sam.post("/admin/accounts/widget/add/", form).status_code == 302
    made = Widget.objects.get(key="shop-widget")
    assert len(made.identity_secret) >= 43
    assert made.identity_secret != people.widget.identity_secret


def test_a_secret_that_became_known_is_replaced(sam: Client, people: People) -> None:
    away = Widget.objects.get(key="away-widget")
    action = {"action": "give_new_secrets", "_selected_action": [str(people.widget.id), str(away.id)]}
    assert sam.post("/admin/accounts/widget/", action).status_code == 302
    assert Widget.objects.get(id=people.widget.id).identity_secret != people.widget.identity_secret
    assert Widget.objects.get(id=away.id).identity_secret == away.identity_secret, "another organization's"


def test_visitors_are_listed_with_their_verified_identity_within_the_organization(
    sam: Client, people: People
) -> None:
    verified_visitor(widget=people.widget, identity="user-42", name="Signed")
    every = sam.get("/admin/accounts/visitor/").content.decode()
    assert "user-42" in every
    assert "Vera" in every
    assert "Olaf" not in every
    verified = sam.get("/admin/accounts/visitor/?verified=yes").content.decode()
    assert "user-42" in verified
    assert "vera@example.com" not in verified
    assert "user-42" not in sam.get("/admin/accounts/visitor/?verified=no").content.decode()
