"""`manage create_user`: make a person (SPEC §12)."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import PEOPLE_ROLES, Organization, Role, User
from queueing.models import Agent, Member, Queue, Skill


class Command(BaseCommand):
    help = "Make a person of an organization, and the organization, queues and skills where they are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument("email")
        parser.add_argument("--role", choices=[role.value for role in PEOPLE_ROLES], required=True)
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--password", required=True)
        parser.add_argument("--name", default="", help='for example "Alice Moreno"')
        parser.add_argument(
            "--queue", action="append", default=[], metavar="NAME", help="may be given several times"
        )
        parser.add_argument(
            "--skill", action="append", default=[], metavar="NAME", help="may be given several times"
        )
        parser.add_argument("--capacity", type=int, metavar="N", help="chats at once; without it no limit")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make the person. Raises `CommandError`, which says what is wrong."""
        email: str = options["email"].strip()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is not an e-mail address.") from None
        if User.objects.filter(username=email.lower()).exists():
            raise CommandError(f"There is somebody with the e-mail address {email} already.")
        if options["role"] == Role.CUSTOMER:
            _check_serves_nothing(options)
        slug: str = options["organization"]
        organization, _ = Organization.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize()})
        first_name, _, last_name = options["name"].strip().partition(" ")
        user = User.objects.create_user(
            email,
            options["password"],
            role=options["role"],
            organization=organization,
            first_name=first_name or email.partition("@")[0].capitalize(),
            last_name=last_name,
        )
        _join_queues(user, options["queue"])
        if options["skill"] or options["capacity"] is not None:
            _describe_agent(user, options["skill"], options["capacity"])
        self.stdout.write(f"Made {user.get_role_display().lower()} {user.name} <{email}> of {organization}.")


def _check_serves_nothing(options: dict[str, Any]) -> None:
    for option in ("queue", "skill", "capacity"):
        if options[option] not in ([], None):
            raise CommandError(f"A customer serves no queue: leave --{option} out, or choose another role.")


def _join_queues(user: User, names: Iterable[str]) -> None:
    for name in names:
        is_first = not Queue.objects.filter(organization=user.organization).exists()
        queue, _ = Queue.objects.get_or_create(
            organization=user.organization, name=name, defaults={"is_default": is_first}
        )
        Member.objects.get_or_create(queue=queue, user=user)


def _describe_agent(user: User, skills: Iterable[str], capacity: int | None) -> None:
    agent = Agent(user=user, capacity=capacity)
    _check(agent, f"--capacity {capacity}")
    agent.save()
    agent.skills.set([_skill(user.organization, name) for name in skills])


def _skill(organization: Organization, name: str) -> Skill:
    named = {"organization": organization, "name": name.strip().lower()}
    skill = Skill.objects.filter(**named).first()
    if skill is None:
        skill = Skill(**named)
        _check(skill, f"--skill {name!r}")
        skill.save()
    return skill


def _check(row: Agent | Skill, option: str) -> None:
    try:
        row.clean_fields()
    except ValidationError as error:
        raise CommandError(f"{option}: {' '.join(error.messages)}") from None
