"""What people say to services of all kinds, said to the embedded assistant: nobody is left in silence."""

import time
from collections.abc import Iterable, Iterator
from uuid import UUID

import pytest
from django.test import override_settings

from accounts.models import Organization, Role
from accounts.tokens import Principal
from bench.replay.command import DIALOGUES
from bench.replay.dialogues import Dialogue, read_dialogues
from chat.actions import articles
from chat.models import Article, AssistantTurn, Conversation, Message, Note, Status
from tests.support.assistants import assistant_of
from tests.support.chats import say, start
from tests.support.demo_shop import learn
from tests.support.people import People, visitor
from tests.support.told import Told

PLAYED = 36
PATIENCE_SECONDS = 60
HANDED_OVER = "Ada asked a person to take over"


@pytest.mark.skipif(not DIALOGUES.exists(), reason=f"there are no dialogues at {DIALOGUES}")
@override_settings(ASSISTANT_WORDS_PER_SECOND=0)
def test_every_dialogue_ends_answered_or_handed_over(people: People, told: Told) -> None:
    learn(people.widget.organization)
    dialogues = read_dialogues(DIALOGUES)
    # The neighbours of those that are played: they are about the same services.
    step = len(dialogues) // PLAYED
    learn_from(people.widget.organization, [*dialogues[1::step], *dialogues[2::step]])
    # All at once is more than one waits for one: nobody's time is to run out here.
    assistant_of(people, silence_seconds=PATIENCE_SECONDS, answer_seconds=PATIENCE_SECONDS)
    chats = {}
    for number, dialogue in enumerate(dialogues[::step]):
        customer = visitor(people.widget, f"Customer {number}")
        chats[start(customer).id] = (customer, lines_of(dialogue))
    play(chats)
    ends = {chat.id: end_of(chat) for chat in Conversation.objects.filter(id__in=list(chats))}
    assert len(ends) >= PLAYED
    assert set(ends.values()) == {"answered", "handed over"}, "and either happens"


def learn_from(organization: Organization, dialogues: Iterable[Dialogue]) -> None:
    """Know what agents replied in other dialogues, so that the assistant can answer some of what is asked."""
    for dialogue in dialogues:
        turns = dialogue.turns
        pairs = [(asked.text, replied.text) for asked, replied in zip(turns[::2], turns[1::2], strict=False)]
        body = "\n\n".join(f"## {asked}\n\n{replied}" for asked, replied in pairs)
        articles.save(Article(organization=organization, title=f"Dialogue {dialogue.id}", body=body))


def lines_of(dialogue: Dialogue) -> Iterator[str]:
    return (turn.text for turn in dialogue.turns if turn.speaker == "customer")


def play(chats: dict[UUID, tuple[Principal, Iterator[str]]]) -> None:
    """Let each customer say its lines, one after each answer, until people are asked for."""
    left = dict(chats)
    while left:
        for chat in Conversation.objects.filter(id__in=list(left)):
            customer, lines = left[chat.id]
            line = next(lines, None) if chat.status == Status.OPEN else None
            if line is None:
                del left[chat.id]
            else:
                say(customer, chat, line)
        until = time.monotonic() + PATIENCE_SECONDS
        while AssistantTurn.objects.exists():
            assert time.monotonic() < until, "some answer has not come"
            time.sleep(0.01)


def end_of(chat: Conversation) -> str:
    """How it ended; it fails for one in which anything was not replied to."""
    said = list(Message.objects.filter(conversation=chat).select_related("sender").order_by("seq"))
    assert said[0].sender is None
    speakers = [one.sender.role if one.sender else HANDED_OVER for one in said[1:]]
    assert all(one.text.strip() for one in said)
    asked, replies = speakers[0::2], speakers[1::2]
    if chat.status == Status.OPEN:
        assert chat.agent_id is None
        assert speakers == [Role.CUSTOMER, Role.ASSISTANT] * len(asked), speakers
        assert len(asked) == len(replies) > 0
        return "answered"
    assert chat.status == Status.WAITING
    assert speakers[-1] == HANDED_OVER == said[-1].text, "told so, once"
    assert speakers[:-1] == [Role.CUSTOMER, Role.ASSISTANT] * len(replies), speakers
    assert Note.objects.filter(conversation=chat, text__startswith="Handed over: ").count() == 1
    return "handed over"
