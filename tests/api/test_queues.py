"""Where one stands in a queue, and how long its line is, for programs that ask over REST (SPEC §6, §8)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import presence
from chat import estimates
from chat.actions import conversations, routing
from chat.models import Transition
from queueing.models import OpeningHours
from tests.support.chats import chat_of, start
from tests.support.people import People, visitor
from tests.support.rest import Caller
from tests.support.told import Told, told

__all__ = ["told"]

pytestmark = pytest.mark.database


@pytest.fixture
def handled(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat that Ana had for a minute."""
    chat = chat_of(visitor(people.widget, "Xena"), people.ana)
    conversations.close_conversation(people.ana, str(chat.id))
    taken, closed = Transition.objects.filter(conversation=chat).order_by("id")[1:]
    Transition.objects.filter(id=closed.id).update(created_at=taken.created_at + timedelta(minutes=1))
    monkeypatch.setattr(estimates, "_handle_times", {})


def close_for_now(people: People) -> None:
    later = timezone.now() + timedelta(days=3)
    OpeningHours.objects.create(queue=people.support, weekday=later.weekday(), opens="09:00", closes="10:00")


def test_a_waiting_conversation_says_where_it_stands_until_somebody_has_it(
    people: People, told: Told, handled: None
) -> None:
    ahead, chat = start(people.walt), start(people.vera)
    vera = Caller(people, people.vera)

    def place() -> tuple[int | None, int | None]:
        status, answer = vera.get(f"/api/v1/chat/conversations/{chat.id}")
        assert status == 200
        return answer["data"]["queuePosition"], answer["data"]["eta"]

    assert place() == (2, None)
    told.process.run(presence.arrive(people.ana.user_id, "socket"))
    assert place() == (2, 120)
    conversations.close_conversation(people.walt, str(ahead.id))
    assert place() == (1, 60)
    close_for_now(people)
    assert place() == (1, None)
    routing.claim(people.ana, str(chat.id))
    assert place() == (None, None)


def test_a_queue_says_how_long_who_comes_now_would_wait(people: People, told: Told, handled: None) -> None:
    start(people.vera)

    def queue() -> dict[str, object]:
        status, answer = Caller(people, people.sam).get("/api/v1/chat/queues")
        assert status == 200
        [found] = [row for row in answer["data"] if row["name"] == "Support"]
        return {name: found[name] for name in ("waiting", "open", "agentsOnline", "eta")}

    assert queue() == {"waiting": 1, "open": True, "agentsOnline": 0, "eta": None}
    told.process.run(presence.arrive(people.bo.user_id, "socket"))
    assert queue() == {"waiting": 1, "open": True, "agentsOnline": 1, "eta": 120}
    close_for_now(people)
    assert queue() == {"waiting": 1, "open": False, "agentsOnline": 1, "eta": None}
