"""Chats that wait, are offered, are handed on, as customers and agents see them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.customers import Customer
from tests.browser.people import DESKTOP, AgentAtDesk, Visitor
from tests.browser.test_first_light import close_all_chats
from tests.browser.test_whole_conversations import nothing_is_found
from tests.support.browser import IN_BROWSER
from tests.support.servers import RunningHelpdesk

pytestmark = IN_BROWSER

ChangeQueue = Callable[[str, str | int], None]


@pytest.fixture
def change_queue(helpdesk: RunningHelpdesk) -> Iterator[ChangeQueue]:
    """Change the queue "support" as an admin might; afterwards it is as before."""
    changed: dict[str, str | int | None] = {}

    def write(column: str, value: str | int | None) -> str | int | None:
        with (
            closing(sqlite3.connect(helpdesk.directory / "helpdesk.sqlite3", timeout=20)) as database,
            database,
        ):
            [before] = database.execute(
                f"SELECT {column} FROM queueing_queue WHERE name = 'support'"
            ).fetchone()
            database.execute(f"UPDATE queueing_queue SET {column} = ? WHERE name = 'support'", (value,))
        return before

    def change(column: str, value: str | int) -> None:
        changed.setdefault(column, write(column, value))

    yield change
    for column, value in changed.items():
        write(column, value)


@pytest_asyncio.fixture(loop_scope="session")
async def alice(browser: Browser, helpdesk: RunningHelpdesk) -> AgentAtDesk:
    """Alice at her desk, with nothing waiting and no chat of her own."""
    await close_all_chats(browser, f"{helpdesk.url}/api/v1")
    return await AgentAtDesk.come(browser, helpdesk.url, "alice@example.com")


@pytest_asyncio.fixture(loop_scope="session")
async def bob(browser: Browser, helpdesk: RunningHelpdesk) -> AgentAtDesk:
    """Bob at his."""
    return await AgentAtDesk.come(browser, helpdesk.url, "bob@example.com")


async def come(browser: Browser, helpdesk: RunningHelpdesk, text: str, locale: str = "en-GB") -> Visitor:
    """A visitor who has opened the widget and said something."""
    visitor = await Visitor.come(await browser.new_context(viewport=DESKTOP, locale=locale), helpdesk.url)
    await visitor.write(text)
    return visitor


def request_for(agent: AgentAtDesk, words: str) -> Locator:
    """The card that asks an agent about a chat."""
    return agent.page.get_by_role("region", name="You are asked").locator("section").filter(has_text=words)


async def test_a_chat_that_one_agent_declines_by_keyboard_is_offered_to_the_next_who_accepts_it(
    alice: AgentAtDesk,
    bob: AgentAtDesk,
    browser: Browser,
    helpdesk: RunningHelpdesk,
    change_queue: ChangeQueue,
) -> None:
    change_queue("mode", "push")
    status = bob.page.get_by_label("My status")
    await status.select_option("Away")
    await expect(alice.page.locator("#team li").filter(has_text="Bob Berg")).to_contain_text("away")
    await bob.page.reload()
    await expect(status).to_have_value("away")

    visitor = await come(browser, helpdesk, "Is anybody there?")
    await expect(request_for(alice, "A chat for you")).to_contain_text("Is anybody there?")
    await expect(alice.page).to_have_title("Chat request – Helpdesk")
    await status.select_option("Online")
    await alice.page.keyboard.press("Alt+KeyD")
    await expect(request_for(alice, "A chat for you")).to_have_count(0)

    await expect(request_for(bob, "Is anybody there?")).to_be_visible()
    await nothing_is_found(bob.page, "html", "desk-asked")
    await bob.page.reload()
    await expect(request_for(bob, "Is anybody there?")).to_be_visible()
    await bob.page.keyboard.press("Alt+KeyA")
    await bob.sees("Is anybody there?")
    await expect(bob.composer).to_be_focused()
    await expect(request_for(bob, "A chat for you")).to_have_count(0)
    await expect(visitor.page.get_by_text("Bob Berg is answering")).to_be_visible()
    await expect(alice.page.get_by_text("claimed by Bob Berg")).to_be_visible()


async def test_a_chat_is_handed_on_to_a_colleague_who_may_decline_and_back_into_the_queue(
    alice: AgentAtDesk, bob: AgentAtDesk, browser: Browser, helpdesk: RunningHelpdesk
) -> None:
    visitor = await come(browser, helpdesk, "My invoice is wrong")
    await alice.take_next()
    await transfer(alice, to="Bob Berg", note="She has paid twice")
    card = request_for(bob, "Alice Anders wants to transfer a chat to you")
    await expect(card).to_contain_text("She has paid twice")
    await expect(alice.page.locator("#conversation-status")).to_contain_text("Bob Berg is asked to take it")
    await bob.page.keyboard.press("Alt+KeyD")
    await expect(alice.page.get_by_text("Bob Berg declined: the chat")).to_be_visible()
    await expect(alice.composer).to_be_enabled()

    await transfer(alice, to="Bob Berg")
    await card.get_by_role("button", name="Accept").press("Enter")
    await bob.sees("My invoice is wrong")
    await expect(visitor.page.get_by_text("Bob Berg is answering")).to_be_visible()
    await expect(visitor.log.get_by_text("Transferred to Bob Berg")).to_be_visible()
    await expect(alice.page.get_by_text("Bob Berg has this chat. You can read it.")).to_be_visible()

    await bob.page.get_by_role("button", name="Return to queue").click()
    await expect(visitor.page.get_by_text("You’re number 1 in line.")).to_be_visible()
    await expect(alice.queue.get_by_text("My invoice is wrong")).to_be_visible()


async def transfer(agent: AgentAtDesk, *, to: str, note: str = "") -> None:
    """Ask a colleague to take the open chat, by keyboard."""
    await agent.page.keyboard.press("Alt+KeyT")
    dialog = agent.page.get_by_role("dialog", name="Transfer the chat")
    await dialog.get_by_label("To", exact=True).select_option(to)
    await dialog.get_by_label("Internal note").fill(note)
    await dialog.get_by_role("button", name="Transfer").press("Enter")


async def test_who_waits_sees_the_line_move_and_after_too_long_may_leave_a_message_and_go_on_waiting(
    alice: AgentAtDesk, browser: Browser, helpdesk: RunningHelpdesk, change_queue: ChangeQueue
) -> None:
    await Customer.come(browser, helpdesk, "Walt", "I was first")
    change_queue("queue_timeout_seconds", 1)
    visitor = await come(browser, helpdesk, "I am second")
    await expect(visitor.page.get_by_text("You’re number 2 in line.")).to_be_visible()
    await visitor.page.reload()
    await visitor.open_widget()
    await expect(visitor.page.get_by_text("You’re number 2 in line.")).to_be_visible()
    await alice.take_next()
    await expect(visitor.page.get_by_text("You’re number 1 in line.")).to_be_visible()

    await expect(visitor.page.get_by_text("Sorry that it takes so long.")).to_be_visible()
    await nothing_is_found(visitor.page, "helpdesk-widget", "widget-waits-too-long")
    await visitor.page.get_by_role("button", name="Leave us a message").click()
    await visitor.page.get_by_label("Name").fill("Vera")
    await visitor.page.get_by_label("E-mail").fill("vera@example.com")
    await visitor.page.get_by_role("textbox", name="Message").fill("Please write to me")
    await visitor.page.get_by_role("button", name="Send", exact=True).click()
    await expect(visitor.page.get_by_text("Thank you! We’ll answer by e-mail.")).to_be_visible()
    await visitor.page.get_by_role("button", name="OK").click()
    await alice.take_next()
    await expect(visitor.page.get_by_text("Alice Anders is answering")).to_be_visible()
