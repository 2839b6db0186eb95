"""Users and visitors: flags that follow the role, names to sign in with."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError

from accounts.models import Organization, Role, User, Visitor
from accounts.tokens import principal_of
from accounts.visitors import create_visitor

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("role", "is_staff"), [(Role.CUSTOMER, False), (Role.AGENT, True), (Role.ADMIN, True)]
)
def test_only_agents_and_admins_get_into_the_admin_site(people, role, is_staff):
    organization = Organization.objects.get(slug="home")
    user = User.objects.create_user("new@example.com", "secret", organization=organization, role=role)
    assert (user.is_staff, user.is_superuser) == (is_staff, False)
    principal = principal_of(user)
    assert principal.is_staff_member is is_staff
    assert principal.is_customer is not is_staff
    assert principal.is_admin is (role == Role.ADMIN)


def test_the_admin_site_closes_for_an_agent_who_becomes_a_customer(people):
    user = people.user(people.ana)
    assert user.is_staff
    user.role = Role.CUSTOMER
    user.save()
    assert not people.user(people.ana).is_staff


def test_one_signs_in_with_the_address_in_any_case_and_only_with_the_right_password(people, rf):
    request = rf.post("/")
    signed_in = authenticate(request, username=" ANA@Home.example ", password="correct horse")
    assert signed_in is not None
    assert signed_in.id == people.ana.user_id
    assert authenticate(request, username="ana@home.example", password="wrong horse") is None


def test_a_deactivated_person_cannot_sign_in(people, rf):
    User.objects.filter(id=people.ana.user_id).update(is_active=False)
    assert authenticate(rf.post("/"), username="ana@home.example", password="correct horse") is None


def test_two_people_cannot_sign_in_with_one_address_in_two_cases(people):
    with pytest.raises(IntegrityError):
        User.objects.create_user("ANA@home.example", organization_id=people.ana.organization_id)


def test_a_superuser_is_an_admin_of_an_organization(people):
    user = User.objects.create_superuser("Root@example.com", "secret")
    assert (user.username, user.role, user.is_staff, user.is_superuser) == (
        "root@example.com",
        Role.ADMIN,
        True,
        True,
    )


def test_a_visitor_is_a_customer_of_its_widgets_organization_and_cannot_sign_in(people, rf):
    user = create_visitor(widget=people.widget, name="  Mary Jane  Watson ", email=" mary@example.com ")
    assert (user.first_name, user.last_name, user.email) == ("Mary", "Jane  Watson", "mary@example.com")
    assert (user.role, user.organization_id) == (Role.CUSTOMER, people.widget.organization_id)
    assert Visitor.objects.get(user=user).widget == people.widget
    assert not user.has_usable_password()
    assert authenticate(rf.post("/"), username=user.username, password="") is None


def test_a_visitor_who_claims_an_agents_address_is_still_a_stranger(people):
    claimed = create_visitor(widget=people.widget, name="Ana", email="ana@home.example")
    again = create_visitor(widget=people.widget, name="Ana", email="ana@home.example")
    assert len({claimed.id, again.id, people.ana.user_id}) == 3
    assert principal_of(claimed).is_staff_member is False


def test_a_visitor_may_be_nobody_in_particular_and_have_a_very_long_name(people):
    assert create_visitor(widget=people.widget).name == "Visitor"
    long = create_visitor(widget=people.widget, name="x" * 500 + " " + "y" * 500)
    long.refresh_from_db()
    assert (len(long.first_name), len(long.last_name)) == (80, 80)
