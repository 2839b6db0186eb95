"""`manage build_widget`: bundles the widget into the one file that pages load."""

import subprocess
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.embedded import MissingProgramError, bundle_widget
from helpdesk.paths import WIDGET_BUNDLE, WIDGET_ENTRY


class Command(BaseCommand):
    """Builds the script served at `/widget.js`."""

    help = "Bundle the widget into the file served at /widget.js."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Build it, or say what is wrong with the code."""
        try:
            built = bundle_widget(WIDGET_ENTRY, WIDGET_BUNDLE)
        except MissingProgramError as error:
            raise CommandError(str(error)) from None
        except subprocess.CalledProcessError as error:
            raise CommandError(f"The widget does not build:\n{error.stderr}") from None
        if not built:
            raise CommandError(f"There is no {WIDGET_ENTRY}.")
        self.stdout.write(f"{WIDGET_BUNDLE}: {WIDGET_BUNDLE.stat().st_size:,} bytes")
