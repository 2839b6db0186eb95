"""The assistant in the widget and at the desk: it answers, hands over, is taken over and given back."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, WebSocket, expect

from tests.browser.people import DESKTOP, AgentAtDesk, Visitor
from tests.browser.test_first_light import close_all_chats
from tests.browser.test_whole_conversations import NO_WEBSOCKETS, nothing_is_found
from tests.support.browser import IN_BROWSER, take_screenshot
from tests.support.servers import RunningHelpdesk

pytestmark = IN_BROWSER

DELIVERY = "How long does delivery take?"
RETURNS = "How can I send something back?"
UNKNOWN = "Which football club did your grandmother support?"
PHONE = {"width": 360, "height": 740}

WATCH_BUBBLES = """
() => {
  const scroller = document.querySelector("helpdesk-widget").shadowRoot.querySelector(".scroller");
  const bubbles = () => [...scroller.querySelectorAll(".message:not(.own) .bubble")];
  window.seen = [];
  const watch = new MutationObserver(() => window.seen.push(bubbles().map((bubble) => bubble.textContent)));
  watch.observe(scroller, { childList: true, subtree: true, characterData: true });
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def alice(browser: Browser, helpdesk: RunningHelpdesk) -> AgentAtDesk:
    """Alice at her desk, with nothing waiting, no chat of her own and none with the assistant."""
    await close_all_chats(browser, f"{helpdesk.url}/api/v1")
    return await AgentAtDesk.come(browser, helpdesk.url, "alice@example.com")


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(alice: AgentAtDesk, browser: Browser, helpdesk: RunningHelpdesk) -> Visitor:
    """A visitor of the shop whose widget the assistant answers first."""
    context = await browser.new_context(viewport=DESKTOP, locale="en-GB")
    return await Visitor.come(context, f"{helpdesk.url}/?widget=demo-ai")


def answers(visitor: Visitor) -> Locator:
    """The assistant's messages that stand in the conversation, its greeting among them."""
    return visitor.log.locator(".message:not(.own) .bubble")


def growing(visitor: Visitor) -> Locator:
    """What it is just saying: not in the log, so that it is not read out word by word."""
    return visitor.page.locator("helpdesk-widget .scroller > .message .bubble")


async def come_back(visitor: Visitor) -> None:
    """Load the page again, and open the widget."""
    await visitor.page.reload()
    await visitor.open_widget()


def received_events(page: Page) -> list[list[Any]]:
    """What a page's sockets are told on namespace `/chat` from the next connection on: name and data."""
    events: list[list[Any]] = []

    def take(frame: bytes | str) -> None:
        if isinstance(frame, str) and frame.startswith("42/chat,"):
            events.append(json.loads(frame.removeprefix("42/chat,")))

    def listen(websocket: WebSocket) -> None:
        websocket.on("framereceived", take)

    page.on("websocket", listen)
    return events


async def fits(page: Page) -> bool:
    """Tell whether nothing has to be scrolled to the side."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_a_question_is_answered_word_by_word_and_what_it_cannot_answer_goes_to_a_person(
    visitor: Visitor, alice: AgentAtDesk
) -> None:
    await visitor.page.evaluate(WATCH_BUBBLES)
    await visitor.write(DELIVERY)
    await expect(answers(visitor)).to_have_count(2)
    answer = await answers(visitor).last.inner_text()
    assert "Delivery" in answer
    seen: list[list[str]] = await visitor.page.evaluate("window.seen")
    grown = [texts[-1] for texts in seen if len(texts) == 2]
    assert len(set(grown)) > 5, "it must have come bit by bit"
    assert all(answer.startswith(text) for text in grown)
    assert all(len(one) <= len(other) for one, other in pairwise(grown))
    assert max(map(len, seen)) == 2, "never beside its own message"
    await expect(growing(visitor)).to_have_count(0)

    await expect(alice.page.locator("#assisted li")).to_have_count(1)
    await visitor.write(UNKNOWN)
    await expect(visitor.page.get_by_text("You’re number 1 in line.")).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Talk to a person")).to_be_hidden()
    await expect(alice.page.get_by_text("needs a person")).to_be_visible()
    await expect(alice.page.locator("#assisted li")).to_have_count(0)
    await alice.take_next()
    notes = alice.timeline.locator(".row-note")
    await expect(notes.filter(has_text="Handed over")).to_contain_text(UNKNOWN)
    await expect(notes.filter(has_text="Summary")).to_contain_text(DELIVERY)
    await alice.write("She never told us")
    await visitor.sees("She never told us")
    await expect(visitor.page.get_by_text("Alice Anders is answering")).to_be_visible()
    assert await visitor.transcript() == await alice.transcript()


async def test_without_websockets_and_over_a_lost_connection_the_answer_is_seen_growing_and_stands_once(
    visitor: Visitor,
) -> None:
    await visitor.page.add_init_script(NO_WEBSOCKETS)
    await come_back(visitor)
    await visitor.page.evaluate(WATCH_BUBBLES)
    await visitor.write(RETURNS)
    await expect(growing(visitor)).not_to_be_empty()
    await visitor.page.context.set_offline(True)
    await expect(visitor.page.get_by_text("No connection.")).to_be_visible()
    heard = await growing(visitor).inner_text()
    await visitor.page.context.set_offline(False)
    await expect(answers(visitor)).to_have_count(2)
    answer = await answers(visitor).last.inner_text()
    assert heard, "what was said stays while the connection is away"
    assert answer.startswith(heard)
    assert "Returns" in answer
    seen: list[list[str]] = await visitor.page.evaluate("window.seen")
    grown = [texts[-1] for texts in seen if len(texts) == 2]
    assert len(set(grown)) > 3, "over polling, too, it must have come bit by bit"
    assert all(answer.startswith(text) for text in grown)
    assert max(map(len, seen)) == 2, "never beside its own message"


async def test_an_agent_takes_over_in_mid_answer_has_a_reply_suggested_and_hands_back(
    visitor: Visitor, alice: AgentAtDesk
) -> None:
    events = received_events(visitor.page)
    await come_back(visitor)
    await visitor.write(DELIVERY)
    await alice.page.locator("#assisted").get_by_role("button").click()
    streamed = alice.page.locator("#streamed .bubble")
    await expect(streamed).not_to_be_empty()
    await expect(alice.composer).to_be_disabled()
    await take_screenshot(alice.page, "desk-watching")
    await take_screenshot(visitor.page, "widget-assistant")
    await alice.page.keyboard.press("Alt+KeyO")
    await expect(alice.composer).to_be_enabled()
    await alice.write("Alice here")
    await visitor.sees("Alice here")
    await expect(visitor.log.get_by_text("Alice Anders joined")).to_be_visible()
    await expect(growing(visitor)).to_have_count(0)
    await expect(streamed).to_have_count(0)

    await alice.page.keyboard.type("Hello! ")
    await alice.page.keyboard.press("Alt+KeyG")
    await expect(alice.page.get_by_role("button", name="Stop suggesting")).to_be_visible()
    await expect(alice.composer).to_have_value(re.compile("^Hello! \n.+"))
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.get_by_role("button", name="Suggest a reply")).to_be_visible()
    stopped = await alice.composer.input_value()
    await expect(alice.composer).to_be_focused()
    await nothing_is_found(alice.page, "html", "desk-suggestion")
    assert await alice.composer.input_value() == stopped, "nothing comes after Escape"
    await alice.page.keyboard.press("Enter")
    await visitor.sees(stopped)

    told = [(name, data) for name, data in events if name in ("chat-stream", "chat-message")]
    mine = next(i for i, (_, data) in enumerate(told) if data.get("text") == "Alice here")
    assert any(name == "chat-stream" and data["event"] == "chunk" for name, data in told[:mine])
    assert not any(name == "chat-stream" for name, _ in told[mine:]), "not one chunk after the agent's words"

    await alice.page.keyboard.press("Alt+KeyH")
    await expect(alice.page.locator("#assisted li")).to_have_count(1)
    await expect(visitor.page.get_by_role("button", name="Talk to a person")).to_be_visible()
    await nothing_is_found(visitor.page, "helpdesk-widget", "widget-assistant")
    await nothing_is_found(alice.page, "html", "desk-assisted")
    for page in (alice.page, visitor.page):
        await page.set_viewport_size(PHONE)
        assert await fits(page)
    await take_screenshot(alice.page, "desk-assisted-phone")
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.locator("#assisted li")).to_be_visible()
    assert await fits(alice.page)

    said = await answers(visitor).count()
    await visitor.write(RETURNS)
    await expect(answers(visitor)).to_have_count(said + 1)
    assert "Returns" in await answers(visitor).last.inner_text()
    await visitor.page.get_by_role("button", name="Talk to a person").press("Enter")
    await expect(visitor.page.get_by_text("You’re number 1 in line.")).to_be_visible()
    await expect(visitor.composer).to_be_focused()
