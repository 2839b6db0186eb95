"""A visitor in the widget and an agent at the desk talk, each in a real browser."""

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from helpdesk.demo import DEMO_PASSWORD
from tests.browser.people import DESKTOP, AgentAtDesk, Visitor
from tests.support.browser import IN_BROWSER, take_screenshot
from tests.support.servers import RunningHelpdesk

pytestmark = IN_BROWSER

_admins: dict[str, str] = {}


@pytest_asyncio.fixture(loop_scope="session")
async def agent(browser: Browser, helpdesk: RunningHelpdesk) -> AgentAtDesk:
    """Alice at her desk, with nothing waiting and no chat of her own."""
    await close_all_chats(browser, f"{helpdesk.url}/api/v1")
    return await AgentAtDesk.come(browser, helpdesk.url, "alice@example.com")


async def close_all_chats(browser: Browser, api: str) -> None:
    """Close, as an admin, what another test left open."""
    request = (await browser.new_context()).request
    if api not in _admins:
        credentials = {"email": "admin@example.com", "password": DEMO_PASSWORD}
        tokens = await (await request.post(f"{api}/auth/token", data=credentials)).json()
        _admins[api] = tokens["access"]
    headers = {"Authorization": f"Bearer {_admins[api]}"}
    for status in ("open", "waiting"):
        listed = await request.get(f"{api}/chat/support/conversations?status={status}", headers=headers)
        for chat in (await listed.json())["data"]:
            ended = await request.post(f"{api}/chat/conversations/{chat['_id']}/end", headers=headers)
            assert ended.ok, await ended.text()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor_context(browser: Browser) -> BrowserContext:
    """The visitor's browser."""
    return await browser.new_context(viewport=DESKTOP, locale="en-GB")


async def test_a_visitor_and_an_agent_talk_both_ways(
    agent: AgentAtDesk, visitor_context: BrowserContext, helpdesk: RunningHelpdesk
) -> None:
    visitor = await Visitor.come(visitor_context, helpdesk.url)
    await visitor.write("Hello, where is my order?")
    await visitor.sees("Hello, where is my order?")
    # The agent has not touched the page since signing in.
    await expect(agent.queue.get_by_text("Hello, where is my order?")).to_be_visible()
    await take_screenshot(agent.page, "desk-waiting")

    await agent.take_next()
    await agent.sees("Hello, where is my order?")
    await agent.write("Good morning! I am looking it up.")
    await visitor.sees("Good morning! I am looking it up.")
    await expect(visitor.page.get_by_text("Alice Anders joined")).to_be_visible()
    await expect(visitor.page.get_by_text("Alice Anders is answering")).to_be_visible()

    await visitor.composer.press_sequentially("The number is 4711")
    await expect(agent.page.locator("#typing")).to_contain_text("typing")
    await visitor.composer.press("Enter")
    await agent.sees("The number is 4711")
    await expect(agent.page.locator("#typing")).to_be_empty()
    await expect(agent.timeline.get_by_text("Read").last).to_be_visible()
    await expect(visitor.log.get_by_text("Read").last).to_be_visible()

    talk = ["Hello, where is my order?", "Good morning! I am looking it up.", "The number is 4711"]
    assert await visitor.transcript() == talk
    assert await agent.transcript() == talk
    await take_screenshot(agent.page, "desk")
    await take_screenshot(visitor.page, "widget")


async def test_after_a_reload_both_have_the_same_conversation(
    agent: AgentAtDesk, visitor_context: BrowserContext, helpdesk: RunningHelpdesk
) -> None:
    visitor = await Visitor.come(visitor_context, helpdesk.url)
    await visitor.write("Before the reload")
    await visitor.sees("Before the reload")
    await agent.take_next()
    await agent.write("I am here")
    await visitor.sees("I am here")

    await visitor.page.reload()
    await agent.page.reload()
    if not await visitor.composer.is_visible():
        await visitor.open_widget()
    await visitor.sees("I am here")
    await agent.my_chats.get_by_role("button").first.click()
    await agent.sees("Before the reload")
    await visitor.write("After the reload")
    await agent.sees("After the reload")
    assert await visitor.transcript() == await agent.transcript()
    assert await agent.transcript() == ["Before the reload", "I am here", "After the reload"]


