"""A visitor in the widget and an agent at the desk, as they act in their browsers."""

from typing import ClassVar

from playwright.async_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    StorageState,
    expect,
)

from helpdesk.demo import DEMO_PASSWORD

# Two cores may have several helpdesks to start at once.
expect.set_options(timeout=20_000)

DESKTOP = {"width": 1280, "height": 800}


class Visitor:
    """Somebody on the demo shop's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log", name="Conversation")
        self.composer = page.get_by_role("textbox", name="Write a message")

    @classmethod
    async def come(cls, context: BrowserContext, url: str) -> "Visitor":
        """Open the shop and the widget."""
        visitor = cls(await context.new_page())
        await visitor.page.goto(url)
        await visitor.open_widget()
        return visitor

    async def open_widget(self) -> None:
        """Press the widget's button."""
        await self.page.get_by_role("button", name="Open chat").click()

    async def write(self, text: str) -> None:
        """Type into the widget and press Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def send(self, file: FilePayload) -> None:
        """Attach a file."""
        await (
            self.page.get_by_label("Attach images, audio or video")
            .and_(self.page.locator("input"))
            .set_input_files(file)
        )

    async def sees(self, text: str, *, times: int = 1) -> None:
        """Wait until a message stands in the conversation, so many times."""
        await expect(self.bubbles(text)).to_have_count(times)

    def bubbles(self, text: str) -> Locator:
        """The messages with exactly this text."""
        return self.log.locator(".bubble").get_by_text(text, exact=True)

    async def transcript(self) -> list[str]:
        """What stands in the conversation, in its order."""
        return await self.log.locator(".bubble").all_inner_texts()


class AgentAtDesk:
    """An agent with the desk open."""

    _signed_in: ClassVar[dict[tuple[str, str], StorageState]] = {}

    def __init__(self, page: Page) -> None:
        self.page = page
        self.queue = page.locator("#queue")
        self.my_chats = page.locator("#my-chats")
        self.timeline = page.locator("#timeline")
        self.composer = page.get_by_role("textbox", name="Message")

    @classmethod
    async def come(cls, browser: Browser, url: str, email: str) -> "AgentAtDesk":
        """Open the desk; the first time, sign in, as an agent does who follows the link to it."""
        signed_in = cls._signed_in.get((url, email))
        context = await browser.new_context(viewport={"width": 1400, "height": 860}, storage_state=signed_in)
        agent = cls(await context.new_page())
        await agent.page.goto(f"{url}/admin/desk/")
        if signed_in is None:
            await agent.sign_in(email)
            cls._signed_in[url, email] = await context.storage_state()
        await expect(agent.page.locator("#connection")).to_have_text("Connected")
        return agent

    async def sign_in(self, email: str) -> None:
        """Fill in the page that asks who one is."""
        await self.page.get_by_label("Sign-in e-mail").fill(email)
        await self.page.get_by_label("Password").fill(DEMO_PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_url("**/admin/desk/")

    async def take_next(self) -> None:
        """Take the next waiting chat."""
        await self.page.get_by_role("button", name="Take next").click()
        await expect(self.composer).to_be_enabled()

    async def write(self, text: str) -> None:
        """Type into the composer and press Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def sees(self, text: str, *, times: int = 1) -> None:
        """Wait until a message stands in the open conversation, so many times."""
        await expect(self.timeline.locator(".bubble").get_by_text(text, exact=True)).to_have_count(times)

    async def send(self, file: FilePayload) -> None:
        """Attach a file."""
        await self.page.get_by_label("Files to attach").set_input_files(file)

    async def note(self, text: str) -> None:
        """Write an internal note, by keyboard, and go back to replies."""
        await self.page.keyboard.press("Alt+KeyI")
        await self.page.get_by_role("textbox", name="Internal note").fill(text)
        await self.page.keyboard.press("Enter")
        await self.page.keyboard.press("Alt+KeyI")

    async def open_menu_of(self, text: str) -> None:
        """Open by keyboard what can be done to a message."""
        message = self.timeline.locator("li").filter(has_text=text)
        await message.get_by_role("button", name="Change this message").press("Enter")

    async def transcript(self) -> list[str]:
        """What stands in the open conversation, in its order."""
        return await self.timeline.locator(".bubble").all_inner_texts()

    async def close_chat(self) -> None:
        """Close the open chat, and confirm."""
        await self.page.locator("#close-chat").click()
        await self.page.locator("#close-dialog").get_by_role("button", name="Close chat").click()
