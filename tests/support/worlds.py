"""Organizations full of people, made in a running helpdesk's database.

`python -m tests.support.worlds NAME…` makes one world for each name and prints them as JSON. Each is for one
group of tests, so that no two ever meet in a queue. Tokens are in it, because the tests are clients: all
they have of a person is what a person has.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup()

from django.db import transaction
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.models import Organization, Role, User, Widget
from accounts.visitors import create_visitor
from chat.models import Assistant, QueueAssistant
from queueing.models import Member, Queue

GUESTS = 80


def make_world(name: str) -> dict[str, Any]:
    """Make two organizations: `home`, where Ana and Bo serve Support and Olga serves Sales, and another.

    Who comes to the queue Assisted, which nobody serves, is answered by the assistant Iris.
    """
    home, away = (
        Organization.objects.create(name=slug.capitalize(), slug=slug) for slug in (name, f"not-{name}")
    )
    support = Queue.objects.create(organization=home, name="Support", is_default=True)
    sales = Queue.objects.create(organization=home, name="Sales")
    elsewhere = Queue.objects.create(organization=away, name="Support", is_default=True)
    assisted = Queue.objects.create(organization=home, name="Assisted")
    iris = Assistant.objects.create(organization=home, name="Iris", greeting="I am Iris.")
    QueueAssistant.objects.create(queue=assisted, assistant=iris)
    widget = Widget.objects.create(organization=home, name="Home", key=f"{name}-widget")
    away_widget = Widget.objects.create(organization=away, name="Away", key=f"not-{name}-widget")
    shop_widget = Widget.objects.create(
        organization=home, name="Shop", key=f"{name}-shop", allowed_origins="https://shop.example"
    )
    members = {"ana": support, "bo": support, "dora": support, "olga": sales}
    staff = {first_name: make_member(home, first_name, queue) for first_name, queue in members.items()}
    User.objects.filter(id=staff["dora"].id).update(is_active=False)
    people = {
        **staff,
        "sam": make_user(home, "sam", Role.ADMIN),
        "oskar": make_user(away, "oskar", Role.ADMIN),
        "otto": make_member(away, "otto", elsewhere),
        "sheila": create_visitor(widget=shop_widget, name="Sheila", email="sheila@example.com"),
        "olaf": create_visitor(widget=away_widget, name="Olaf", email="olaf@example.com"),
    }
    guests = [
        create_visitor(widget=widget, name=f"Guest {number}", email=f"guest{number}@example.com")
        for number in range(GUESTS)
    ]
    return {
        "organization": {"id": str(home.id), "slug": home.slug},
        "otherOrganization": {"id": str(away.id), "slug": away.slug},
        "people": {first_name: describe(user) for first_name, user in people.items()},
        "guests": [describe(guest) for guest in guests],
        "queues": {
            "support": str(support.id),
            "sales": str(sales.id),
            "assisted": str(assisted.id),
            "elsewhere": str(elsewhere.id),
        },
        "widgetKey": widget.key,
        "shop": {"key": shop_widget.key, "secret": shop_widget.identity_secret},
    }


def make_member(organization: Organization, first_name: str, queue: Queue) -> User:
    user = make_user(organization, first_name, Role.AGENT)
    Member.objects.create(queue=queue, user=user)
    return user


def make_user(organization: Organization, first_name: str, role: Role) -> User:
    return User.objects.create_user(
        f"{first_name}@{organization.slug}.example",
        first_name=first_name.capitalize(),
        last_name="Example",
        organization=organization,
        role=role,
    )


def describe(user: User) -> dict[str, str]:
    expired = AccessToken.for_user(user)
    expired.set_exp(lifetime=-timedelta(minutes=1))
    return {
        "id": str(user.id),
        "email": user.email,
        "name": user.name,
        "role": user.role,
        **tokens.issue_tokens(user),
        "expired": str(expired),
    }


if __name__ == "__main__":
    with transaction.atomic():
        worlds = [make_world(name) for name in sys.argv[1:]]
    json.dump(worlds, sys.stdout)
