"""Customers without a browser, so that a test can have many."""

from typing import Any

from playwright.async_api import APIRequestContext, Browser

from tests.support.servers import RunningHelpdesk


class Customer:
    """A visitor of the demo shop whose program speaks REST."""

    def __init__(self, request: APIRequestContext, api: str) -> None:
        self.request = request
        self.api = api
        self.headers: dict[str, str] = {}
        self.chat_id = ""

    @classmethod
    async def come(cls, browser: Browser, helpdesk: RunningHelpdesk, name: str, *texts: str) -> "Customer":
        """Start a chat and say something in it."""
        customer = cls((await browser.new_context()).request, f"{helpdesk.url}/api/v1")
        tokens = await customer.post("widget/demo-widget/token", name=name)
        customer.headers = {"Authorization": f"Bearer {tokens['access']}"}
        customer.chat_id = (await customer.post("chat/conversations"))["data"]["_id"]
        for text in texts:
            await customer.say(text)
        return customer

    async def post(self, path: str, **body: str) -> Any:
        """Return what a POST answers, which must be a success."""
        response = await self.request.post(f"{self.api}/{path}", data=body, headers=self.headers)
        assert response.ok, await response.text()
        return await response.json()

    async def say(self, text: str) -> None:
        """Send a message."""
        await self.post("chat/messages", conversationId=self.chat_id, content=text)

    async def close(self) -> None:
        """End the chat."""
        await self.post(f"chat/conversations/{self.chat_id}/end")

    async def received(self) -> list[str]:
        """What agents have said, in its order."""
        response = await self.request.get(f"{self.api}/chat/messages/{self.chat_id}", headers=self.headers)
        messages = (await response.json())["data"]
        return [m["content"] for m in messages if m["senderId"] and m["senderId"]["role"] == "Support"]
