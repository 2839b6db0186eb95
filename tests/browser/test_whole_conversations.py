"""Files, edits, notes, ratings, and a conversation that is resolved and goes on, as both sides see them."""

from typing import Literal

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, WebSocket, expect

from tests.browser.people import DESKTOP, AgentAtDesk, Visitor
from tests.browser.pictures import is_shown, photo
from tests.browser.test_first_light import close_all_chats
from tests.support import axe
from tests.support.browser import IN_BROWSER, take_screenshot
from tests.support.servers import RunningHelpdesk

pytestmark = IN_BROWSER

COLOR_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

NO_WEBSOCKETS = """\
window.WebSocket = class {
  constructor() { setTimeout(() => this.onerror?.(new Event("error"))); }
  close() {}
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def visitor_context(browser: Browser) -> BrowserContext:
    """The visitor's browser."""
    return await browser.new_context(viewport=DESKTOP, locale="en-GB")


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(visitor_context: BrowserContext, browser: Browser, helpdesk: RunningHelpdesk) -> Visitor:
    """A visitor who has said hello; nobody else waits."""
    await close_all_chats(browser, f"{helpdesk.url}/api/v1")
    visitor = await Visitor.come(visitor_context, helpdesk.url)
    await visitor.write("Hello, my vase arrived broken")
    await visitor.sees("Hello, my vase arrived broken")
    return visitor


@pytest_asyncio.fixture(loop_scope="session")
async def alice(visitor: Visitor, browser: Browser, helpdesk: RunningHelpdesk) -> AgentAtDesk:
    """Alice, who has the visitor's chat."""
    agent = await AgentAtDesk.come(browser, helpdesk.url, "alice@example.com")
    await agent.take_next()
    await agent.sees("Hello, my vase arrived broken")
    return agent


async def test_an_agent_sends_a_picture_edits_and_deletes_and_the_visitor_sees_it(
    visitor: Visitor, alice: AgentAtDesk
) -> None:
    await alice.write("Is it this one, from the blue siries?")
    await alice.send(photo())
    await alice.write("This is for somebody else: 4711")
    picture = visitor.log.get_by_role("img", name="Image: vase.png")
    assert await is_shown(picture)
    await visitor.sees("This is for somebody else: 4711")

    await alice.open_menu_of("siries")
    await alice.page.keyboard.press("Enter")
    await alice.page.get_by_role("textbox", name="Edit message").fill("Is it this one, from the blue series?")
    await alice.page.get_by_role("button", name="Save").click()
    await visitor.sees("Is it this one, from the blue series?")
    await visitor.sees("Is it this one, from the blue siries?", times=0)
    await expect(visitor.log.get_by_text("edited", exact=True)).to_be_visible()

    await alice.open_menu_of("4711")
    await alice.page.keyboard.press("ArrowDown")
    await alice.page.keyboard.press("Enter")
    await alice.page.locator("#delete-dialog").get_by_role("button", name="Delete").click()
    await visitor.sees("This message was deleted.")
    await alice.sees("This message was deleted.")
    for page in (visitor.page, alice.page):
        await page.reload()
    if not await visitor.composer.is_visible():
        await visitor.open_widget()
    await visitor.sees("This message was deleted.")
    await alice.sees("This message was deleted.")
    assert await is_shown(picture), "the picture must come with the history, too"
    for page in (visitor.page, alice.page):
        assert "4711" not in await page.content()
        await expect(page.get_by_text("4711")).to_have_count(0)