async def test_what_is_written_without_a_connection_arrives_once_and_nothing_is_missed(
    agent: AgentAtDesk, visitor_context: BrowserContext, helpdesk: RunningHelpdesk
) -> None:
    visitor = await Visitor.come(visitor_context, helpdesk.url)
    await visitor.write("Are you there?")
    await visitor.sees("Are you there?")
    await agent.take_next()

    await visitor_context.set_offline(True)
    await expect(visitor.page.get_by_text("No connection.")).to_be_visible()
    await visitor.write("Written in a tunnel")
    await visitor.sees("Written in a tunnel")
    await agent.write("Said while the visitor was away")
    await agent.sees("Said while the visitor was away")
    await take_screenshot(visitor.page, "widget-offline")
    assert await agent.timeline.get_by_text("Written in a tunnel").count() == 0, "it must not have been sent"

    await visitor_context.set_offline(False)
    await agent.sees("Written in a tunnel")
    await visitor.sees("Said while the visitor was away")
    await visitor.write("Back again")
    await agent.sees("Back again")
    await visitor.sees("Written in a tunnel")
    assert await agent.transcript() == [
        "Are you there?",
        "Said while the visitor was away",
        "Written in a tunnel",
        "Back again",
    ]
    assert await visitor.transcript() == await agent.transcript()


async def test_an_unsent_message_survives_a_reload_and_is_sent_once(
    agent: AgentAtDesk, visitor_context: BrowserContext, helpdesk: RunningHelpdesk
) -> None:
    visitor = await Visitor.come(visitor_context, helpdesk.url)
    await visitor.write("First")
    await visitor.sees("First")
    await agent.take_next()
    # The server is gone, not the network: the page can still be loaded from its cache in a real life.
    await visitor.page.route("**/socket.io/**", lambda route: route.abort())
    await visitor_context.set_offline(True)
    await visitor.write("Kept")
    await visitor.sees("Kept")
    await visitor_context.set_offline(False)
    await visitor.page.unroute("**/socket.io/**")
    await visitor.page.reload()
    if not await visitor.composer.is_visible():
        await visitor.open_widget()
    await visitor.sees("Kept")
    await agent.sees("Kept")
    await visitor.write("Last")
    await agent.sees("Last")
    assert await agent.transcript() == ["First", "Kept", "Last"]


async def test_two_tabs_of_a_visitor_show_one_conversation(
    agent: AgentAtDesk, visitor_context: BrowserContext, helpdesk: RunningHelpdesk
) -> None:
    first = await Visitor.come(visitor_context, helpdesk.url)
    await first.write("From the first tab")
    await first.sees("From the first tab")
    second = await Visitor.come(visitor_context, helpdesk.url)
    await second.sees("From the first tab")
    await second.write("From the second tab")
    await first.sees("From the second tab")

    await expect(agent.queue.locator("li")).to_have_count(1)
    await agent.take_next()
    await agent.write("I see both")
    await first.sees("I see both")
    await second.sees("I see both")
    assert await first.transcript() == await second.transcript() == await agent.transcript()


async def test_a_closed_chat_takes_no_more_and_a_new_one_can_be_started(
    agent: AgentAtDesk, visitor_context: BrowserContext, helpdesk: RunningHelpdesk
) -> None:
    visitor = await Visitor.come(visitor_context, helpdesk.url)
    await visitor.write("A short question")
    await visitor.sees("A short question")
    await agent.take_next()
    await agent.close_chat()
    await expect(visitor.page.get_by_text("This chat has ended.").first).to_be_visible()
    await take_screenshot(visitor.page, "widget-closed")
    await visitor.page.get_by_role("button", name="Start a new chat").click()
    await visitor.write("Another question")
    await expect(agent.queue.get_by_text("Another question")).to_be_visible()
    await agent.take_next()
    await agent.sees("Another question")
    await agent.sees("A short question", times=0)


async def test_a_customer_does_not_get_into_the_desk(browser: Browser, helpdesk: RunningHelpdesk) -> None:
    page = await browser.new_page()
    await page.goto(f"{helpdesk.url}/admin/desk/")
    await page.get_by_label("Sign-in e-mail").fill("rajesh@example.com")
    await page.get_by_label("Password").fill("helpdesk-demo")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("staff account", exact=False)).to_be_visible()
    assert await page.locator("#queue").count() == 0
