"""What permissions are about: one customer's conversation, and everyone who might want something of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from accounts.tokens import Principal, issue_tokens
from chat.actions import conversations, notes
from chat.models import Assistant, Conversation, Media
from tests.support.chats import chat_of, say, start
from tests.support.people import People, visitor

WORDS = "whispered"
"""What the customer says: it may show only where the conversation may be read."""
NOTE = "grumbled"
"""What the agents write for each other."""

_numbers = count(1)


@dataclass(frozen=True)
class Subject:
    """A conversation, its customer, and all ids with which one may ask for it."""

    conversation: Conversation
    customer: Principal
    ids: Mapping[str, str]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What gives the conversation away."""
        return (str(self.conversation.id), str(self.customer.user_id), self.customer.email, WORDS, NOTE)

    def state(self) -> list[Any]:
        """Everything that is stored about it."""
        conversation = Conversation.objects.filter(id=self.conversation.id)
        parts = ("messages", "notes", "participants", "transitions", "media")
        return [
            *conversation.values(),
            *conversation.values("rating__score", "rating__comment"),
            *(list(getattr(self.conversation, part).order_by("pk").values()) for part in parts),
        ]


def make_subject(people: People, state: str = "taken") -> Subject:
    """A customer's conversation with an agent who has it, or that waits, or is over.

    It is "assisted" where the assistant has it, "taken over" where the agent has taken it from the assistant.
    """
    customer = visitor(people.widget, f"Customer{next(_numbers)}")
    conversation = start(customer) if state == "waiting" else chat_of(customer, people.ana)
    said = say(customer, conversation, f"This is {WORDS}").message
    notes.add_note(people.ana, str(conversation.id), f"This is {NOTE}", None)
    media = Media.objects.create(
        organization_id=customer.organization_id,
        uploader_id=customer.user_id,
        type="image",
        format="image/png",
        name="photo.png",
        size=1,
        file="nothing.png",
        created_at=timezone.now(),
    )
    if state in ("assisted", "taken over"):
        # The agent has answered: the assistant owes nothing that it would say in the middle of a test.
        say(people.ana, conversation, "Hello")
        ada, _ = Assistant.objects.get_or_create(organization_id=customer.organization_id, name="Ada")
        now_with = {"agent": None} if state == "assisted" else {}
        Conversation.objects.filter(id=conversation.id).update(assistant=ada, **now_with)
    if state == "closed":
        conversations.close_conversation(people.ana, str(conversation.id))
    return Subject(
        conversation,
        customer,
        {
            "conversation_id": str(conversation.id),
            "message_id": said.id,
            "media_id": str(media.id),
            "queue_id": str(people.support.id),
            "owner_id": str(people.ana.user_id),
            "colleague_id": str(people.bo.user_id),
            "foreigner_id": str(people.oskar.user_id),
            "config_id": str(people.widget.id),
            "key": people.widget.key,
            "access": issue_tokens(User.objects.get(id=customer.user_id))["access"],
            "refresh": issue_tokens(User.objects.get(id=customer.user_id))["refresh"],
            "new": uuid4().hex,
        },
    )


KNOWN_BY_ITSELF = ("key", "access", "refresh", "new")


def of_nothing(ids: Mapping[str, str], *, but: str | None = None) -> dict[str, str]:
    """Ids of the same kind that nothing has, `but` for one that is kept."""
    kept = {*KNOWN_BY_ITSELF, but}
    return {name: value if name in kept else str(uuid4()) for name, value in ids.items()}