async def test_a_visitor_sends_a_photo_and_the_agent_looks_at_it(
    visitor: Visitor, alice: AgentAtDesk
) -> None:
    await visitor.send(photo("broken.png", "#c85a5a"))
    picture = alice.timeline.get_by_role("img", name="broken.png")
    assert await is_shown(picture)
    await picture.click()
    dialog = alice.page.get_by_role("dialog", name="Image")
    assert await is_shown(dialog.get_by_role("img"))
    await alice.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await take_screenshot(alice.page, "desk-media")
    await take_screenshot(visitor.page, "widget-media")

    await visitor.send({"name": "contract.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await expect(visitor.log.get_by_text("Only images, audio and video can be sent.")).to_be_visible()
    await visitor.send({"name": "fake.png", "mimeType": "image/png", "buffer": b"no picture"})
    await expect(visitor.log.get_by_text("Not sent")).to_have_count(2)
    assert await alice.timeline.get_by_role("img").count() == 1


async def test_a_note_reaches_colleagues_and_never_the_visitors_browser(
    visitor: Visitor, alice: AgentAtDesk, browser: Browser, helpdesk: RunningHelpdesk
) -> None:
    received: list[str] = []

    def listen(websocket: WebSocket) -> None:
        websocket.on("framereceived", lambda frame: received.append(str(frame)))

    visitor.page.on("websocket", listen)
    await visitor.page.reload()
    if not await visitor.composer.is_visible():
        await visitor.open_widget()
    await visitor.sees("Hello, my vase arrived broken")
    await alice.note("The third one this week")
    await expect(alice.timeline.locator(".row-note")).to_contain_text("The third one this week")
    await alice.write("I am sorry to hear that")
    await visitor.sees("I am sorry to hear that")

    bob = await AgentAtDesk.come(browser, helpdesk.url, "bob@example.com")
    await bob.page.get_by_label("Search messages").fill("vase broken")
    await bob.page.locator("#found").get_by_role("button").first.click()
    await expect(bob.timeline.locator(".row-note")).to_contain_text("The third one this week")
    await take_screenshot(alice.page, "desk-note")

    await visitor.page.reload()
    if not await visitor.composer.is_visible():
        await visitor.open_widget()
    await visitor.sees("I am sorry to hear that")
    assert any("I am sorry" in frame for frame in received), "the frames must have been seen at all"
    assert not any("third one" in frame for frame in received)
    await expect(visitor.page.get_by_text("The third one this week")).to_have_count(0)


async def test_a_resolved_chat_is_rated_and_opens_again_when_the_visitor_writes(
    visitor: Visitor, alice: AgentAtDesk
) -> None:
    await alice.page.get_by_role("button", name="Resolve").click()
    await expect(visitor.page.get_by_text("This chat is marked as resolved.")).to_be_visible()
    await expect(alice.composer).to_be_disabled()
    await visitor.page.get_by_role("radio", name="1 star", exact=True).focus()
    for _ in range(3):
        await visitor.page.keyboard.press("ArrowRight")
    await visitor.page.get_by_role("textbox", name="Anything to add?").fill("Quick and kind")
    await take_screenshot(visitor.page, "widget-rating")
    await visitor.page.get_by_role("button", name="Send rating").click()
    await expect(visitor.page.get_by_text("Thank you for your rating!")).to_be_visible()
    await expect(alice.page.locator("#customer")).to_contain_text("4 of 5 – Quick and kind")

    await visitor.write("One more thing")
    await alice.sees("One more thing")
    await expect(alice.composer).to_be_enabled()
    await expect(visitor.page.get_by_text("This chat is marked as resolved.")).to_be_hidden()
    await alice.write("Yes?")
    await visitor.sees("Yes?")


async def test_where_sockets_do_not_get_through_the_widget_polls_and_with_nothing_but_rest_it_still_talks(
    visitor: Visitor, alice: AgentAtDesk
) -> None:
    requests: list[str] = []
    visitor.page.on("request", lambda request: requests.append(request.url))
    await visitor.page.add_init_script(NO_WEBSOCKETS)
    await come_back(visitor)
    await visitor.write("Written by long-polling")
    await alice.sees("Written by long-polling")
    await alice.write("Read by long-polling")
    await visitor.sees("Read by long-polling")
    assert any("transport=polling" in url for url in requests)
    assert not any("/chat/sync" in url for url in requests)

    await visitor.page.route("**/socket.io/**", lambda route: route.abort())
    await come_back(visitor)
    await visitor.sees("Read by long-polling")
    await alice.write("Read over REST")
    await visitor.sees("Read over REST")
    await visitor.write("Written over REST")
    await alice.sees("Written over REST")

    await visitor.page.unroute("**/socket.io/**")
    await expect(visitor.page.get_by_text("No connection.")).to_be_hidden(timeout=40_000)
    await alice.write("Back again")
    await visitor.sees("Back again")
    assert await visitor.transcript() == await alice.transcript()


async def come_back(visitor: Visitor) -> None:
    """Load the page again, and open the widget."""
    await visitor.page.reload()
    if not await visitor.composer.is_visible():
        await visitor.open_widget()


async def test_axe_finds_nothing_at_the_desk_and_in_the_widget(visitor: Visitor, alice: AgentAtDesk) -> None:
    await alice.send(photo())
    await alice.write("Sent by mistake")
    await alice.note("The third one this week")
    await visitor.send(photo("broken.png"))
    await expect(alice.timeline.get_by_role("img")).to_have_count(2)
    await alice.open_menu_of("Sent by mistake")
    await nothing_is_found(alice.page, "html", "desk")
    await alice.page.keyboard.press("Escape")
    await alice.page.keyboard.press("Alt+KeyI")
    await alice.page.get_by_label("Search messages").fill("vase")
    await expect(alice.page.locator("#found li")).not_to_have_count(0)
    await nothing_is_found(alice.page, "html", "desk-writing-a-note")
    await nothing_is_found(visitor.page, "helpdesk-widget", "widget")

    await alice.page.get_by_role("button", name="Resolve").click()
    await expect(visitor.page.get_by_text("This chat is marked as resolved.")).to_be_visible()
    await visitor.page.get_by_role("radio", name="2 stars").check()
    await nothing_is_found(visitor.page, "helpdesk-widget", "widget-resolved")
    await visitor.page.get_by_role("button", name="Send me the transcript").click()
    await nothing_is_found(visitor.page, "helpdesk-widget", "widget-transcript")


async def nothing_is_found(page: Page, part: str, name: str) -> None:
    """Look for what axe complains of, light and dark."""
    for scheme in COLOR_SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        assert await axe.complaints(page, part) == [], f"{name}, {scheme}"
        await take_screenshot(page, f"{name}-{scheme}")
