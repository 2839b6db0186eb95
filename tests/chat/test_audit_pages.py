"""The audit trail in the admin site: what happened, and what messages said before."""

import pytest
from django.urls import reverse

from chat.actions import revisions, routing
from chat.models import MessageRevision, Transition
from tests.support.chats import chat_of, say


@pytest.fixture
def chat(people):
    chat = chat_of(people.vera, people.ana)
    revisions.delete_message(people.vera, say(people.vera, chat, "my old password").message.id)
    routing.reassign(people.sam, str(chat.id), str(people.bo.user_id))
    return chat


def test_an_admin_reads_what_happened_to_a_conversation_and_what_was_deleted(client, people, chat):
    client.force_login(people.user(people.sam))
    page = client.get(reverse("admin:chat_conversation_change", args=[chat.id])).content.decode()
    for happened in ("started", "claimed", "reassigned"):
        assert happened in page
    revisions_page = client.get(reverse("admin:chat_messagerevision_changelist")).content.decode()
    assert "my old password" in revisions_page
    kept = MessageRevision.objects.get()
    assert client.post(reverse("admin:chat_messagerevision_delete", args=[kept.id])).status_code == 403
    assert Transition.objects.filter(conversation=chat).count() == 3


def test_nobody_else_reads_it(client, people, chat):
    address = reverse("admin:chat_messagerevision_changelist")
    for stranger in (people.oskar, people.ana, people.vera):
        client.force_login(people.user(stranger))
        assert "my old password" not in client.get(address, follow=True).content.decode()
