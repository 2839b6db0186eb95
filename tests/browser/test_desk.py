"""The desk as an agent works at it: several chats, colleagues, a lost connection, an ended session."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.browser.customers import Customer
from tests.browser.people import AgentAtDesk
from tests.browser.test_first_light import close_all_chats
from tests.support.browser import IN_BROWSER
from tests.support.servers import RunningHelpdesk

MakeCustomer = Callable[..., Awaitable[Customer]]

pytestmark = IN_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def alice(browser: Browser, helpdesk: RunningHelpdesk) -> AgentAtDesk:
    """Alice at her desk, with nothing waiting and no chat of her own."""
    await close_all_chats(browser, f"{helpdesk.url}/api/v1")
    return await AgentAtDesk.come(browser, helpdesk.url, "alice@example.com")


@pytest.fixture
def customer(browser: Browser, helpdesk: RunningHelpdesk) -> MakeCustomer:
    """Somebody who waits and has said something: `await customer("Vera", "Hello")`."""
    return partial(Customer.come, browser, helpdesk)


def complaints(page: Page) -> list[str]:
    """What the browser complains about from now on: refused by the policy, failed, thrown."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


async def test_the_page_works_under_its_own_strict_policy(alice: AgentAtDesk, customer: MakeCustomer) -> None:
    found = complaints(alice.page)
    await alice.page.reload()
    await customer("Vera", "Hello <b>there</b>")
    await alice.take_next()
    await alice.sees("Hello <b>there</b>")
    assert found == []


async def test_what_a_customer_writes_is_never_markup(alice: AgentAtDesk, customer: MakeCustomer) -> None:
    trick = '<img src=x onerror="document.title=1"><a href="javascript:alert(1)">x</a>'
    await customer('<i id="trick">Vera</i>', trick)
    await expect(alice.queue.get_by_text(trick)).to_be_visible()
    await alice.take_next()
    await alice.sees(trick)
    assert await alice.page.locator("#trick, .bubble img, .bubble a").count() == 0
    await expect(alice.page.locator("#conversation-title")).to_have_text('<i id="trick">Vera</i>')


async def test_several_chats_at_once_by_keyboard_each_with_its_draft_and_its_unread_count(
    alice: AgentAtDesk, customer: MakeCustomer
) -> None:
    people = [await customer(name, f"I am {name}") for name in ("Vera", "Walt", "Xenia")]
    keyboard = alice.page.keyboard
    for taken in range(1, 4):
        await keyboard.press("Alt+KeyN")
        await expect(alice.my_chats.locator("li")).to_have_count(taken)
        await expect(alice.composer).to_be_focused()
    title = alice.page.locator("#conversation-title")
    await expect(title).to_have_text("Xenia")

    await keyboard.type("For Xenia")
    await keyboard.press("Alt+ArrowDown")
    await expect(title).to_have_text("Vera")
    await expect(alice.composer).to_have_value("")
    await people[2].say("One more thing")
    await people[2].say("And another")
    await expect(alice.my_chats.get_by_label("2 unread")).to_be_visible()
    await expect(alice.page).to_have_title("(2) Desk – Helpdesk")
    await keyboard.press("Alt+ArrowUp")
    await expect(title).to_have_text("Xenia")
    await expect(alice.composer).to_have_value("For Xenia")
    await expect(alice.page).to_have_title("Desk – Helpdesk")
    await keyboard.press("Enter")
    await expect(alice.timeline.get_by_text("Sent").last).to_be_visible()
    assert await people[2].received() == ["For Xenia"]
    assert await people[0].received() == []


async def test_a_colleague_who_claims_a_chat_is_named_and_the_chat_is_not_offered_any_more(
    alice: AgentAtDesk, browser: Browser, helpdesk: RunningHelpdesk, customer: MakeCustomer
) -> None:
    bob = await AgentAtDesk.come(browser, helpdesk.url, "bob@example.com")
    await customer("Vera", "Anybody?")
    await (
        alice.queue.get_by_role("button", name="Vera 0")
        .or_(alice.queue.get_by_text("Anybody?"))
        .first.click()
    )
    await expect(alice.page.get_by_text("This chat is waiting. Take it to answer.")).to_be_visible()
    await bob.queue.get_by_role("button", name="Take the chat with Vera").click()
    await bob.sees("Anybody?")
    await expect(alice.page.get_by_text("Chat with Vera claimed by Bob Berg")).to_be_visible()
    await expect(alice.queue.locator("li")).to_have_count(0)
    await expect(alice.composer).to_be_disabled()
    await expect(alice.page.get_by_text("Bob Berg has this chat. You can read it.")).to_be_visible()
    await bob.write("Here I am")
    await alice.sees("Here I am")


