"""The people of the tests: two organizations, and somebody for every role."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.models import Organization, Role, User, Widget
from accounts.tokens import Principal, principal_of
from accounts.visitors import create_visitor
from queueing.models import Member, Queue


@dataclass(frozen=True)
class People:
    """Principals, as a token would make them; `user` gives the row behind one."""

    vera: Principal
    """A visitor."""
    walt: Principal
    """Another visitor of the same widget."""
    ana: Principal
    """An agent of the queue "Support"."""
    bo: Principal
    """Another one."""
    olga: Principal
    """An agent of the queue "Sales"."""
    sam: Principal
    """The admin."""
    oskar: Principal
    """The admin of another organization, where Olaf is the visitor."""
    olaf: Principal
    support: Queue
    sales: Queue
    elsewhere: Queue
    widget: Widget

    def user(self, principal: Principal) -> User:
        return User.objects.get(id=principal.user_id)


@pytest.fixture(scope="session")
def test_database(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database of this test run; at its end nobody keeps PostgreSQL from removing it."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def transactional_db(test_database, django_db_blocker) -> Iterator[None]:
    """An empty database in which commits are real, and empty again afterwards.

    Takes the place of pytest-django's own, which makes all permissions anew each time: half a second on
    PostgreSQL.
    """
    with django_db_blocker.unblock():
        yield
        empty_database()


@pytest.fixture
def people(transactional_db) -> People:
    """Everyone, in a database that other threads see."""
    return make_people()


def empty_database() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label not in ("auth", "contenttypes"):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


@transaction.atomic
def make_people() -> People:
    """Make everyone, in one transaction: two thousand tests begin with it."""
    home, away = Organization.objects.bulk_create(
        [Organization(name="Home", slug="home"), Organization(name="Away", slug="away")]
    )
    support, sales, elsewhere = Queue.objects.bulk_create(
        [
            Queue(organization=home, name="Support", is_default=True),
            Queue(organization=home, name="Sales"),
            Queue(organization=away, name="Support", is_default=True),
        ]
    )
    widget = Widget.objects.create(organization=home, name="Home's widget", key="home-widget")
    away_widget = Widget.objects.create(organization=away, name="Away's widget", key="away-widget")
    team = [person(home, name, Role.AGENT) for name in ("Ana", "Bo", "Olga")]
    team += [person(home, "Sam", Role.ADMIN), person(away, "Oskar", Role.ADMIN)]
    ana, bo, olga, sam, oskar = User.objects.bulk_create(team)
    members = ((support, ana), (support, bo), (sales, olga))
    Member.objects.bulk_create(Member(queue=queue, user=user) for queue, user in members)
    return People(
        vera=visitor(widget, "Vera"),
        walt=visitor(widget, "Walt"),
        ana=principal_of(ana),
        bo=principal_of(bo),
        olga=principal_of(olga),
        sam=principal_of(sam),
        oskar=principal_of(oskar),
        olaf=visitor(away_widget, "Olaf"),
        support=support,
        sales=sales,
        elsewhere=elsewhere,
        widget=widget,
    )


def agent(organization: Organization, name: str, role: str = Role.AGENT) -> User:
    user = person(organization, name, role)
    user.save()
    return user


def person(organization: Organization, name: str, role: str) -> User:
    """Somebody of the team who is not stored yet."""
    email = f"{name.lower()}@{organization.slug}.example"
    return User(
        username=email,
        email=email,
        password=hashed("correct horse"),
        first_name=name,
        organization=organization,
        role=role,
        is_staff=True,
    )


@cache
def hashed(password: str) -> str:
    """A password's hash, made once: to be slow is what hashes are for."""
    return make_password(password)


def visitor(widget: Widget, name: str) -> Principal:
    return principal_of(create_visitor(widget=widget, name=name, email=f"{name.lower()}@example.com"))
