"""Who a visitor is: whoever it claims to be, unless the company's own server has signed it (SPEC §7)."""

import re
from functools import partial
from itertools import product

import pytest

from accounts.models import User, Visitor, Widget
from accounts.tokens import issue_access_token, principal_of
from accounts.visitors import is_signed, verified_visitor
from chat.models import Conversation
from helpdesk.paths import BASE_DIR
from tests.support.people import People
from tests.support.together import together
from tests.widget_api.conftest import ask_for_token, call, sign

pytestmark = pytest.mark.database

VICTIM_ID, VICTIM_EMAIL = "user-42", "victim@example.com"


@pytest.fixture
def victim(people: People) -> User:
    """Somebody whom the company vouches for, with a chat that holds a secret."""
    widget = people.widget
    answer = ask_for_token(
        widget, name="Vic Tim", email=VICTIM_EMAIL, userId=VICTIM_ID, userHash=sign(widget, VICTIM_ID)
    )
    assert answer.status_code == 200, answer.content
    body = answer.json()
    started = call("POST", "/api/v1/chat/conversations", {}, token=body["access"])
    assert started.status_code == 200
    return User.objects.get(id=body["visitor"]["_id"])


def conversations_seen_by(token: str) -> list[str]:
    answer = call("GET", "/api/v1/chat/conversations", token=token)
    assert answer.status_code == 200
    return [conversation["_id"] for conversation in answer.json()["data"]]


def test_a_signed_visitor_comes_back_to_its_chats_from_another_browser(people: People, victim: User) -> None:
    answer = ask_for_token(people.widget, userId=VICTIM_ID, userHash=sign(people.widget, VICTIM_ID)).json()

    assert answer["visitor"] == {"_id": str(victim.id), "name": "Vic Tim", "email": VICTIM_EMAIL}
    assert len(conversations_seen_by(answer["access"])) == 1


CLAIMED_IDS = [None, VICTIM_ID, "USER-42"]
CLAIMED_EMAILS = [None, VICTIM_EMAIL]
HASHES = [
    "none",
    "empty",
    "guess",
    "of another secret",
    "of another identity",
    "cut",
    "of the right one, MD5",
]


@pytest.mark.parametrize("kind_of_hash", HASHES)
def test_without_the_right_hash_nothing_one_claims_leads_to_another_visitor(
    people: People, victim: User, kind_of_hash: str
) -> None:
    other_widget = Widget.objects.create(organization_id=people.vera.organization_id, name="Other")
    hashes = {
        "none": None,
        "empty": "",
        "guess": "0" * 64,
        "of another secret": sign(other_widget, VICTIM_ID),
        "of another identity": sign(people.widget, "user-43"),
        "cut": sign(people.widget, VICTIM_ID)[:63],
        "of the right one, MD5": "ü" * 32,
    }
    visitors_before = Visitor.objects.count()
    admitted = 0
    for user_id, email in product(CLAIMED_IDS, CLAIMED_EMAILS):
        answer = ask_for_token(
            people.widget, name="Vic Tim", userId=user_id, email=email, userHash=hashes[kind_of_hash]
        )
        if hashes[kind_of_hash]:
            # A hash of nothing at all is a mistake of the page, every other one is refused.
            assert answer.status_code == (403 if user_id or email else 400), (user_id, email)
            assert answer.json()["success"] is False
            continue
        assert answer.status_code == 200
        admitted += 1
        body = answer.json()
        assert body["visitor"]["_id"] != str(victim.id)
        assert conversations_seen_by(body["access"]) == []
        assert Visitor.objects.get(user_id=body["visitor"]["_id"]).verified_identity == ""
        stolen = Conversation.objects.get(customer=victim)
        found = call("GET", f"/api/v1/chat/conversations/{stolen.id}", token=body["access"])
        assert found.status_code == 404
    assert Visitor.objects.count() == visitors_before + admitted


def test_the_example_of_the_documentation_is_right(people: People) -> None:
    text = (BASE_DIR / "docs" / "widget.md").read_text()
    [example] = re.findall(r"^`([0-9a-f]{64})`", text, re.MULTILINE)
    assert is_signed(Widget(identity_secret="north"), "user-42", example)
    assert not is_signed(Widget(identity_secret="south"), "user-42", example)


def test_the_right_hash_opens_nothing_at_another_widget(people: People, victim: User) -> None:
    other = Widget.objects.create(
        organization_id=people.vera.organization_id,
        name="Other",
        identity_secret=people.widget.identity_secret,
    )
    answer = ask_for_token(other, userId=VICTIM_ID, userHash=sign(other, VICTIM_ID))

    assert answer.status_code == 200
    assert answer.json()["visitor"]["_id"] != str(victim.id)


def test_without_a_user_id_the_e_mail_address_is_the_identity_in_any_case(people: People) -> None:
    def visitor_of(email: str) -> str:
        answer = ask_for_token(people.widget, email=email, userHash=sign(people.widget, email))
        assert answer.status_code == 200
        return str(answer.json()["visitor"]["_id"])

    assert visitor_of("vip@example.com") == visitor_of("VIP@example.com")
    assert visitor_of("vip@example.com") != visitor_of("vip2@example.com")


