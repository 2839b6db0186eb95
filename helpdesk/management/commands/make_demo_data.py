"""`manage make_demo_data`: an organization to try the helpdesk with."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Organization, Role, User, Widget
from chat.actions import articles
from chat.knowledge.files import article_files, read_article
from chat.models import Assistant, WidgetAssistant
from helpdesk.demo import (
    DEMO_ARTICLES,
    DEMO_ASSISTANT,
    DEMO_ASSISTANT_WIDGET_KEY,
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
    """Makes the demo organization with its people, queues, widgets and assistant, in an empty database only.

    Called again it adds the assistant that an earlier version's demo has not got and reads the articles anew;
    people and queues are made only once.
    """

    help = "Make the demo organization; refused where there already is another organization."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make everything or nothing."""
        demo = Widget.objects.filter(key=DEMO_WIDGET_KEY, organization__slug=DEMO_ORGANIZATION).first()
        if demo is None and Organization.objects.exists():
            raise CommandError(
                "This database already has an organization; demo data goes only into an empty one."
            )
        organization = demo.organization if demo else self._make_organization()
        self._make_assistant(organization)
        for path in article_files(DEMO_ARTICLES):
            articles.put(organization, read_article(path, DEMO_ARTICLES), language="en")

    def _make_organization(self) -> Organization:
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
        return organization

    def _make_assistant(self, organization: Organization) -> None:
        name = DEMO_ASSISTANT["name"]
        assistant, _ = Assistant.objects.get_or_create(
            organization=organization, name=name, defaults=DEMO_ASSISTANT
        )
        widget, _ = Widget.objects.get_or_create(
            organization=organization,
            key=DEMO_ASSISTANT_WIDGET_KEY,
            defaults={
                "name": "Demo Shop",
                "greeting": f"Hello! {name} answers at once, and gets you a person whenever you like.",
            },
        )
        WidgetAssistant.objects.get_or_create(widget=widget, defaults={"assistant": assistant})
