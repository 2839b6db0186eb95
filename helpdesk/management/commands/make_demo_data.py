"""`manage make_demo_data`: an organization to try the helpdesk with."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Organization, Role, User, Widget
from helpdesk.demo import (
    DEMO_CAPACITY,
    DEMO_ORGANIZATION,
    DEMO_PASSWORD,
    DEMO_PEOPLE,
    DEMO_QUEUES,
    DEMO_SKILLS,
    DEMO_WIDGET_KEY,
)
from queueing.models import Agent, Member, Queue, Skill


class Command(BaseCommand):
    """Makes the demo organization with its people, queues and widget, in an empty database only."""

    help = "Make the demo organization; refused where there already is an organization."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make everything or nothing."""
        if Organization.objects.exists():
            raise CommandError(
                "This database already has an organization; demo data goes only into an empty one."
            )
        organization = Organization.objects.create(name="Demo Shop", slug=DEMO_ORGANIZATION)
        # Hashed once: it takes its time by design, and everybody is told this password.
        password = make_password(DEMO_PASSWORD)
        people = [
            User.objects.create(
                username=email,
                email=email,
                password=password,
                organization=organization,
                role=role,
                first_name=first_name,
                last_name=last_name,
                # The demo's admin may see everything that the admin site has.
                is_superuser=role == Role.ADMIN,
            )
            for email, role, first_name, last_name in DEMO_PEOPLE
        ]
        agents = [person for person in people if person.role == Role.AGENT]
        for agent in agents:
            skills = [
                Skill.objects.get_or_create(organization=organization, name=name)[0]
                for name in DEMO_SKILLS[agent.email]
            ]
            Agent.objects.create(user=agent, capacity=DEMO_CAPACITY).skills.set(skills)
        for position, (name, mode) in enumerate(DEMO_QUEUES):
            queue = Queue.objects.create(
                organization=organization, name=name, mode=mode, is_default=position == 0
            )
            Member.objects.bulk_create(Member(queue=queue, user=agent) for agent in agents)
        Widget.objects.create(
            organization=organization,
            key=DEMO_WIDGET_KEY,
            name="Demo Shop",
            greeting="Hello! How can we help you?",
        )
