"""A snapshot and the events after it are a fresh snapshot, in both dialects, for every kind of event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import get_args
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import presence
from chat import rooms
from chat.actions import (
    answering,
    answering_hooks,
    asking,
    custom_messages,
    escalation,
    notes,
    offers,
    ratings,
    resolving,
    revisions,
    routing,
    silence,
    transfers,
    transitions,
)
from chat.actions import people as presence_actions
from chat.actions.conversations import close_conversation
from chat.actions.transitions import Saying
from chat.assistant import process
from chat.events import (
    DURABLE_EVENTS,
    AccessChanged,
    ChatOffered,
    ConversationChanged,
    CustomMessage,
    Event,
    InactivityWarned,
    MessageCreated,
    MessageRevised,
    NoteCreated,
    OfferEnded,
    PresenceChanged,
    QueueChanged,
    QueuePositionChanged,
    ReceiptChanged,
    StreamChunk,
    StreamEnded,
    StreamMissed,
    StreamTool,
    TransferRefused,
    TypingChanged,
)
from chat.fanout.changes import changes_since
from chat.fanout.hub import Hub
from chat.fanout.positions import LISTENER as POSITIONS
from chat.gateway import chat_dialect, root
from chat.models import Assistant, Conversation, Media, QueueAssistant
from chat.selectors import conversations
from chat.sync import feed
from queueing.models import Skill
from tests.support.chats import chat_of, read, say, start
from tests.support.people import People, visitor
from tests.support.reference_clients import ChatClient, ReferenceClient, RootClient
from tests.support.told import Told

pytestmark = pytest.mark.database


@dataclass
class Stage:
    """Vera's chat, in which something is about to happen."""

    people: People
    told: Told
    chat: Conversation
    said: MessageCreated
    answered: MessageCreated
    other: Conversation
    """Walt's, which waits."""

    @property
    def id(self) -> str:
        return str(self.chat.id)


Act = Callable[[Stage], object]
CASES: list[tuple[str, type[Event], Act]] = []


def case(event: type[Event]) -> Callable[[Act], Act]:
    """Enter an action that tells this event."""

    def enter(act: Act) -> Act:
        CASES.append((act.__name__, event, act))
        return act

    return enter


@case(MessageCreated)
def the_customer_writes(stage):
    say(stage.people.vera, stage.chat, "One more thing")


@case(MessageCreated)
def the_agent_sends_a_picture(stage):
    picture = Media.objects.create(
        organization_id=stage.people.ana.organization_id,
        uploader_id=stage.people.ana.user_id,
        type="image",
        format="image/png",
        name="map.png",
        size=3,
        file="a",
        thumbnail="b",
        created_at=timezone.now(),
    )
    say(stage.people.ana, stage.chat, "", media_id=str(picture.id))


@case(MessageRevised)
def the_customer_edits(stage):
    revisions.edit_message(stage.people.vera, stage.said.message.id, "Hello there")


@case(MessageRevised)
def the_agent_deletes(stage):
    revisions.delete_message(stage.people.ana, stage.answered.message.id)


@case(NoteCreated)
def the_agent_notes(stage):
    notes.add_note(stage.people.ana, stage.id, "She is in a hurry.")


@case(ReceiptChanged)
def the_customer_reads(stage):
    read(stage.people.vera, stage.chat)


@case(ReceiptChanged)
def the_agent_reads(stage):
    read(stage.people.ana, stage.chat, stage.said.message.id)


@case(ConversationChanged)
def the_agent_resolves(stage):
    resolving.resolve(stage.people.ana, stage.id)


@case(ConversationChanged)
def the_customer_reopens_by_writing(stage):
    resolving.resolve(stage.people.ana, stage.id)
    say(stage.people.vera, stage.chat, "Not yet")


@case(ConversationChanged)
def the_agent_returns_it_to_the_queue(stage):
    routing.return_to_queue(stage.people.ana, stage.id)


@case(ConversationChanged)
def the_admin_gives_it_to_another(stage):
    routing.reassign(stage.people.sam, stage.id, str(stage.people.bo.user_id))


@case(ConversationChanged)
def the_customer_closes(stage):
    close_conversation(stage.people.vera, stage.id, "Solved")


@case(ConversationChanged)
def the_customer_rates(stage):
    close_conversation(stage.people.ana, stage.id)
    ratings.rate(stage.people.vera, stage.id, 4, "Good")


@case(ConversationChanged)
def the_customer_takes_another_name(stage):
    user = stage.people.user(stage.people.vera)
    user.first_name, user.email = "Veronica", "veronica@example.com"
    user.save()
    with transaction.atomic():
        transitions.touch(transitions.lock(stage.chat.id), "profile", now=timezone.now())


@case(ConversationChanged)
def the_agent_transfers_it_to_another_queue(stage):
    stage.people.sales.skills.add(
        Skill.objects.create(organization=stage.people.sales.organization, name="prices")
    )
    transfers.transfer_to_queue(stage.people.ana, stage.id, str(stage.people.sales.id), priority=3)


