"""Who gets the desk's page and its token, and what the page may do in a browser."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tokens import TokenRefused, principal_from_access_token
from tests.support.assistants import assistant_of
from tests.support.people import People

DESK = "/admin/desk/"
TOKEN = "/admin/desk/token"


def signed_in(people: People, name: str, **options: bool) -> Client:
    client = Client(**options)
    client.force_login(
        people.user(getattr(people, name)), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.mark.parametrize("name", ["ana", "sam"])
def test_an_agent_and_an_admin_get_the_desk(people: People, name: str) -> None:
    response = signed_in(people, name).get(DESK)
    assert response.status_code == 200
    described = re.search(r'<script id="desk-agent" type="application/json">(.*?)</script>', response.text)
    assert described
    person = getattr(people, name)
    assert json.loads(described[1]) == {
        "id": str(person.user_id),
        "email": person.email,
        "name": person.name,
        "role": person.role,
    }


def test_a_list_of_the_assistants_chats_is_shown_to_teams_that_have_an_assistant(people: People) -> None:
    def is_shown(name: str) -> bool:
        page = signed_in(people, name).get(DESK).text
        [section] = re.findall(r'<section[^>]* id="assisted-section"[^>]*>', page)
        return " hidden" not in section

    assert not is_shown("ana")
    ada = assistant_of(people)
    assert (is_shown("ana"), is_shown("oskar")) == (True, False)
    ada.is_active = False
    ada.save()
    assert not is_shown("ana")


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(people: People) -> None:
    response = Client().get(DESK)
    assert response.status_code == 302
    assert response["Location"] == "/admin/login/?next=/admin/desk/"


def test_a_customer_with_a_session_is_refused(people: People) -> None:
    assert signed_in(people, "vera").get(DESK).status_code == 403


def test_a_deactivated_agent_is_sent_to_sign_in(people: People) -> None:
    client = signed_in(people, "ana")
    user = people.user(people.ana)
    user.is_active = False
    user.save()
    assert client.get(DESK).status_code == 302
    assert client.post(TOKEN).status_code == 401


@pytest.mark.parametrize("name", ["ana", "sam"])
def test_the_session_is_worth_an_access_token_of_the_same_person(people: People, name: str) -> None:
    response = signed_in(people, name).post(TOKEN)
    assert response.status_code == 200
    answer = response.json()
    assert principal_from_access_token(answer["access"]).user_id == getattr(people, name).user_id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer["expiresAt"])
    assert datetime.fromisoformat(answer["expiresAt"]) > datetime.now(UTC)
    assert "no-store" in response["Cache-Control"]


def test_without_a_session_there_is_no_token(people: People) -> None:
    response = Client().post(TOKEN)
    assert response.status_code == 401
    assert response.json() == {"success": False, "message": "Your session has ended: sign in again."}


def test_a_customers_session_is_worth_no_token(people: People) -> None:
    response = signed_in(people, "vera").post(TOKEN)
    assert response.status_code == 403
    assert "access" not in response.json()


def test_another_sites_page_cannot_ask_for_a_token(people: People) -> None:
    client = signed_in(people, "ana", enforce_csrf_checks=True)
    assert client.post(TOKEN).status_code == 403
    page = client.get(DESK)
    csrf_token = page.cookies["csrftoken"].value
    assert client.post(TOKEN, headers={"X-CSRFToken": csrf_token}).status_code == 200


def test_a_token_is_not_given_for_a_link(people: People) -> None:
    assert signed_in(people, "ana").get(TOKEN).status_code == 405


def test_a_deactivated_agents_token_opens_nothing(people: People) -> None:
    access = signed_in(people, "ana").post(TOKEN).json()["access"]
    assert principal_from_access_token(access)
    user = people.user(people.ana)
    user.is_active = False
    user.save()
    with pytest.raises(TokenRefused):
        principal_from_access_token(access)


def test_the_page_holds_nothing_that_a_strict_policy_would_have_to_allow(people: People) -> None:
    response = signed_in(people, "sam").get(DESK)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    page = response.text
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert scripts, "the page must have scripts for this test to mean anything"
    assert all(" src=" in script or 'type="application/json"' in script for script in scripts)
    assert not re.search(r"<style\b|\sstyle=|\son\w+=", page)


def test_a_name_cannot_break_out_of_the_pages_data(people: People) -> None:
    user = people.user(people.ana)
    user.first_name = "</script><script>alert(1)</script>"
    user.save()
    page = signed_in(people, "ana").get(DESK).text
    assert "<script>alert" not in page
    assert "alert(1)" in page, "the name must be on the page for this test to mean anything"


def test_an_agent_with_nothing_to_administer_is_sent_from_the_admin_to_the_desk(people: People) -> None:
    response = signed_in(people, "ana").get(reverse("admin:index"))
    assert response.status_code == 302
    assert response["Location"] == DESK


def test_the_admin_site_links_to_the_desk(people: People) -> None:
    user = people.user(people.sam)
    user.is_superuser = True
    user.save()
    page = signed_in(people, "sam").get("/admin/")
    assert page.status_code == 200
    assert f'href="{DESK}"' in page.text
