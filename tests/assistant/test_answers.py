"""The assistant answers, and stops when people take over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.actions import answering, conversations, escalation, resolving, routing
from chat.assistant import process
from chat.errors import Conflict, NotAssigned
from chat.events import (
    ConversationChanged,
    MessageCreated,
    QueueChanged,
    StreamChunk,
    StreamEnded,
    StreamTool,
    TypingChanged,
)
from chat.models import AssistantTurn, AssistantUsage, Conversation, Status
from queueing.models import Skill
from tests.support.assistants import assistant_of, ended, is_owed, notes, wait_for
from tests.support.chats import say, start, texts

pytestmark = pytest.mark.database


def chunks(told, stream_id: str) -> str:
    return "".join(chunk.text for chunk in told.of(StreamChunk) if chunk.stream_id == stream_id)


def handler(chat: Conversation) -> tuple[str, bool]:
    chat.refresh_from_db()
    return chat.status, chat.agent_id is not None


def test_a_chat_of_the_widget_begins_with_the_assistant_who_greets_once(people, told, asks):
    assistant_of(people, greeting="Hello, I am Ada.")
    chat = start(people.vera)
    start(people.vera)
    assert texts(chat) == ["Chat started", "Hello, I am Ada."]
    [greeting] = [event.message for event in told.of(MessageCreated) if event.message.sender]
    assert (greeting.sender.role, greeting.sender.name) == ("assistant", "Ada")
    assert told.of(ConversationChanged)[-1].conversation.handler == "assistant"
    assert [(one.kind, one.queue_id) for one in told.of(QueueChanged)] == [
        ("assisted", str(people.support.id))
    ]
    assert not is_owed(chat.id)


def test_what_is_said_at_the_end_is_what_was_heard(people, told, asks):
    asks("words 30 0.005")
    ada = assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    end = ended(told)
    assert end.reason == "complete"
    answer = texts(chat)[-1]
    assert answer.startswith("word")
    assert answer == chunks(told, end.stream_id).strip()
    [said] = [event for event in told.of(MessageCreated) if event.message.id == end.message_id]
    assert said.message.sender.id == str(ada.user_id)
    assert not is_owed(chat.id)
    assert [event.is_typing for event in told.of(TypingChanged)] == [True, False]
    listed = [(one.kind, one.preview) for one in told.of(QueueChanged)]
    assert listed == [("assisted", ""), ("message", "Where is my parcel?")]
    assert AssistantUsage.objects.filter(customer_id=people.vera.user_id, tokens__gt=0).exists()


def test_an_emoji_that_comes_in_pieces_stays_whole(people, told, asks):
    asks("pieces 👩\u200d💻 is\u200b here")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Who is there?")
    assert ended(told).reason == "complete"
    assert texts(chat)[-1] == "👩\u200d💻 is here"


def test_a_frame_comes_at_most_each_thirty_milliseconds_and_the_first_at_once(people, told, asks):
    asks("words 100 0.001")
    assistant_of(people)
    say(people.vera, start(people.vera), "Tell me everything")
    first, *more = told.of(StreamChunk) if ended(told) else []
    assert first.offset == 0
    assert len(more) < 20


def test_a_resend_is_not_answered_twice(people, told, asks):
    asks("words 3 0")
    assistant_of(people)
    chat = start(people.vera)
    for _ in range(3):
        say(people.vera, chat, "Where is my parcel?", "once")
    ended(told)
    wait_for(lambda: not is_owed(chat.id), "the end of the turn")
    assert len(texts(chat)) == 3


def test_what_the_customer_adds_during_an_answer_is_answered_next(people, told, asks, model):
    asks("words 10 0.03")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: told.of(StreamChunk), "the first word")
    say(people.vera, chat, "And my refund?")
    wait_for(lambda: not is_owed(chat.id), "the second answer")
    assert [message.sender and message.sender.role for message in chat.messages.order_by("seq")] == [
        None,
        "customer",
        "customer",
        "assistant",
        "assistant",
    ]
    assert model.requests[-1].last == "And my refund?"


def test_a_take_over_cuts_the_answer_at_once_and_agents_read_what_was_seen(people, told, asks):
    asks("words 500 0.01")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: len(told.of(StreamChunk)) > 2, "the answer")
    routing.take_over(people.ana, str(chat.id))
    say(people.ana, chat, "I am looking after it")
    wait_for(lambda: notes(chat), "the note of what the customer saw")
    events = told.events()
    taken = next(
        number
        for number, event in enumerate(events)
        if isinstance(event, ConversationChanged) and event.conversation.agent is not None
    )
    assert isinstance(events[taken - 1], StreamEnded)
    assert events[taken - 1].reason == "cut"
    assert not [
        event for event in events[taken:] if isinstance(event, StreamChunk | StreamTool | StreamEnded)
    ]
    assert not [text for text in texts(chat) if text.startswith("word")]
    assert any("word1 word2" in text for text in notes(chat))
    assert not is_owed(chat.id)


def test_an_answer_that_its_process_cannot_finish_any_more_goes_to_people_at_once(people, told, asks):
    asks("words 500 0.01")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: len(told.of(StreamChunk)) > 2, "the answer")
    told.process.run(process.finish(0))
    assert handler(chat) == (Status.WAITING, False)
    assert not is_owed(chat.id)
    assert ended(told).reason == "failed"
    assert texts(chat)[-1] == "Ada could not answer. A person will."
    assert [text for text in texts(chat) if text.startswith("word")] == []
    assert any("word1 word2" in text for text in notes(chat))


def test_an_answer_that_is_nearly_done_is_finished_before_its_process_ends(people, told, asks):
    asks("words 10 0.03")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: told.of(StreamChunk), "the answer")
    told.process.run(process.finish(5))
    assert texts(chat)[-1].endswith("word9")
    assert handler(chat) == (Status.OPEN, False)


def test_a_customer_who_asks_for_a_person_hears_no_more_of_the_answer(people, told, asks):
    asks("words 500 0.01")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: told.of(StreamChunk), "the answer")
    escalation.request_agent(people.vera, str(chat.id))
    assert ended(told).reason == "cut"
    assert handler(chat) == (Status.WAITING, False)
    assert told.of(QueueChanged)[-1].kind == "escalated"


def test_the_tool_hands_over_with_the_words_said_before_it(people, told, asks):
    Skill.objects.create(organization=people.widget.organization, name="billing")
    asks(
        'tool transfer_chat_to_agent {"reason": "wants money back", "skills": ["Billing", "hacking"],'
        ' "priority": 99, "chatId": "another", "organization": "away"}'
    )
    assistant_of(people, highest_priority=3)
    chat = start(people.vera)
    say(people.vera, chat, "I want my money back")
    end = ended(told)
    assert end.reason == "handed-over"
    assert texts(chat)[-2:] == ["One moment.", "Ada asked a person to take over"]
    chat.refresh_from_db()
    assert (chat.status, chat.priority, chat.required_skills) == (Status.WAITING, 3, ["billing"])
    [used, result] = told.of(StreamTool)
    assert used.arguments == {"reason": "wants money back", "skills": ["billing"], "priority": 3}
    assert result.result
    escalated = told.of(QueueChanged)[-1]
    assert (escalated.kind, escalated.reason) == ("escalated", "wants money back")
    assert "Handed over: wants money back" in notes(chat)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("stall-first", "in time"),
        ("stall-middle", "in time"),
        ("break", "can be used"),
        ("status 500", "can be used"),
        ("endless", "longer than"),
        ("endless-tools", "can be used"),
    ],
)
def test_people_take_over_once_when_the_model_fails(people, told, asks, script, reason):
    asks(script)
    assistant_of(people, silence_seconds=1, max_answer_characters=500)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    assert ended(told).message_id is None
    assert handler(chat) == (Status.WAITING, False)
    assert texts(chat)[1:] == ["Where is my parcel?", "Ada could not answer. A person will."]
    assert any(reason in text for text in notes(chat)), notes(chat)
    assert not is_owed(chat.id)


def test_people_take_over_from_a_process_that_died_and_not_from_one_that_lives(people, told, nobody_answers):
    assistant_of(people)
    dead, alive = start(people.vera), start(people.walt)
    for customer, chat in ((people.vera, dead), (people.walt, alive)):
        say(customer, chat, "Is anybody there?")
    turn = answering.take_turn(alive.id)
    assert turn is not None
    assert answering.take_turn(alive.id) is None
    later = timezone.now() + timedelta(seconds=7)
    AssistantTurn.objects.filter(conversation=alive).update(lease_until=later + timedelta(seconds=3))
    assert answering.hand_over_overdue(timezone.now()) == 0
    assert answering.hand_over_overdue(later) == 1
    assert answering.hand_over_overdue(later) == 0
    assert handler(dead) == (Status.WAITING, False)
    assert handler(alive) == (Status.OPEN, False)
    assert texts(dead)[-1] == "Ada could not answer. A person will."


def test_an_answer_is_not_said_after_its_turn_has_ended(people, told, nobody_answers):
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    turn = answering.take_turn(chat.id)
    routing.take_over(people.ana, str(chat.id))
    assert answering.renew({chat.id: turn.stream_id}) == {chat.id}
    assert answering.say_answer(turn, "It is late", answers=2) is None
    assert not answering.hand_over(turn, answering.HandOver("It is late", "Late"))
    assert "It is late" not in texts(chat)
    assert handler(chat) == (Status.OPEN, True)


def test_a_chat_that_is_given_back_is_answered_with_all_that_was_said(people, told, asks, model):
    asks("words 3 0")
    assistant_of(people)
    chat = start(people.vera)
    routing.take_over(people.ana, str(chat.id))
    say(people.ana, chat, "Your parcel left yesterday")
    say(people.vera, chat, "And when will it be here?")
    answering.resume(people.ana, str(chat.id))
    end = ended(told)
    assert end.reason == "complete"
    assert texts(chat)[-2] == "Ana handed the chat to Ada"
    assert handler(chat) == (Status.OPEN, False)
    said = str(model.requests[-1].body["messages"])
    assert "Your parcel left yesterday" in said
    assert "And when will it be here?" in said


def test_a_chat_is_given_back_in_silence_when_the_agent_has_answered(people, told, asks):
    assistant_of(people)
    chat = start(people.vera)
    routing.take_over(people.ana, str(chat.id))
    say(people.vera, chat, "Hello?")
    say(people.ana, chat, "Done")
    assert answering.resume(people.ana, str(chat.id)).agent_id is None
    assert not is_owed(chat.id)
    with pytest.raises(NotAssigned):
        say(people.ana, chat, "One more thing")


def test_only_who_has_a_chat_gives_it_back_and_only_to_an_assistant(people, told, asks):
    assistant = assistant_of(people)
    chat = start(people.vera)
    routing.take_over(people.ana, str(chat.id))
    with pytest.raises(NotAssigned):
        answering.resume(people.bo, str(chat.id))
    assistant.is_active = False
    assistant.save()
    with pytest.raises(Conflict, match="No assistant"):
        answering.resume(people.ana, str(chat.id))
    assert handler(chat) == (Status.OPEN, True)


def test_people_answer_the_chats_of_an_assistant_that_is_switched_off(people, told, asks):
    assistant = assistant_of(people)
    chat = start(people.vera)
    assistant.is_active = False
    assistant.save()
    assert start(people.walt).status == Status.WAITING
    say(people.vera, chat, "Hello?")
    ended(told)
    assert handler(chat) == (Status.WAITING, False)


def test_a_resolved_chat_of_the_assistant_is_answered_by_it_again(people, told, asks):
    asks("words 3 0")
    assistant_of(people)
    chat = start(people.vera)
    resolving.resolve(people.sam, str(chat.id))
    say(people.vera, chat, "One more question")
    assert ended(told).reason == "complete"
    assert handler(chat) == (Status.OPEN, False)


def test_who_asks_for_a_person_in_a_resolved_chat_of_the_assistant_gets_one(people, told, asks):
    assistant_of(people)
    chat = start(people.vera)
    resolving.resolve(people.sam, str(chat.id))
    assert escalation.request_agent(people.vera, str(chat.id)).status == Status.WAITING
    assert texts(chat)[-2:] == ["Chat reopened", "Vera asked for a person"]


def test_nobody_of_the_team_talks_at_once_with_the_assistant(people, told, asks):
    assistant_of(people)
    chat = start(people.vera)
    for agent in (people.ana, people.sam):
        with pytest.raises(NotAssigned):
            say(agent, chat, "I am here, too")
        routing.take_over(agent, str(chat.id))
        say(agent, chat, "Now I am")
        answering.resume(agent, str(chat.id))


def test_closing_a_chat_cuts_its_answer(people, told, asks):
    asks("words 500 0.01")
    assistant_of(people)
    chat = start(people.vera)
    say(people.vera, chat, "Where is my parcel?")
    wait_for(lambda: told.of(StreamChunk), "the answer")
    conversations.close_conversation(people.vera, str(chat.id))
    assert ended(told).reason == "cut"
    assert texts(chat)[-1].endswith("closed the chat")