@case(ConversationChanged)
def it_comes_to_an_agent_through_another_queue(stage):
    transfers.transfer_to_queue(stage.people.ana, stage.id, str(stage.people.sales.id), priority=3)
    routing.claim(stage.people.olga, stage.id)


@case(ConversationChanged)
def another_agent_takes_it_from_the_one_who_has_it(stage):
    ask_bo(stage)
    offers.accept(stage.people.bo, stage.id)


@case(ConversationChanged)
def the_admin_takes_it_over(stage):
    routing.take_over(stage.people.sam, stage.id)


@case(ConversationChanged)
def the_customer_of_the_assistant_asks_for_a_person(stage):
    Conversation.objects.filter(id=stage.id).update(agent=None)
    escalation.request_agent(stage.people.vera, stage.id)


@case(ConversationChanged)
def the_agent_gives_it_to_the_assistant(stage):
    ada = Assistant.objects.create(organization=stage.people.support.organization, name="Ada")
    QueueAssistant.objects.create(queue=stage.people.support, assistant=ada)
    return answering.resume(stage.people.ana, stage.id)


@case(ConversationChanged)
def the_agent_takes_it_over_from_the_assistant(stage):
    the_agent_gives_it_to_the_assistant(stage)
    routing.take_over(stage.people.bo, stage.id)


@case(MessageCreated)
def the_assistant_answers(stage):
    chat = the_agent_gives_it_to_the_assistant(stage)
    with transaction.atomic():
        said = Saying(chat.assistant.user, "It comes tomorrow")
        transitions.say(transitions.lock(chat.id), said, now=timezone.now())


@case(StreamChunk)
def the_assistant_begins_to_say_something(stage):
    chat = the_agent_gives_it_to_the_assistant(stage)
    for offset, text in ((0, "It comes"), (8, " tomorrow")):
        stage.told.fanout.publish(StreamChunk(stage.id, "one", chat.version, offset, text))


@case(StreamTool)
def the_assistant_looks_something_up(stage):
    chat = the_agent_gives_it_to_the_assistant(stage)
    tool = partial(StreamTool, stage.id, "one", chat.version, "search_knowledge_base", {"query": "parcel"})
    stage.told.fanout.publish(tool())
    stage.told.fanout.publish(tool(result="Two days to your door"))


@case(StreamEnded)
def the_assistant_ends_without_a_word(stage):
    the_assistant_begins_to_say_something(stage)
    stage.told.fanout.publish(StreamEnded(stage.id, "one", None, "failed"))


@case(ConversationChanged)
def nobody_comes_in_time(stage):
    routing.return_to_queue(stage.people.ana, stage.id)
    with transaction.atomic():
        conversation = transitions.lock(stage.chat.id)
        conversation.queue_timed_out_at = timezone.now()
        conversation.save(update_fields=["queue_timed_out_at"])
        transitions.touch(conversation, "queue-timeout", now=timezone.now())


@case(ChatOffered)
def the_agent_is_asked_about_a_chat(stage):
    here(stage, stage.people.ana)
    stage.people.support.mode = "push"
    stage.people.support.save()
    start(visitor(stage.people.widget, "Guest"))


@case(OfferEnded)
def the_agent_declines_a_chat(stage):
    the_agent_is_asked_about_a_chat(stage)
    offered, *_ = asking.pending_for(stage.people.ana.user_id)
    offers.decline(stage.people.ana, offered.conversation_id)


@case(TransferRefused)
def another_agent_declines_a_transfer(stage):
    ask_bo(stage)
    offers.decline(stage.people.bo, stage.id)


@case(QueuePositionChanged)
def the_customer_comes_nearer(stage):
    stage.told.fanout.publish(QueuePositionChanged(stage.id, position=2, eta=None))


def here(stage, *agents):
    for agent in agents:
        stage.told.process.run(presence.arrive(agent.user_id, uuid4().hex))


def ask_bo(stage):
    here(stage, stage.people.bo)
    transfers.transfer_to_agent(stage.people.ana, stage.id, stage.people.bo.email)


@case(QueueChanged)
def another_chat_comes_to_wait(stage):
    start(visitor(stage.people.widget, "Guest"))


@case(QueueChanged)
def another_chat_is_taken(stage):
    routing.claim(stage.people.bo, str(stage.other.id))


@case(PresenceChanged)
def the_customer_comes_online(stage):
    stage.told.process.run(presence.arrive(stage.people.vera.user_id, uuid4().hex))
    presence_actions.tell_presence(stage.people.vera, "online")


@case(TypingChanged)
def the_customer_types(stage):
    presence_actions.tell_typing(stage.people.vera, stage.id, is_typing=True)


