"""`manage prepare`: brings the database up to date before the helpdesk starts."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from accounts.models import Organization


class Command(BaseCommand):
    """Applies migrations and, where asked, fills an empty database with demo data."""

    help = "Apply migrations; with --demo-data also make demo data where there is nothing yet."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--demo-data`."""
        parser.add_argument("--demo-data", action="store_true", help="make demo data in an empty database")

    def handle(self, *_args: Any, demo_data: bool, **_options: Any) -> None:
        """Do it in one process, since starting Django takes longer than either."""
        call_command("migrate", verbosity=0, interactive=False)
        if demo_data and not Organization.objects.exists():
            call_command("make_demo_data")
