"""`manage create_user`: make a person (SPEC §12)."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import Organization, Role, User
from queueing.models import Member, Queue


class Command(BaseCommand):
    help = "Make a person of an organization, and the organization and queues where they are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, required=True)
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--password", required=True)
        parser.add_argument("--name", default="", help='for example "Alice Moreno"')
        parser.add_argument(
            "--queue", action="append", default=[], metavar="NAME", help="may be given several times"
        )

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
        if options["queue"] and options["role"] == Role.CUSTOMER:
            raise CommandError("A customer serves no queue: leave --queue out, or choose another role.")
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
        for name in options["queue"]:
            is_first = not Queue.objects.filter(organization=organization).exists()
            queue, _ = Queue.objects.get_or_create(
                organization=organization, name=name, defaults={"is_default": is_first}
            )
            Member.objects.create(queue=queue, user=user)
        self.stdout.write(f"Made {user.get_role_display().lower()} {user.name} <{email}> of {organization}.")