async def test_what_an_agent_writes_without_a_connection_is_sent_once_and_nothing_is_missed(
    alice: AgentAtDesk, customer: MakeCustomer
) -> None:
    vera = await customer("Vera", "Hello")
    await alice.take_next()
    await alice.sees("Hello")
    await alice.page.context.set_offline(True)
    await expect(alice.page.get_by_role("alert")).to_contain_text("Connection lost")
    await alice.write("Kept, one")
    await alice.write("Kept, two")
    await vera.say("Said meanwhile")
    await expect(alice.timeline.get_by_text("Waiting for the connection").last).to_be_visible()
    assert await vera.received() == []

    await alice.page.context.set_offline(False)
    await expect(alice.page.get_by_role("alert")).to_contain_text("Connected again")
    await alice.sees("Said meanwhile")
    await expect(alice.timeline.get_by_text("Waiting for the connection")).to_have_count(0)
    await expect(alice.timeline.get_by_text("Sent").last).to_be_visible()
    assert await vera.received() == ["Kept, one", "Kept, two"]
    assert await alice.transcript() == ["Hello", "Said meanwhile", "Kept, one", "Kept, two"]


async def test_an_ended_session_is_said_and_what_was_written_survives_the_sign_in(
    alice: AgentAtDesk, customer: MakeCustomer
) -> None:
    vera = await customer("Vera", "Hello")
    await alice.take_next()
    await alice.page.context.set_offline(True)
    await alice.write("Written before the session ended")
    await alice.page.context.clear_cookies(name="sessionid")
    await alice.page.context.set_offline(False)
    await expect(alice.page.get_by_role("alert")).to_contain_text("Your session has ended")
    assert await vera.received() == []

    await alice.page.get_by_role("link", name="Sign in again").click()
    await alice.sign_in("alice@example.com")
    await expect(alice.page.locator("#conversation-title")).to_have_text("Vera")
    await alice.sees("Written before the session ended")
    await expect(alice.timeline.get_by_text("Sent").last).to_be_visible()
    assert await vera.received() == ["Written before the session ended"]


async def test_older_messages_come_when_scrolled_up_and_the_place_is_kept(
    alice: AgentAtDesk, customer: MakeCustomer
) -> None:
    await customer("Vera", *(f"Line {number}" for number in range(1, 121)))
    await alice.take_next()
    await alice.sees("Line 120")
    await alice.sees("Line 1", times=0)
    scroll = alice.page.locator("#timeline-scroll")
    await scroll.hover()
    for number in (60, 1):
        await alice.page.mouse.wheel(0, -100_000)
        await alice.sees(f"Line {number}")
    shown = [f"Line {number}" for number in range(1, 121)]
    assert await alice.transcript() == shown
    assert await scroll.evaluate("element => element.scrollTop") > 0, (
        "the reader must not be thrown to the top"
    )
    await expect(alice.page.get_by_role("button", name="Show older messages")).to_be_hidden()


async def test_a_chat_that_its_customer_closes_takes_no_more_and_leaves_the_list_when_left(
    alice: AgentAtDesk, customer: MakeCustomer
) -> None:
    vera = await customer("Vera", "Hello")
    await customer("Walt", "Hi")
    title = alice.page.locator("#conversation-title")
    await alice.take_next()
    await expect(title).to_have_text("Vera")
    await alice.take_next()
    await expect(title).to_have_text("Walt")
    await alice.my_chats.get_by_text("Vera").click()
    await expect(title).to_have_text("Vera")
    await vera.close()
    await expect(alice.composer).to_be_disabled()
    await expect(alice.page.locator("#composer-notice")).to_have_text("The customer closed this chat.")
    await expect(alice.my_chats.locator("li")).to_have_count(2)
    await alice.my_chats.get_by_text("Walt").click()
    await expect(alice.my_chats.locator("li")).to_have_count(1)


async def test_on_a_phone_one_column_is_shown_at_a_time(alice: AgentAtDesk, customer: MakeCustomer) -> None:
    await customer("Vera", "Hello")
    await alice.page.set_viewport_size({"width": 390, "height": 780})
    lists, conversation, about = (
        alice.page.locator(column) for column in (".lists", "#conversation", "#customer")
    )
    await expect(lists).to_be_visible()
    await expect(conversation).to_be_hidden()
    await alice.take_next()
    await expect(conversation).to_be_visible()
    await expect(lists).to_be_hidden()
    await alice.page.get_by_role("button", name="About the customer").click()
    await expect(about).to_be_visible()
    await expect(conversation).to_be_hidden()
    await alice.page.get_by_role("button", name="Back to the conversation").click()
    await alice.page.get_by_role("button", name="Back to the chats").click()
    await expect(lists).to_be_visible()
