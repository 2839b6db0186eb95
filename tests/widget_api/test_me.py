"""`me`: what one may change of oneself, and who is told (SPEC §6)."""

from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import User
from accounts.tokens import Principal, issue_access_token, principal_of
from accounts.visitors import verified_visitor
from chat.events import ConversationChanged
from chat.models import Conversation
from tests.support.chats import start
from tests.support.people import People
from tests.support.told import Told
from tests.widget_api.conftest import call

pytestmark = pytest.mark.database


def me(people: People, person: Principal, method: str = "GET", body: Any = None) -> HttpResponse:
    token, _ = issue_access_token(people.user(person))
    return call(method, "/api/v1/chat/me", body, token=token)


def change(people: People, person: Principal, **fields: Any) -> HttpResponse:
    return me(people, person, "PATCH", fields)


def test_everyone_learns_who_it_is(people: People) -> None:
    assert me(people, people.vera).json()["data"] == {
        "_id": str(people.vera.user_id),
        "email": "vera@example.com",
        "name": "Vera",
        "first_name": "Vera",
        "last_name": "",
        "phone": "",
        "avatar": None,
        "role": "User",
        "isVerified": False,
    }
    ana = me(people, people.ana).json()["data"]
    assert (ana["role"], ana["email"], ana["isVerified"]) == ("Support", "ana@home.example", True)


def test_a_visitor_changes_its_profile_and_its_live_chat_is_told(people: People, told: Told) -> None:
    conversation = start(people.vera)
    told.forget()
    answer = change(
        people,
        people.vera,
        name="Vera Visitor",
        email="new@example.com",
        phone="+49 30 1234",
        avatar="https://shop.example/vera.png",
    )
    assert answer.status_code == 200
    assert (
        answer.json()["data"].items()
        >= {
            "name": "Vera Visitor",
            "first_name": "Vera",
            "last_name": "Visitor",
            "email": "new@example.com",
            "phone": "+49 30 1234",
            "avatar": "https://shop.example/vera.png",
        }.items()
    )
    assert me(people, people.vera).json()["data"] == answer.json()["data"]
    [event] = told.of(ConversationChanged)
    assert (event.conversation_id, event.kind) == (str(conversation.id), "profile")
    customer = event.conversation.customer
    assert (customer.first_name, customer.last_name, customer.email) == ("Vera", "Visitor", "new@example.com")
    assert event.version == Conversation.objects.get(id=conversation.id).version > conversation.version


def test_what_changes_nothing_tells_nobody(people: People, told: Told) -> None:
    start(people.vera)
    told.forget()
    assert change(people, people.vera, name="Vera", email="vera@example.com").status_code == 200
    assert change(people, people.vera).status_code == 200
    assert told.of(ConversationChanged) == []


def test_who_has_no_live_chat_changes_its_profile_too(people: People, told: Told) -> None:
    assert change(people, people.walt, first_name="Walter").status_code == 200
    assert people.user(people.walt).first_name == "Walter"
    assert told.of(ConversationChanged) == []


def test_the_address_one_signs_in_with_stays(people: People) -> None:
    for member in (people.ana, people.sam):
        refused = change(people, member, email="new@home.example", phone="1")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "e-mail" in refused.json()["message"]
        user = people.user(member)
        assert (user.email, user.username, user.phone) == (member.email, member.email, "")
        assert change(people, member, email=member.email.upper(), phone="2").status_code == 200
        user = people.user(member)
        assert (user.email, user.phone) == (member.email, "2")


def test_a_signed_visitor_keeps_the_address_that_is_its_identity_and_no_other(people: People) -> None:
    by_email, _ = verified_visitor(widget=people.widget, identity="vip@example.com", email="vip@example.com")
    by_id, _ = verified_visitor(widget=people.widget, identity="user-1", email="one@example.com")
    assert change(people, principal_of(by_email), email="vera@example.com").status_code == 403
    assert change(people, principal_of(by_id), email="two@example.com").status_code == 200
    assert set(User.objects.filter(id__in=[by_email.id, by_id.id]).values_list("email", flat=True)) == {
        "vip@example.com",
        "two@example.com",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("avatar", "http://shop.example/vera.png"),
        ("avatar", "javascript:alert(1)"),
        ("avatar", "data:image/svg+xml,<svg/>"),
        ("avatar", "https://" + "a" * 500),
        ("email", "nobody"),
        ("phone", "1" * 33),
        ("first_name", "x" * 81),
        ("name", 5),
        ("name", "a\0b"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_changes(people: People, field: str, value: Any) -> None:
    answer = change(people, people.vera, last_name="Changed", **{field: value})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})
    assert people.user(people.vera).last_name == ""


def test_nothing_else_of_a_person_can_be_changed(people: People) -> None:
    before = User.objects.filter(id=people.vera.user_id).values().get()
    lies = {
        "_id": str(people.ana.user_id),
        "username": "ana@home.example",
        "password": "x",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "organization": str(people.oskar.organization_id),
        "isVerified": True,
        "verified_identity": "vip@example.com",
        "last_name": "Changed",
    }
    assert change(people, people.vera, **lies).status_code == 200
    after = User.objects.filter(id=people.vera.user_id).values().get()
    assert {field for field in before if before[field] != after[field]} == {"last_name"}
    assert people.user(people.vera).visitor.verified_identity == ""
    assert change(people, people.vera, role="admin").status_code == 403, "compared, and never believed"