@case(CustomMessage)
def the_customer_s_page_passes_something_on(stage):
    custom_messages.relay(stage.people.vera, stage.id, {"cart": 3})


@case(InactivityWarned)
def nobody_writes_for_long(stage):
    with transaction.atomic():
        silence.warn_if_silent(stage.id, timezone.now() + timedelta(hours=1))


@pytest.fixture
def stage(people, told):
    chat = chat_of(people.vera, people.ana)
    said, answered = say(people.vera, chat, "Helo"), say(people.ana, chat, "Hi Vera")
    stage = Stage(people, told, chat, said, answered, start(people.walt))
    for namespace, dialect in (
        (root.NAMESPACE, root.dialect),
        (chat_dialect.NAMESPACE, chat_dialect.dialect),
    ):
        told.process.call(told.fanout.hub.register, namespace, dialect)
    # Places are told a moment after what has changed them: here by hand.
    told.process.call(told.fanout.hub.listen, POSITIONS, lambda event: None)
    # What the assistant says and notes by itself would come at any time.
    answering_hooks.register()
    yield stage
    process.listen()


def clients_of(stage: Stage, hub: Hub) -> list[ReferenceClient]:
    """Vera and Ana, in both dialects, in the chat with a snapshot of it."""
    clients: list[ReferenceClient] = [
        client(principal, namespace)
        for principal in (stage.people.vera, stage.people.ana)
        for client, namespace in ((RootClient, "/"), (ChatClient, "/chat"))
    ]
    call = stage.told.process.call
    for client in clients:
        own = [rooms.user(client.user_id)]
        if client.is_staff_member:
            own += [rooms.queue(stage.people.support.id), rooms.staff(client.principal.organization_id)]
        for room in own:
            call(hub.join, client, room)
        call(hub.begin_joining, client, stage.id)
        chat = conversations().get(id=stage.id)
        client.load(chat)
        call(hub.finish_joining, client, stage.id, chat.version)
    return clients


def fresh(client: ReferenceClient, stage: Stage) -> dict:
    """What a client of this kind sees that comes only now."""
    newcomer = type(client)(client.principal, client.namespace)
    newcomer.load(conversations().get(id=stage.id))
    # What only the moment knows is in no snapshot.
    newcomer.typing, newcomer.closes_at = client.typing, client.closes_at
    newcomer.position, newcomer.refused = client.position, client.refused
    newcomer.streams, newcomer.passed = client.streams, client.passed
    if client.namespace == "/":
        # Only `/chat` tells of queues.
        newcomer.waiting, newcomer.asked_about = client.waiting, client.asked_about
    return newcomer.state()


@pytest.mark.parametrize(("event", "act"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_snapshot_and_what_follows_it_is_a_fresh_snapshot(stage, event, act):
    clients = clients_of(stage, stage.told.fanout.hub)
    before = [client.state() for client in clients]
    polled = [feed.begin(client.principal).cursor for client in clients]
    stage.told.forget()
    act(stage)
    assert stage.told.of(event), "the case does not tell the event it stands for"
    after = [client.state() for client in clients]
    assert before != after, "nobody's client has changed"
    for client, state in zip(clients, after, strict=True):
        assert state == fresh(client, stage)
    if event in DURABLE_EVENTS and event is not NoteCreated:
        assert all(was != now for was, now in zip(before, after, strict=True)), "somebody was not told"
        for client, cursor in zip(clients, polled, strict=True):
            page = feed.changes_since(client.principal, cursor, 500)
            assert [facts.id for facts in page.conversations] == [stage.id]


DURABLE_CASES = [(name, act) for name, event, act in CASES if event in DURABLE_EVENTS]


@pytest.mark.parametrize("act", [row[1] for row in DURABLE_CASES], ids=[row[0] for row in DURABLE_CASES])
def test_what_the_channel_layer_lost_is_healed_to_a_fresh_snapshot(stage, act):
    hub = Hub()
    for dialect in (root, chat_dialect):
        hub.register(dialect.NAMESPACE, dialect.dialect)
    clients = clients_of(stage, hub)
    version = hub.timelines[stage.id].version
    act(stage)
    hub.catch_up(stage.id, *changes_since(stage.id, version))
    for client in clients:
        # Queues are not healed by a conversation's changes.
        assert client.state() | {"waiting": []} == fresh(client, stage) | {"waiting": []}


def test_a_note_changes_what_agents_see_and_nothing_of_the_customers(stage):
    clients = clients_of(stage, stage.told.fanout.hub)
    before = [client.state() for client in clients]
    the_agent_notes(stage)
    stage.told.events()
    changed = [client.principal for client, was in zip(clients, before, strict=True) if client.state() != was]
    assert changed == [stage.people.ana, stage.people.ana]


def test_every_kind_of_event_has_a_case():
    for_processes = {StreamMissed, AccessChanged}
    assert {event for _, event, _ in CASES} == set(get_args(Event)) - for_processes
