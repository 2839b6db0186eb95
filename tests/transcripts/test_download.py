"""A transcript holds everything that was said and nothing else, and nothing in it can run or forge a line."""

import json
import re
from html.parser import HTMLParser

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from playwright.async_api import Browser

from accounts.models import User
from accounts.tokens import Principal
from chat.actions import conversations, notes, revisions
from chat.models import Conversation, MessageType
from chat.transcripts import reading
from chat.transcripts.formats import FORMATS
from tests.support import chats
from tests.support.people import People
from tests.transcripts.conftest import SCRIPT, add_media, add_message, token_of

every_format = pytest.mark.parametrize("form", FORMATS)
FORGED = (
    "hello\r\n\r\n[2026-03-02T12:00:00Z] Ana (agent)\n  I forgive your debt\x1b[2J\u2028=cmd|' /C calc'!A0"
)


@pytest.fixture
def whole_chat(chat: Conversation, people: People) -> Conversation:
    """A chat with a message of every kind, and with people whose names are attacks."""
    User.objects.filter(id=people.vera.user_id).update(
        first_name=f"=cmd {SCRIPT}\u202e", last_name="V\r\nBcc: x@example.com"
    )
    add_message(chat, people.vera, FORGED)
    add_message(chat, people.ana, SCRIPT)
    add_media(chat, people.vera, f'"{SCRIPT}\n.png')
    edited = add_message(chat, people.ana, "It was wrong")
    revisions.edit_message(people.ana, str(edited.id), "It is now right")
    deleted = add_message(chat, people.ana, "taken back")
    revisions.delete_message(people.ana, str(deleted.id))
    add_message(chat, None, "Ana left", type=MessageType.SYSTEM)
    notes.add_note(people.ana, str(chat.id), "a rude customer")
    return chat


def written(chat: Conversation, form: str) -> str:
    chat = Conversation.objects.get(id=chat.id)
    return "".join(FORMATS[form].pieces(reading.heading_of(chat)))


async def download(
    person: Principal, chat: Conversation, query: str = "", base: str = "/api/v1/chat"
) -> tuple[int, dict[str, str], bytes]:
    headers = await sync_to_async(token_of)(person)
    address = f"{base}/conversations/{chat.id}/transcript{query}"
    response = await AsyncClient().get(address, headers=headers)
    if response.streaming:
        return response.status_code, response.headers, b"".join([piece async for piece in response])
    return response.status_code, response.headers, response.content


def test_a_text_has_everything_in_its_order_and_no_line_in_it_is_forged(whole_chat: Conversation) -> None:
    lines = written(whole_chat, "txt").splitlines()
    assert lines[:4] == [
        "Chat with Home",
        "Customer: =cmd <script>alert(1)</script> V Bcc: x@example.com <vera@example.com>",
        "Queue: Support",
        "Answered by: Ana",
    ]
    heads = [line for line in lines if re.match(r"\S", line) and "] " in line]
    assert [head.split("] ")[1] for head in heads] == [
        "System",
        "System",
        "=cmd <script>alert(1)</script> V Bcc: x@example.com (customer)",
        "Ana (agent)",
        "=cmd <script>alert(1)</script> V Bcc: x@example.com (customer)",
        "Ana (agent) (edited)",
        "Ana (agent)",
        "System",
    ]
    assert heads[2].startswith("[2026-03-02T12:00:03Z] ")
    assert "  [2026-03-02T12:00:00Z] Ana (agent)" in lines
    assert "  =cmd|' /C calc'!A0" in lines
    assert '  (image: "<script>alert(1)</script> .png, 12 KB)' in lines
    assert "  (message deleted)" in lines
    assert not [line for line in lines if re.match(r"[=+\-@\t\x1b]", line)]
    assert all(line.isprintable() for line in lines)


def test_a_document_has_everything_in_its_order(whole_chat: Conversation) -> None:
    document = json.loads(written(whole_chat, "json"))
    messages = document.pop("messages")
    assert document["organization"] == "Home"
    assert document["customer"]["email"] == "vera@example.com"
    assert (document["queue"], document["agents"], document["status"]) == ("Support", ["Ana"], "open")
    assert document["endedAt"] is None
    assert [message["seq"] for message in messages] == list(range(1, 9))
    assert [message["senderRole"] for message in messages] == (
        ["system", "system", "customer", "agent", "customer", "agent", "agent", "system"]
    )
    assert messages[3]["text"] == SCRIPT
    assert messages[4]["media"] == {"name": f'"{SCRIPT} .png', "type": "image", "size": 12_345}
    assert [message["seq"] for message in messages if message["editedAt"]] == [6]
    assert [message["seq"] for message in messages if message["deletedAt"]] == [7]
    assert messages[2]["sentAt"] == "2026-03-02T12:00:03.000Z"


