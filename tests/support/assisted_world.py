"""People whose chats an assistant answers first, made in a running helpdesk's database.

`python -m tests.support.assisted_world NAME` prints them as tests.support.worlds does.
"""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup()

from accounts.models import Widget
from chat.models import Assistant, WidgetAssistant
from tests.support.worlds import make_world


def make_assisted_world(name: str) -> dict[str, Any]:
    """Make a world, and Ada who answers in its widget."""
    world = make_world(name)
    widget = Widget.objects.get(key=world["widgetKey"])
    ada = Assistant.objects.create(organization=widget.organization, name="Ada", instructions="Help.")
    WidgetAssistant.objects.create(widget=widget, assistant=ada)
    return world


if __name__ == "__main__":
    json.dump(make_assisted_world(sys.argv[1]), sys.stdout)
