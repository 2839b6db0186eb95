"""Who may no longer be here is put out of open sockets: its token, its account or its widget has ended."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Role, User, Widget
from accounts.tokens import Principal, issue_tokens, principal_of
from chat.gateway import admitted
from queueing.models import Member
from tests.support.chats import start
from tests.support.people import People, agent, visitor
from tests.support.services import wait_until
from tests.support.sockets import Client
from tests.support.told import Told

pytestmark = pytest.mark.database

WITHIN_SECONDS = 5


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tests/chat/live/test_access_ends.py` waits as long as it takes."""
    monkeypatch.setattr(admitted, "TOKEN_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(admitted, "LOOK_SECONDS", 0.2)


@pytest.fixture
def never_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is told may make a difference."""
    monkeypatch.setattr(admitted, "LOOK_SECONDS", 1e9)


def token_of(person: Principal, *, seconds: float) -> str:
    token = AccessToken.for_user(User.objects.get(id=person.user_id))
    # The end of a token is a whole second.
    token.set_exp(from_time=datetime.now(UTC), lifetime=timedelta(seconds=seconds))
    return str(token)


def put_out(client: Client, code: str) -> None:
    wait_until(lambda: client.inbox.is_dismissed, "the socket is put out", WITHIN_SECONDS)
    [error] = client.received("error")
    assert (error["code"], error["event"]) == (code, None)


@pytest.mark.parametrize("namespace", ["/", "/chat"])
def test_a_deactivated_person_is_put_out_at_once(
    namespace: str, people: People, told: Told, never_look: None
) -> None:
    dora = agent(people.user(people.ana).organization, f"Dora{namespace[1:]}")
    gone = Client(told.process, namespace, principal_of(dora))
    others = [Client(told.process, namespace, one) for one in (people.ana, people.vera, people.oskar)]
    dora.first_name = "Dorothea"
    dora.save()
    dora.is_active = False
    dora.save(update_fields=["is_active"])
    put_out(gone, "token_invalid")
    assert not any(other.inbox.is_dismissed for other in others)


def test_one_who_is_deactivated_where_nobody_tells_is_found_within_seconds(
    people: People, told: Told
) -> None:
    dora = agent(people.user(people.ana).organization, "Dora2")
    gone, other = Client(told.process, "/chat", principal_of(dora)), Client(told.process, "/chat", people.ana)
    User.objects.filter(id=dora.id).update(is_active=False)
    put_out(gone, "token_invalid")
    assert not other.inbox.is_dismissed


@pytest.mark.parametrize("is_told", [True, False])
def test_a_widget_that_is_switched_off_puts_out_its_visitors(
    is_told: bool, people: People, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_told:
        monkeypatch.setattr(admitted, "LOOK_SECONDS", 1e9)
    home = people.widget.organization
    shop = Widget.objects.create(organization=home, name="A shop", key=f"shop-{is_told}")
    visitors = [
        Client(told.process, namespace, visitor(shop, "Viktor")) for namespace in ("/", "/chat", "/chat")
    ]
    others = [Client(told.process, "/chat", one) for one in (people.vera, people.ana)]
    shop.is_active = False
    if is_told:
        shop.save()
    else:
        Widget.objects.filter(id=shop.id).update(is_active=False)
    for gone in visitors:
        put_out(gone, "token_invalid")
    assert not any(other.inbox.is_dismissed for other in others)


def test_who_becomes_somebody_else_has_to_connect_again(people: People, told: Told) -> None:
    dora = agent(people.user(people.ana).organization, "Dora3", Role.ADMIN)
    was_admin = Client(told.process, "/chat", principal_of(dora))
    User.objects.filter(id=dora.id).update(role=Role.CUSTOMER)
    put_out(was_admin, "token_invalid")


def test_an_agent_hears_of_the_queues_that_it_serves_now(people: People, told: Told) -> None:
    dora = agent(people.user(people.ana).organization, "Dora4")
    client = Client(told.process, "/chat", principal_of(dora))

    def hears_of(queue_id: object) -> bool:
        waiting = start(visitor(people.widget, "Wanda"), str(queue_id))
        told.events()
        return str(waiting.id) in [data["chatId"] for data in client.received("queue-notification")]

    assert not hears_of(people.support.id)
    membership = Member.objects.create(queue=people.support, user=dora)
    wait_until(lambda: hears_of(people.support.id), "the new queue is heard of", WITHIN_SECONDS)
    membership.delete()
    wait_until(lambda: not hears_of(people.support.id), "the queue is no longer heard of", WITHIN_SECONDS)
    assert not client.inbox.is_dismissed


@pytest.mark.parametrize("namespace", ["/", "/chat"])
def test_a_socket_is_told_before_its_token_ends_and_stays_with_a_new_one(
    namespace: str, people: People, told: Told
) -> None:
    vera = visitor(people.widget, "Vera2")
    first, far = (
        Client(told.process, namespace, vera, token=token_of(vera, seconds=seconds)) for seconds in (2, 70)
    )
    wait_until(lambda: first.received("token-expiring"), "it is told")
    [told_of] = first.received("token-expiring")
    assert 0 < (datetime.fromisoformat(told_of["expiresAt"]) - datetime.now(UTC)).total_seconds() <= 2

    refused = first.emit("refresh-token", {"token": token_of(people.walt, seconds=600)})
    assert refused["error"]["code"] == "forbidden", "somebody else's token"
    refused = first.emit("refresh-token", {"token": token_of(vera, seconds=-1)})
    assert refused["error"]["code"] == "token_expired"
    refused = first.emit("refresh-token", {"token": issue_tokens(people.user(vera))["refresh"]})
    assert refused["error"]["code"] == "token_invalid"

    renewed = first.emit("refresh-token", {"token": token_of(vera, seconds=4)})
    assert renewed["ok"]
    assert renewed["expiresAt"] > told_of["expiresAt"]
    wait_until(lambda: len(first.received("token-expiring")) == 2, "it is told anew")
    while datetime.now(UTC) < datetime.fromisoformat(told_of["expiresAt"]) + timedelta(seconds=1):
        assert not first.inbox.is_dismissed, "the first token no longer counts"
        time.sleep(0.05)
    put_out(first, "token_expired")
    assert datetime.now(UTC) >= datetime.fromisoformat(renewed["expiresAt"])
    assert (far.inbox.is_dismissed, far.received("token-expiring")) == (False, [])
