"""Who is told that somebody is here, and what that costs (SPEC §8)."""

import time

import pytest

from accounts import presence
from accounts.redis_clients import blocking
from chat import events, fanout
from chat.actions import transfers
from chat.errors import Conflict
from queueing.models import Offer
from tests.support import lossy_layer
from tests.support.chats import chat_of
from tests.support.rest import Caller
from tests.support.services import wait_until
from tests.support.sockets import Client

TABS = 10


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """Redis is asked again at once after it has failed, also by later tests."""
    monkeypatch.setattr(presence, "_ask_again_at", 0.0)


@pytest.fixture
def sent(settings, redis_server, monkeypatch):
    """What goes from this process to the others."""
    layer = "tests.support.lossy_layer.LossyLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer, "CONFIG": {"hosts": [redis_server.url]}}}
    monkeypatch.setattr(lossy_layer, "sent", [])
    monkeypatch.setattr(lossy_layer, "loses", False)
    return lossy_layer.sent


def statuses_heard(client, who) -> list[str]:
    told = client.received("presence-change")
    return [data["status"] for data in told if data["userId"] == str(who.user_id)]


def test_a_change_of_one_agent_costs_one_publish_however_many_hear_it(people, sent, told):
    chat = chat_of(people.vera, people.ana)
    ana = Client(told.process, "/chat", people.ana)
    colleagues = [Client(told.process, "/chat", person) for person in (people.bo, people.sam) * TABS]
    customers = [Client(told.process, "/chat", people.vera) for _ in range(TABS)]
    strangers = [Client(told.process, "/chat", person) for person in (people.walt, people.oskar)]
    for customer in customers:
        customer.emit("join-chat", {"chatId": str(chat.id)})
    told.forget()
    wait_until(lambda: told.process.call(lambda: not fanout.listen()._unsent), "quiet")
    sent.clear()
    ana.emit("set-status", {"status": "busy"})
    told.events()
    for listener in (*colleagues, *customers):
        assert statuses_heard(listener, people.ana)[-1:] == ["busy"]
        assert statuses_heard(listener, people.ana).count("busy") == 1
    assert [statuses_heard(listener, people.ana) for listener in (ana, *strangers)] == [[], [], []]
    wait_until(lambda: sent, "what the other processes are told")
    assert [len(list(events.unpack(message["events"]))) for message in sent] == [1]


def test_a_customer_is_seen_by_its_agent_and_the_team_but_not_by_other_customers(people, told):
    chat = chat_of(people.vera, people.ana)
    ana, walt = (Client(told.process, "/chat", person) for person in (people.ana, people.walt))
    ana.emit("join-chat", {"chatId": str(chat.id)})
    vera = Client(told.process, "/chat", people.vera)
    vera.emit("set-status", {"status": "away"})
    told.events()
    assert statuses_heard(ana, people.vera)[-1] == "away"
    assert statuses_heard(walt, people.vera) == []


def test_who_comes_back_is_told_of_with_the_status_that_it_has_chosen(people, told):
    sam = Client(told.process, "/chat", people.sam)
    ana = Client(told.process, "/chat", people.ana)
    ana.emit("set-status", {"status": "away"})
    ana.leave()
    assert told.process.run(presence.has_left(people.ana.user_id))
    Client(told.process, "/chat", people.ana)
    told.events()
    assert statuses_heard(sam, people.ana)[-1] == "away"


def test_who_reloads_its_page_while_others_load_theirs_is_in_their_lists(people, told):
    chat = chat_of(people.vera, people.ana)
    reloading = [Client(told.process, "/chat", person) for person in (people.bo, people.vera)]
    for client in reloading:
        client.leave()
    listed = Caller(people, people.ana).get("/api/v1/chat/presence")[1]["data"]
    found = Caller(people, people.ana).get(f"/api/v1/chat/conversations/{chat.id}")[1]["data"]
    assert {member["email"]: member["status"] for member in listed}["bo@home.example"] == "online"
    assert found["userId"]["isOnline"] is True
    ana = Client(told.process, "/chat", people.ana)
    for person in (people.bo, people.vera):
        Client(told.process, "/chat", person)
    told.events()
    assert [statuses_heard(ana, person) for person in (people.bo, people.vera)] == [[], []]


def seen(person) -> float:
    moment = presence.last_seen([person.user_id])[person.user_id]
    assert moment is not None
    return moment.timestamp()


@pytest.mark.parametrize(("reason", "heard_seconds_ago"), [("ping timeout", 45), ("transport close", 0)])
def test_who_is_found_silent_was_last_seen_when_it_was_last_heard(people, told, reason, heard_seconds_ago):
    ana = Client(told.process, "/chat", people.ana)
    blocking().delete(f"presence:seen:{people.ana.user_id}")
    ana.socket.heard_at = time.time() - 45
    told.process.run(ana.namespace.disconnected(ana.socket, reason))
    assert seen(people.ana) == pytest.approx(time.time() - heard_seconds_ago, abs=5)


def test_what_somebody_sends_is_a_sign_of_life(people, told):
    ana = Client(told.process, "/chat", people.ana)
    ana.socket.heard_at = 0.0
    ana.emit("set-status", {"status": "online"})
    assert ana.socket.heard_at == pytest.approx(time.time(), abs=5)


def test_a_heartbeat_that_redis_did_not_take_is_said_again_and_not_only_with_the_next(
    people, told, redis_server, monkeypatch
):
    monkeypatch.setattr("chat.gateway.connecting.RETRY_SECONDS", 0.05)
    monkeypatch.setattr(presence, "PAUSE_AFTER_FAILURE_SECONDS", 0)
    ana = Client(told.process, "/chat", people.ana)
    blocking().delete(f"presence:sockets:{people.ana.user_id}")
    redis_server.kill()
    told.process.call(lambda: told.process.loop.create_task(ana.namespace.heartbeat(ana.socket)))
    redis_server.start()
    wait_until(lambda: presence.statuses([people.ana.user_id])[people.ana.user_id] == "online", "the lease")


def test_who_uses_rest_alone_is_here_and_everyone_is_told_once(people, told, monkeypatch):
    monkeypatch.setattr(presence, "CALLS_NOTED_SECONDS", 0)
    sam = Client(told.process, "/chat", people.sam)
    for _ in range(3):
        assert Caller(people, people.bo).get("/api/v1/chat/conversations")[0] == 200
    told.events()
    assert statuses_heard(sam, people.bo) == ["online"]
    assert presence.statuses([people.bo.user_id]) == {people.bo.user_id: "online"}


def test_a_call_of_nobody_is_nobodys_sign_of_life_and_redis_keeps_no_call_waiting(people, redis_server):
    assert Caller(people, None).get("/api/v1/chat/conversations")[0] == 401
    redis_server.kill()
    try:
        began = time.monotonic()
        for _ in range(5):
            assert Caller(people, people.bo).get("/api/v1/chat/sync")[0] == 200
        assert time.monotonic() - began < 5
    finally:
        redis_server.start()


def test_a_transfer_is_asked_for_while_nobody_can_tell_whether_the_colleague_is_here(people, redis_server):
    chat = chat_of(people.vera, people.ana)
    with pytest.raises(Conflict, match="Bo is offline"):
        transfers.transfer_to_agent(people.ana, str(chat.id), str(people.bo.user_id))
    redis_server.kill()
    try:
        transfers.transfer_to_agent(people.ana, str(chat.id), str(people.bo.user_id))
    finally:
        redis_server.start()
    assert Offer.objects.get().user_id == people.bo.user_id
