"""Tokens: which open something, and as whom (SPEC §2)."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import Role, User
from accounts.tokens import (
    TokenRefused,
    issue_access_token,
    issue_tokens,
    principal_from_access_token,
    principal_of,
    refresh_tokens,
)

pytestmark = pytest.mark.database


def refusal(token, exchange=principal_from_access_token) -> str:
    with pytest.raises(TokenRefused) as refused:
        exchange(token)
    return refused.value.code


def claims_of(person, **changes) -> dict:
    now = datetime.now(UTC)
    return {
        "token_type": "access",
        "user_id": str(person.user_id),
        "iss": "helpdesk",
        "aud": "helpdesk",
        "jti": "0" * 32,
        "iat": now,
        "exp": now + timedelta(minutes=5),
        **changes,
    }


def sign(claims: dict, key: str | None = None) -> str:
    return jwt.encode(claims, key or settings.SECRET_KEY, algorithm="HS256")


def test_an_access_token_opens_as_the_person_in_the_database(people):
    access, expires_at = issue_access_token(people.user(people.ana))
    principal = principal_from_access_token(access)
    assert (principal.user_id, principal.role, principal.email) == (
        people.ana.user_id,
        Role.AGENT,
        people.ana.email,
    )
    assert (principal.organization_slug, principal.name) == ("home", "Ana")
    assert principal.token_expires_at == expires_at
    assert expires_at > datetime.now(UTC)


def test_the_role_is_read_from_the_database_at_each_use_and_not_from_the_token(people):
    access = issue_tokens(people.user(people.ana))["access"]
    User.objects.filter(id=people.ana.user_id).update(role=Role.CUSTOMER)
    assert principal_from_access_token(access).is_staff_member is False
    claimed = sign(claims_of(people.vera, role="admin", organization_id=str(people.oskar.organization_id)))
    principal = principal_from_access_token(claimed)
    assert (principal.role, principal.organization_id) == (Role.CUSTOMER, people.vera.organization_id)


def test_a_visitors_token_names_its_widget_and_an_agents_names_none(people):
    of_visitor = principal_from_access_token(issue_tokens(people.user(people.vera))["access"])
    of_agent = principal_from_access_token(issue_tokens(people.user(people.ana))["access"])
    assert (of_visitor.widget_id, of_agent.widget_id) == (people.widget.id, None)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_token_is_a_missing_one(nothing):
    assert refusal(nothing) == "token_missing"


@pytest.mark.parametrize(
    "token", [7, True, ["a"], {"token": "a"}, b"a.b.c", "a", "a.b.c", "....", "\0", "é", "\ud800"]
)
def test_what_is_no_token_is_invalid(token):
    assert refusal(token) == "token_invalid"


def test_an_expired_token_is_told_so_on_access_and_on_refresh(people):
    past = datetime.now(UTC) - timedelta(seconds=1)
    access, refresh = (
        AccessToken.for_user(people.user(people.ana)),
        RefreshToken.for_user(people.user(people.ana)),
    )
    access["exp"] = refresh["exp"] = int(past.timestamp())
    assert refusal(str(access)) == "token_expired"
    assert refusal(str(refresh), refresh_tokens) == "token_expired"


def test_a_token_signed_with_another_key_is_refused_and_the_same_with_ours_is_not(people):
    assert principal_from_access_token(sign(claims_of(people.ana))).user_id == people.ana.user_id
    assert refusal(sign(claims_of(people.ana), key="somebody else's key, long enough to sign")) == (
        "token_invalid"
    )


def test_a_token_whose_words_were_changed_after_signing_is_refused(people):
    header, payload, signature = issue_tokens(people.user(people.vera))["access"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["user_id"] = str(people.sam.user_id)
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert refusal(f"{header}.{forged}.{signature}") == "token_invalid"


def test_a_token_that_says_it_needs_no_signature_is_refused(people):
    unsigned = jwt.encode(claims_of(people.sam), None, algorithm="none")
    assert refusal(unsigned) == "token_invalid"
    assert refusal(unsigned, refresh_tokens) == "token_invalid"


@pytest.mark.parametrize("changed", [{"iss": "elsewhere"}, {"aud": "elsewhere"}])
def test_a_token_of_another_issuer_or_for_another_audience_is_refused(people, changed):
    assert refusal(sign(claims_of(people.ana, **changed))) == "token_invalid"


def test_a_refresh_token_opens_nothing_by_itself_and_an_access_token_refreshes_nothing(people):
    tokens = issue_tokens(people.user(people.ana))
    assert refusal(tokens["refresh"]) == "token_invalid"
    assert refusal(tokens["access"], refresh_tokens) == "token_invalid"


def test_a_refresh_token_gives_a_new_pair_that_works(people):
    tokens = refresh_tokens(issue_tokens(people.user(people.ana))["refresh"])
    assert principal_from_access_token(tokens["access"]).user_id == people.ana.user_id
    assert set(refresh_tokens(tokens["refresh"])) == {"access", "refresh"}


def test_all_tokens_of_a_deactivated_person_stop_working_at_once(people):
    user = people.user(people.ana)
    tokens = issue_tokens(user)
    assert principal_from_access_token(tokens["access"])
    user.is_active = False
    user.save()
    assert refusal(tokens["access"]) == "token_invalid"
    assert refusal(tokens["refresh"], refresh_tokens) == "token_invalid"


def test_all_tokens_of_a_deleted_person_stop_working(people):
    user = people.user(people.bo)
    tokens = issue_tokens(user)
    user.delete()
    assert refusal(tokens["access"]) == "token_invalid"
    assert refusal(tokens["refresh"], refresh_tokens) == "token_invalid"


@pytest.mark.parametrize("user_id", ["1", "", "00000000-0000-0000-0000-000000000000", 7, {"a": 1}])
def test_a_well_signed_token_of_nobody_is_refused(people, user_id):
    assert refusal(sign(claims_of(people.ana, user_id=user_id))) == "token_invalid"


def test_a_principal_is_called_by_its_name_else_its_address_else_visitor(people):
    user = people.user(people.vera)
    names = [principal_of(user).name]
    user.first_name = ""
    names.append(principal_of(user).name)
    user.email = ""
    names.append(principal_of(user).name)
    assert names == ["Vera", "vera@example.com", "Visitor"]
    assert user.name == "Visitor"