def test_with_a_user_id_the_hash_is_the_ids_and_the_address_proves_nothing(people: People) -> None:
    answer = ask_for_token(
        people.widget, userId="user-1", email=VICTIM_EMAIL, userHash=sign(people.widget, VICTIM_EMAIL)
    )
    assert answer.status_code == 403


def test_what_the_company_says_anew_of_a_signed_visitor_is_kept(people: People, victim: User) -> None:
    ask_for_token(
        people.widget,
        name="New Name",
        email="new@example.com",
        userId=VICTIM_ID,
        userHash=sign(people.widget, VICTIM_ID),
    )
    victim.refresh_from_db()
    assert (victim.name, victim.email) == ("New Name", "new@example.com")


def test_however_many_pages_open_at_once_an_identity_is_one_customer(people: People) -> None:
    def come(name: str) -> tuple[User, bool]:
        return verified_visitor(widget=people.widget, identity="user-7", name=name)

    came = together([partial(come, f"Tab {number}") for number in range(8)])

    assert all(isinstance(result, tuple) for result in came), came
    assert len({user.id for user, _ in came}) == 1
    assert [is_new for _, is_new in came].count(True) == 1
    assert User.objects.filter(first_name="Tab").count() == 1, "the others left no row behind"


def test_a_widget_may_want_a_signed_identity(people: People) -> None:
    Widget.objects.filter(id=people.widget.id).update(requires_identity=True)

    refused = ask_for_token(people.widget, name="Vera", email="vera@example.com")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "userHash" in refused.json()["message"]
    signed = ask_for_token(people.widget, userId="u1", userHash=sign(people.widget, "u1"))
    assert signed.status_code == 200


def test_a_deactivated_customer_is_not_let_in_again_by_its_identity(people: People, victim: User) -> None:
    User.objects.filter(id=victim.id).update(is_active=False)

    answer = ask_for_token(people.widget, userId=VICTIM_ID, userHash=sign(people.widget, VICTIM_ID))

    assert answer.status_code == 403
    assert Visitor.objects.filter(verified_identity=VICTIM_ID).count() == 1


def test_required_answers_are_named_when_they_are_missing(people: People) -> None:
    Widget.objects.filter(id=people.widget.id).update(asks_name="required", asks_email="required")

    for said, missing in (
        ({}, {"name", "email"}),
        ({"name": "  ", "email": ""}, {"name", "email"}),
        ({"name": "Vera"}, {"email"}),
    ):
        answer = ask_for_token(people.widget, **said)
        assert (answer.status_code, set(answer.json()["errors"])) == (400, missing), said
    assert ask_for_token(people.widget, name="Vera", email="vera@example.com").status_code == 200
    signed = ask_for_token(people.widget, userId="u1", userHash=sign(people.widget, "u1"))
    assert signed.status_code == 200, "the company knows its users"


def test_fields_that_are_not_asked_for_change_nothing(people: People, victim: User) -> None:
    answer = ask_for_token(
        people.widget,
        name="Eve",
        _id=str(victim.id),
        username="ana@home.example",
        password="x",
        role="admin",
        is_staff=True,
        is_superuser=True,
        orgId="away",
        organization_id=str(people.oskar.organization_id),
        widget="away-widget",
        verified_identity=VICTIM_ID,
        isVerified=True,
    )

    assert answer.status_code == 200
    made = User.objects.select_related("visitor").get(id=answer.json()["visitor"]["_id"])
    assert made.id not in (victim.id, people.ana.user_id)
    assert (made.role, made.is_staff, made.is_superuser) == ("customer", False, False)
    assert made.organization_id == people.vera.organization_id
    assert (made.visitor.widget_id, made.visitor.verified_identity) == (people.widget.id, "")
    assert made.username.startswith("visitor-")
    assert not made.has_usable_password()


def test_what_has_the_wrong_form_is_refused_and_makes_nobody(people: People) -> None:
    before = User.objects.count()
    for field, value in (
        ("userHash", 1),
        ("userHash", ["a"]),
        ("userId", 42),
        ("userId", {"$gt": ""}),
        ("userId", "a\0b"),
        ("email", "nobody"),
    ):
        answer = ask_for_token(people.widget, **{field: value})
        assert (answer.status_code, set(answer.json()["errors"])) == (400, {field}), value
    assert User.objects.count() == before


def test_the_tokens_of_a_widget_that_is_switched_off_open_nothing(people: People) -> None:
    body = ask_for_token(people.widget, name="Vera").json()
    assert call("GET", "/api/v1/chat/me", token=body["access"]).status_code == 200

    Widget.objects.filter(id=people.widget.id).update(is_active=False)

    assert call("GET", "/api/v1/chat/me", token=body["access"]).status_code == 401
    assert call("POST", "/api/v1/auth/token/refresh", {"refresh": body["refresh"]}).status_code == 401
    assert ask_for_token(people.widget, name="Vera").status_code == 404
    agent, _ = issue_access_token(people.user(people.ana))
    assert call("GET", "/api/v1/chat/me", token=agent).status_code == 200


def test_a_principal_knows_the_origins_of_its_widget_alone(people: People, shop_widget: Widget) -> None:
    verified, _ = verified_visitor(widget=shop_widget, identity="u1")
    assert principal_of(verified).widget_origins == {"https://shop.example", "https://*.shop.example"}
    assert principal_of(people.user(people.vera)).widget_origins == frozenset()
    assert principal_of(people.user(people.ana)).widget_origins == frozenset()
