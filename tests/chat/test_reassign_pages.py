"""Reassigning in the admin site: from the list and from a conversation's page."""

from html import unescape

import pytest
from django.test import Client

from chat.actions import conversations
from chat.events import ConversationChanged
from chat.models import Conversation
from queueing.models import Agent
from tests.support.chats import chat_of, start
from tests.support.people import People
from tests.support.told import Told, told

__all__ = ["told"]

BACKEND = "django.contrib.auth.backends.ModelBackend"
LIST = "/admin/chat/conversation/"
PAGE = "/admin/chat/conversation/reassign/"


def signed_in(people: People, name: str = "sam") -> Client:
    client = Client()
    client.force_login(people.user(getattr(people, name)), backend=BACKEND)
    return client


def give(client: Client, agent, *chats: Conversation) -> str:
    """Choose an agent on the page, and return what is said after it."""
    answer = client.post(
        PAGE, {"chat": [str(chat.id) for chat in chats], "agent": str(agent.user_id)}, follow=True
    )
    return unescape(answer.content.decode())


def owner(chat: Conversation) -> str | None:
    agent = Conversation.objects.get(id=chat.id).agent
    return agent.name if agent else None


@pytest.mark.database
def test_an_admin_gives_several_chats_to_an_agent_and_hears_what_became_of_each(
    people: People, told: Told
) -> None:
    given, full = chat_of(people.vera, people.ana), start(people.walt)
    Agent.objects.create(user_id=people.bo.user_id, capacity=1)
    sam = signed_in(people)
    asked = sam.post(
        LIST, {"action": "reassign", "_selected_action": [str(given.id), str(full.id)]}, follow=True
    )
    assert "Bo – offline, 0 of 1 chats" in asked.content.decode()
    told.forget()
    said = give(sam, people.bo, full, given)
    assert "Now with Bo: Vera." in said
    assert "Walt: Bo has as many chats as one agent may have at once." in said
    assert (owner(given), owner(full)) == ("Bo", None)
    assert given.transitions.last().kind == "reassigned"
    assert given.transitions.last().actor_id == people.sam.user_id
    [event] = told.of(ConversationChanged)
    assert (event.conversation_id, event.conversation.agent.name) == (str(given.id), "Bo")


def test_a_conversations_own_page_leads_to_it_until_it_is_closed(people: People) -> None:
    chat = start(people.vera)
    sam = signed_in(people)
    own_page = f"{LIST}{chat.id}/change/"
    assert f'href="{PAGE}?chat={chat.id}"' in sam.get(own_page).content.decode()
    answer = sam.post(PAGE, {"chat": str(chat.id), "agent": str(people.bo.user_id)})
    assert answer["Location"] == own_page
    assert owner(chat) == "Bo"
    conversations.close_conversation(people.vera, str(chat.id))
    assert PAGE not in sam.get(own_page).content.decode()
    assert "Vera: This conversation is closed and cannot be given to anybody." in give(sam, people.ana, chat)
    assert owner(chat) == "Bo"


def test_somebody_must_be_chosen_and_it_must_be_one_of_the_team(people: People) -> None:
    chat = start(people.vera)
    sam = signed_in(people)
    assert "Choose an agent." in sam.post(PAGE, {"chat": str(chat.id), "agent": ""}).content.decode()
    for stranger in (people.oskar, people.walt):
        assert "Select a valid choice" in give(sam, stranger, chat)
    assert "Oskar" not in sam.get(f"{PAGE}?chat={chat.id}").content.decode()
    assert owner(chat) is None


def test_another_organizations_chats_and_what_is_none_are_the_same(people: People) -> None:
    theirs = start(people.olaf)
    sam = signed_in(people)
    assert "There is no such conversation to reassign." in give(sam, people.bo, theirs)
    assert owner(theirs) is None
    for junk in ("", "?chat=1", f"?chat={theirs.id}"):
        assert sam.get(PAGE + junk)["Location"] == LIST


def test_nobody_but_an_admin_reassigns(people: People) -> None:
    chat = chat_of(people.vera, people.ana)
    for name, status in (("ana", 403), ("vera", 302)):
        client = signed_in(people, name)
        assert client.get(f"{PAGE}?chat={chat.id}").status_code == status
        posted = {"chat": str(chat.id), "agent": str(people.bo.user_id)}
        assert client.post(PAGE, posted).status_code == status
        action = {"action": "reassign", "_selected_action": str(chat.id)}
        assert client.post(LIST, action).status_code == status
    assert owner(chat) == "Ana"


def test_too_many_at_once_are_refused(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.admin.reassigning.MAX_CHATS", 1)
    ids = [str(start(customer).id) for customer in (people.vera, people.walt)]
    answer = signed_in(people).post(LIST, {"action": "reassign", "_selected_action": ids}, follow=True)
    assert "At most 1 conversations can be reassigned at once." in answer.content.decode()


def test_what_waits_is_listed_with_its_place_in_the_line_and_leads_to_the_chat(people: People) -> None:
    start(people.olaf)
    waits = start(people.walt)
    people.support.priority = 1
    people.support.save()
    start(people.vera)
    page = signed_in(people).get("/admin/queueing/entry/").content.decode()
    rows = [row for row in page.split("<tr") if "field-place" in row]
    assert ["Vera" in row for row in rows] == [True, False]
    assert ['field-place">1<' in rows[0], 'field-place">2<' in rows[1]] == [True, True]
    assert f'href="{LIST}{waits.id}/change/">Walt<' in rows[1]
