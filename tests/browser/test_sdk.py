"""The SDK on a page of somebody's own, by the names of its documentation (SPEC §7)."""

from base64 import b64encode
from typing import Any

from playwright.async_api import Browser, Page

from helpdesk.demo import DEMO_PASSWORD
from tests.browser.pictures import photo
from tests.support.browser import IN_BROWSER
from tests.support.servers import RunningHelpdesk

pytestmark = IN_BROWSER

PAGE = """\
<!DOCTYPE html>
<script type="importmap">
  {"imports": {"socket.io-client": "/static/vendor/socket.io-client/socket.io.esm.min.js"}}
</script>
<script type="module">
  import { Helpdesk } from "/static/sdk/helpdesk.js";

  window.events = [];
  window.helpdesk = new Helpdesk({ origin: location.origin, widgetKey: "demo-widget" });
  for (const event of ["connect", "message", "begin-typing", "end-typing", "conversation-ended", "error"]) {
    helpdesk.on(event, (detail) => events.push([event, detail?.message?.text ?? detail?.name ?? null]));
  }
</script>
"""
SEND_MEDIA = """\
async (data) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return (await helpdesk.sendMedia(new File([bytes], "vase.png", { type: "image/png" }))).error;
}
"""


class Agent:
    """Alice, whose program speaks REST."""

    def __init__(self, page: Page, api: str) -> None:
        self.request = page.context.request
        self.api = api
        self.headers: dict[str, str] = {}

    async def sign_in(self) -> None:
        """Get a token."""
        credentials = {"email": "alice@example.com", "password": DEMO_PASSWORD}
        tokens = await (await self.request.post(f"{self.api}/auth/token", data=credentials)).json()
        self.headers = {"Authorization": f"Bearer {tokens['access']}"}

    async def call(self, method: str, path: str, **body: str) -> Any:
        """Return the `data` of an answer, which must be a success."""
        response = await self.request.fetch(
            f"{self.api}/chat/{path}", method=method, headers=self.headers, data=body or None
        )
        assert response.ok, await response.text()
        return (await response.json())["data"]


async def test_a_page_of_ones_own_goes_through_a_whole_chat_with_the_sdk(
    browser: Browser, helpdesk: RunningHelpdesk
) -> None:
    page = await browser.new_page()
    await page.route("**/own-page", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto(f"{helpdesk.url}/own-page")
    await page.wait_for_function("window.helpdesk")

    profile = await page.evaluate("helpdesk.getChatProfile()")
    assert {queue["name"] for queue in profile["queues"]} == {"support", "sales"}
    sales = next(queue["_id"] for queue in profile["queues"] if queue["name"] == "sales")
    visitor = await page.evaluate("helpdesk.getLiveChatToken({ name: 'Vera', email: 'vera@example.org' })")
    assert visitor["name"] == "Vera"
    await page.evaluate("helpdesk.connect()")
    await page.evaluate("helpdesk.updateUserInfo({ name: 'Vera Novak', phone: '+49 30 1234' })")
    chat = await page.evaluate("(queueId) => helpdesk.createLiveChatConversation(queueId)", sales)
    assert (chat["status"], chat["queue"]["name"], chat["customer"]["name"]) == (
        "waiting",
        "sales",
        "Vera Novak",
    )
    await page.evaluate("helpdesk.sendMessage('Hello')")
    assert await page.evaluate(SEND_MEDIA, b64encode(photo()["buffer"]).decode()) is None

    agent = Agent(page, f"{helpdesk.url}/api/v1")
    await agent.sign_in()
    await agent.call("PATCH", f"conversations/{chat['chatId']}/status", status="open")
    await agent.call("POST", "messages", conversationId=chat["chatId"], content="Good morning")
    await page.wait_for_function(
        "events.some(([event, text]) => event === 'message' && text === 'Good morning')"
    )
    await page.wait_for_function("helpdesk.unsent.length === 0")
    said = await agent.call("GET", f"messages/{chat['chatId']}")
    assert [message["content"] for message in said if message["messageType"] == "text"] == [
        "Hello",
        "Good morning",
    ]
    assert [message["media"]["name"] for message in said if message["messageType"] == "image"] == ["vase.png"]

    await page.evaluate("helpdesk.sendChatTranscript('vera@example.com')")
    assert await page.evaluate("helpdesk.visitor.email") == "vera@example.com"
    await page.evaluate("helpdesk.endChat('Thank you')")
    await page.evaluate("helpdesk.rateChat(5, 'Quick')")
    ended = await agent.call("GET", f"conversations/{chat['chatId']}")
    assert (ended["status"], ended["rating"]) == ("closed", {"score": 5, "comment": "Quick"})
    ticket = await page.evaluate(
        "helpdesk.createLiveChatTicket({ name: 'Vera', email: 'vera@example.com', description: 'Call me' })"
    )
    assert ticket["status"] == "open"
    refusal = await page.evaluate("helpdesk.rateChat(6).catch(({ code, message }) => [code, message])")
    assert refusal[0] == "invalid"
    told = [event for event, _ in await page.evaluate("events")]
    assert told[0] == "connect"
    assert told.count("conversation-ended") == 1
    assert "error" not in told
