"""Guessing passwords is stopped, on the admin's form and on the token endpoint, for the guesser only."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Organization, Role, User

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PASSWORD = "right-password-1"


@pytest.fixture
def alice():
    organization = Organization.objects.create(name="Shop", slug="shop")
    return User.objects.create_user("alice@shop.test", PASSWORD, organization=organization, role=Role.AGENT)


def sign_in_to_admin(password: str, address: str = "203.0.113.5"):
    form = {"username": "alice@shop.test", "password": password}
    return Client().post("/admin/login/", form, REMOTE_ADDR=address)


def ask_for_token(password: str, address: str = "203.0.113.5", **headers: str):
    body = {"email": "Alice@shop.test", "password": password}
    return Client().post("/api/v1/auth/token", body, "application/json", REMOTE_ADDR=address, **headers)


def test_the_right_password_signs_in_to_the_admin_and_gets_tokens(alice):
    assert sign_in_to_admin(PASSWORD).status_code == 302
    assert ask_for_token(PASSWORD).status_code == 200


@pytest.mark.parametrize("guess", [sign_in_to_admin, ask_for_token])
def test_after_too_many_guesses_even_the_right_password_is_refused(alice, guess):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        guess("wrong")

    assert sign_in_to_admin(PASSWORD).status_code == 429
    assert ask_for_token(PASSWORD).status_code == 429


def test_a_program_is_told_of_the_lock_in_the_envelope_and_when_to_come_back(alice):
    answers = [ask_for_token("wrong") for _ in range(settings.AXES_FAILURE_LIMIT + 1)]

    # The attempt that reaches the limit is locked out already: no more guesses than the limit says.
    assert [answer.status_code for answer in answers] == [401] * (settings.AXES_FAILURE_LIMIT - 1) + [429] * 2
    assert answers[-1].json() | {"message": ""} == {"success": False, "message": "", "code": "rate_limited"}
    assert answers[-1]["Retry-After"] == str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    assert "Access-Control-Allow-Origin" not in ask_for_token("wrong", HTTP_X_REQUESTED_WITH="XMLHttpRequest")


def test_guesses_from_elsewhere_do_not_lock_the_account_for_its_owner(alice):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        ask_for_token("wrong", address="203.0.113.66")

    assert ask_for_token(PASSWORD).status_code == 200


def test_naming_another_address_in_a_header_does_not_help_the_guesser(alice):
    for number in range(settings.AXES_FAILURE_LIMIT):
        ask_for_token("wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")

    assert ask_for_token(PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.200").status_code != 200
