"""The person that an assistant is in conversations: neither customer nor team, and nobody's account."""

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from accounts.models import User
from accounts.tokens import (
    TokenRefused,
    issue_tokens,
    principal_from_access_token,
    principal_of,
    refresh_tokens,
)
from chat import access
from chat.actions import routing
from chat.errors import Forbidden, NotFound
from chat.models import Assistant
from queueing.models import Member, Queue
from tests.support.assistants import assistant_of
from tests.support.chats import start
from tests.support.people import People
from tests.support.rest import Caller

pytestmark = pytest.mark.database


@pytest.fixture
def ada(people: People) -> Assistant:
    return assistant_of(people)


def test_nobody_signs_in_as_it(ada: Assistant, rf) -> None:
    assert not ada.user.has_usable_password()
    for password in ("", "!", ada.user.password):
        assert authenticate(rf.post("/"), username=ada.user.username, password=password) is None


def test_no_token_opens_anything_as_it(ada: Assistant) -> None:
    tokens = issue_tokens(ada.user)
    with pytest.raises(TokenRefused):
        principal_from_access_token(tokens["access"])
    with pytest.raises(TokenRefused):
        refresh_tokens(tokens["refresh"])


def test_it_is_neither_a_customer_nor_one_of_the_team(people: People, ada: Assistant) -> None:
    it, chat = principal_of(ada.user), start(people.vera)
    for rule in (access.staff, access.customer):
        with pytest.raises(Forbidden):
            rule(it)
    assert ada.user not in access.team(people.sam)
    waiting = start(people.walt, str(people.sales.id))
    for take in (lambda: routing.claim(it, str(waiting.id)), lambda: routing.take_over(it, str(chat.id))):
        with pytest.raises((Forbidden, NotFound)):
            take()
    with pytest.raises(NotFound):
        access.agent_to_assign(people.sam, str(ada.user_id))
    with pytest.raises(NotFound):
        access.colleague(people.ana, str(ada.user_id))


def test_it_is_no_colleague_in_lists_and_statistics(people: People, ada: Assistant) -> None:
    start(people.vera)
    caller = Caller(people, people.sam)
    present = {person["_id"] for person in caller.get("/api/v1/chat/presence")[1]["data"]}
    counted = {
        row["agent"]["_id"]
        for row in caller.get("/api/v1/chat/support/stats")[1]["data"]["agents"]
        if row["agent"]
    }
    assert (
        present == counted == {str(one.user_id) for one in (people.ana, people.bo, people.olga, people.sam)}
    )


def test_the_admin_site_neither_shows_it_among_people_nor_makes_people_assistants(
    people: People, ada: Assistant
) -> None:
    sam = Client()
    sam.force_login(people.user(people.sam), backend="django.contrib.auth.backends.ModelBackend")
    assert sam.get(f"/admin/accounts/user/{ada.user_id}/change/").status_code == 302, (
        "as one who does not exist"
    )
    assert sam.get(f"/admin/accounts/user/{ada.user_id}/password/").status_code in (302, 404)
    assert "assistant-" not in sam.get("/admin/accounts/user/").content.decode()
    new = {
        "username": "eve@home.example",
        "organization": str(people.sam.organization_id),
        "role": "assistant",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }
    refused = sam.post("/admin/accounts/user/add/", new)
    assert "assistant is not one of the available choices" in refused.content.decode()
    assert not User.objects.filter(username="eve@home.example").exists()
    assert sam.post("/admin/accounts/user/add/", {**new, "role": "agent"}).status_code == 302
    member = {"members-TOTAL_FORMS": "1", "members-INITIAL_FORMS": "0", "members-0-user": str(ada.user_id)}
    for inline in ("opening_hours", "assistant"):
        member |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    queue = {"name": "French", "mode": "pull", "priority": "0", "time_zone": "UTC"}
    sam.post(
        "/admin/queueing/queue/add/", {**queue, **member, "organization": str(people.sam.organization_id)}
    )
    assert not Queue.objects.filter(name="French").exists()
    assert not Member.objects.filter(user=ada.user).exists()
