"""What the widget asks before a chat, and what it offers when nobody is there, in German."""

import re
import subprocess
import sys

import pytest
from playwright.async_api import Browser, expect

from helpdesk.paths import BASE_DIR
from tests.browser.people import DESKTOP
from tests.support import axe
from tests.support.browser import IN_BROWSER
from tests.support.servers import RunningHelpdesk

pytestmark = IN_BROWSER

MAKE_WIDGET = """\
from datetime import datetime, time

from accounts.models import Organization, Widget
from queueing.models import Queue

laden = Organization.objects.create(name="Laden", slug="laden")
fragen = Queue.objects.create(organization=laden, name="Fragen", is_default=True)
fragen.opening_hours.create(weekday=(datetime.now().weekday() + 3) % 7, opens=time(9), closes=time(17))
Widget.objects.create(organization=laden, key="asks-first", name="Laden", asks_name="required")
"""
PAGE = """\
<!DOCTYPE html>
<html lang="de"><title>Laden</title><main><h1>Laden</h1></main>
<script async src="/widget.js" data-widget-key="asks-first" data-theme="light"></script></html>
"""


@pytest.fixture
def widget_that_asks(helpdesk: RunningHelpdesk) -> None:
    """The widget of a company without agents, which wants a name before a chat."""
    shell = [sys.executable, str(BASE_DIR / "manage.py"), "shell", "-c", MAKE_WIDGET]
    subprocess.run(shell, env=helpdesk.environment, cwd=BASE_DIR, check=True, capture_output=True)


@pytest.mark.usefixtures("widget_that_asks")
async def test_a_widget_asks_for_a_name_first_and_takes_a_message_where_nobody_is(
    browser: Browser, helpdesk: RunningHelpdesk
) -> None:
    page = await browser.new_page(viewport=DESKTOP)
    await page.route("**/laden", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto(f"{helpdesk.url}/laden")
    await page.get_by_role("button", name="Chat öffnen").click()
    await expect(page.get_by_role("form", name="Bevor es losgeht")).to_be_visible()
    composer = page.get_by_role("textbox", name="Nachricht schreiben")
    opens_again = page.get_by_text(re.compile(r"Wir sind ab \w*(tag|woch)\b.*:00.* wieder da\."))
    await expect(opens_again).to_be_visible()
    assert await axe.complaints(page) == []
    await page.get_by_role("button", name="Chat beginnen").click()
    await expect(composer).to_be_hidden()
    await page.get_by_label("Name").fill("Vera Novak")
    await page.get_by_role("button", name="Chat beginnen").click()
    await composer.fill("Guten Tag")
    await composer.press("Enter")
    await expect(page.get_by_text("Gesendet", exact=True)).to_be_visible()

    await expect(opens_again).to_be_visible()
    await page.get_by_role("button", name="Nachricht hinterlassen").click()
    assert await axe.complaints(page) == []
    await expect(page.get_by_label("Name")).to_have_value("Vera Novak")
    await page.get_by_label("E-Mail").fill("vera@example.org")
    await page.get_by_role("textbox", name="Nachricht", exact=True).fill("Bitte rufen Sie an")
    await page.get_by_role("button", name="Senden", exact=True).click()
    await expect(page.get_by_text("Danke! Wir antworten per E-Mail.")).to_be_visible()
    await page.get_by_role("button", name="OK").click()
    await expect(composer).to_be_focused()