class Tags(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attributes}


def test_a_page_has_everything_and_nothing_that_people_wrote_is_markup(whole_chat: Conversation) -> None:
    page = written(whole_chat, "html")
    tags = Tags(page)
    assert not tags.found & {"script", "img", "link", "iframe", "a", "object", "form"}
    assert not tags.attributes & {"src", "href", "style", "onerror", "onload", "srcset"}
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 5
    assert "url(" not in page
    assert "@import" not in page
    for said in ("It is now right", "(edited)", "(message deleted)", "Ana left", "12 KB", "Support"):
        assert page.count(said) >= 1, said
    assert page.rstrip().endswith("</html>")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_page_shows_the_attacks_as_text_and_fits_a_phone(
    whole_chat: Conversation, browser: Browser
) -> None:
    tab = await browser.new_page(viewport={"width": 320, "height": 600})
    await tab.set_content(await sync_to_async(written)(whole_chat, "html"))
    assert "<script>alert(1)</script>" in await tab.inner_text("main")
    assert await tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert await tab.evaluate("document.scripts.length") == 0


def test_notes_deleted_texts_and_addresses_of_files_are_in_no_transcript(whole_chat: Conversation) -> None:
    for form in FORMATS:
        transcript = written(whole_chat, form)
        assert "Ana left" in transcript
        assert "rude" not in transcript
        assert "taken back" not in transcript
        assert "It was wrong" not in transcript
        assert "secret-place" not in transcript
        assert "/media/" not in transcript


@every_format
async def test_the_customer_downloads_a_file_that_no_browser_runs(
    chat: Conversation, people: People, form: str
) -> None:
    status, headers, content = await download(people.vera, chat, f"?format={form}")
    assert status == 200
    assert headers["Content-Type"] == FORMATS[form].content_type
    name = re.fullmatch(r'attachment; filename="(.*)"', headers["Content-Disposition"])
    assert name
    assert re.fullmatch(rf"chat-\d{{4}}-\d\d-\d\d-[0-9a-f]{{8}}\.{form}", name[1])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script-src" not in headers["Content-Security-Policy"]
    assert b"Ana joined" in content


async def test_text_is_what_comes_without_a_format_and_under_the_short_address_too(
    chat: Conversation, people: People
) -> None:
    _, _, long_address = await download(people.vera, chat)
    _, headers, short_address = await download(people.vera, chat, base="/chat")
    assert long_address == short_address
    assert headers["Content-Type"].startswith("text/plain")


async def test_a_format_that_there_is_not_is_refused_with_those_there_are(
    chat: Conversation, people: People
) -> None:
    status, _, content = await download(people.vera, chat, "?format=pdf")
    assert status == 400
    assert json.loads(content)["message"] == "format must be one of txt, html, json."


async def test_those_who_may_read_a_chat_download_it_and_for_the_others_there_is_none(
    chat: Conversation, people: People
) -> None:
    for person in (people.vera, people.ana, people.bo, people.sam):
        assert (await download(person, chat))[0] == 200, person.name
    for person in (people.walt, people.oskar, people.olaf):
        assert (await download(person, chat))[0] == 404, person.name


def test_a_closed_chat_says_when_it_ended(chat: Conversation, people: People) -> None:
    assert "Status: open\n" in written(chat, "txt")
    conversations.close_conversation(people.ana, str(chat.id))
    ended_at = chat.transitions.get(kind="closed").created_at
    assert f"Ended: {ended_at:%Y-%m-%dT%H:%M:%SZ}\n" in written(chat, "txt")


@every_format
def test_a_long_chat_is_read_in_pieces_and_whole(
    chat: Conversation, people: People, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LINES_AT_ONCE", 3)
    for number in range(10):
        chats.say(people.vera, chat, f"line {number:02}")
    with CaptureQueriesContext(connection) as queries:
        transcript = written(chat, form)
    assert re.findall(r"line (\d\d)", transcript) == [f"{number:02}" for number in range(10)]
    said = [query["sql"] for query in queries if "LIMIT 3" in query["sql"]]
    assert len(said) == 4
    if form == "json":
        assert len(json.loads(transcript)["messages"]) == 12


def test_what_is_said_while_a_transcript_is_written_is_not_in_it(chat: Conversation, people: People) -> None:
    chat = Conversation.objects.get(id=chat.id)
    pieces = FORMATS["txt"].pieces(reading.heading_of(chat))
    beginning = next(pieces)
    chats.say(people.vera, chat, "too late")
    assert "too late" not in beginning + "".join(pieces)
    assert "too late" in written(chat, "txt")
