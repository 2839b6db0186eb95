"""What a widget tells whoever opens it, and what signed-in programs look up."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from accounts import presence
from accounts.models import Organization, User, Widget
from accounts.tokens import issue_access_token
from chat.models import Assistant, QueueAssistant, WidgetAssistant
from queueing.models import OpeningHours, Queue
from tests.support.people import People
from tests.support.told import Told
from tests.widget_api.conftest import call

ALWAYS_OPEN = {"open": True, "agentsOnline": 0, "businessHours": None}
MEDIA = {"types": ["image", "audio", "video"], "maxFiles": 5, "maxBytes": 10_485_760}


def profile(key: str = "home-widget") -> dict[str, Any]:
    answer = call("GET", f"/api/v1/widget/{key}/profile")
    assert answer.status_code == 200, answer.content
    return dict(answer.json()["data"])


def test_a_profile_says_how_the_widget_looks_what_it_asks_and_what_may_be_sent(people: People) -> None:
    Widget.objects.filter(id=people.widget.id).update(
        greeting="Hello!", color="#112233", asks_name="required", asks_email="no"
    )
    found = profile()
    assert found == {
        "name": "Home's widget",
        "greeting": "Hello!",
        "color": "#112233",
        "preChat": [{"name": "name", "required": True}],
        "requiresIdentity": False,
        "assistant": None,
        "queues": [
            {**ALWAYS_OPEN, "_id": str(people.sales.id), "name": "Sales"},
            {**ALWAYS_OPEN, "_id": str(people.support.id), "name": "Support"},
        ],
        "businessHours": None,
        "media": MEDIA,
    }
    assert people.widget.identity_secret not in json.dumps(found)


def test_a_profile_counts_the_members_of_each_queue_who_are_here_and_free(people: People, told: Told) -> None:
    def online() -> dict[str, int]:
        return {queue["name"]: queue["agentsOnline"] for queue in profile()["queues"]}

    assert online() == {"Sales": 0, "Support": 0}
    for agent in (people.ana, people.bo, people.olga, people.sam, people.oskar):
        told.process.run(presence.arrive(agent.user_id, "socket"))
    assert online() == {"Sales": 1, "Support": 2}, "admins and other organizations' people are no members"
    told.process.run(presence.set_status(people.ana.user_id, "busy"))
    User.objects.filter(id=people.olga.user_id).update(is_active=False)
    assert online() == {"Sales": 0, "Support": 1}


def test_a_profile_and_a_config_say_when_each_queue_is_open_and_when_it_opens_again(people: People) -> None:
    now = datetime.now(ZoneInfo("Asia/Kolkata"))
    opens_next = (now + timedelta(days=2)).replace(hour=9, minute=30, second=0, microsecond=0)
    OpeningHours.objects.create(
        queue=people.support, weekday=opens_next.weekday(), opens=time(9, 30), closes=time(17)
    )
    OpeningHours.objects.create(queue=people.sales, weekday=now.weekday(), opens=time(0), closes=time(0))
    Queue.objects.update(time_zone="Asia/Kolkata")
    closed = {
        "timeZone": "Asia/Kolkata",
        "hours": [{"day": f"{opens_next:%A}".lower(), "opens": "09:30", "closes": "17:00"}],
        "open": False,
        "nextOpening": f"{opens_next.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
    }
    token, _ = issue_access_token(people.user(people.vera))
    config = call("GET", "/api/v1/chat/config/home-widget", token=token).json()["data"]
    for found in (profile(), config):
        assert found["businessHours"] == closed, "of the queue in which chats wait by default"
        sales, support = found["queues"]
        assert (support["open"], support["businessHours"]) == (False, closed)
        assert (sales["open"], sales["businessHours"]["open"]) == (True, True)
        assert sales["businessHours"]["nextOpening"] is None


def test_how_many_queues_there_are_does_not_make_a_profile_slower(
    people: People, django_assert_num_queries
) -> None:
    for number in range(10):
        Queue.objects.create(organization_id=people.vera.organization_id, name=f"Queue {number}")
    with django_assert_num_queries(6):
        assert len(profile()["queues"]) == 12


def test_a_profile_and_a_config_name_who_answers_first(people: People) -> None:
    home = people.support.organization
    ada = Assistant.objects.create(organization=home, name="Ada", greeting="Ask me!", instructions="A secret")
    token, _ = issue_access_token(people.user(people.vera))

    def named() -> list[dict[str, str] | None]:
        config = call("GET", "/api/v1/chat/config/home-widget", token=token).json()["data"]
        return [profile()["assistant"], config["assistant"]]

    QueueAssistant.objects.create(queue=people.sales, assistant=ada)
    assert named() == [None, None], "that is not the queue of a chat for which none is named"
    QueueAssistant.objects.create(queue=people.support, assistant=ada)
    assert named() == [{"name": "Ada", "greeting": "Ask me!"}] * 2
    eve = Assistant.objects.create(organization=home, name="Eve")
    WidgetAssistant.objects.create(widget=people.widget, assistant=eve)
    assert named() == [{"name": "Eve", "greeting": ""}] * 2
    Assistant.objects.update(is_active=False)
    assert named() == [None, None]


def test_where_there_is_no_queue_nobody_answers_first_least_of_all_anothers_assistant(people: People) -> None:
    Assistant.objects.create(organization=people.support.organization, name="Ada")
    bare = Organization.objects.create(name="Bare", slug="bare")
    Widget.objects.create(organization=bare, name="Bare", key="bare-widget")
    assert profile("bare-widget")["assistant"] is None


def test_there_is_no_profile_of_a_widget_that_is_off_or_nowhere(people: People) -> None:
    Widget.objects.filter(id=people.widget.id).update(is_active=False)
    refusals = [call("GET", f"/api/v1/widget/{key}/profile") for key in ("home-widget", "no-widget")]
    assert [answer.status_code for answer in refusals] == [404, 404]
    assert refusals[0].content == refusals[1].content


def test_a_config_is_found_by_id_and_key_within_the_organization(people: People, settings) -> None:
    Queue.objects.filter(id=people.support.id).update(inactivity_warning_seconds=90)
    tokens = {
        who: issue_access_token(people.user(getattr(people, who)))[0] for who in ("vera", "ana", "olaf")
    }
    expected = {
        "_id": str(people.widget.id),
        "name": "Home's widget",
        "assistant": None,
        "inactivity": {"warningSeconds": 90, "closeSeconds": settings.INACTIVITY_CLOSE_SECONDS},
        "media": MEDIA,
    }
    for base in ("/api/v1/chat", "/chat"):
        for name in (str(people.widget.id), "home-widget"):
            for who in ("vera", "ana"):
                answer = call("GET", f"{base}/config/{name}", token=tokens[who])
                assert answer.status_code == 200
                assert answer.json()["data"].items() >= expected.items()
            stranger = call("GET", f"{base}/config/{name}", token=tokens["olaf"])
            nothing = call("GET", f"{base}/config/{uuid4()}", token=tokens["olaf"])
            assert (stranger.status_code, stranger.content) == (404, nothing.content)


@pytest.mark.parametrize("who", ["vera", "ana"])
def test_ice_servers_are_those_of_the_settings_with_credentials_of_ones_own(
    people: People, settings, who: str
) -> None:
    token, _ = issue_access_token(people.user(getattr(people, who)))

    def found() -> list[dict[str, Any]]:
        answer = call("GET", "/api/v1/chat/ice-servers", token=token)
        assert answer.status_code == 200
        return list(answer.json()["data"]["iceServers"])

    assert found() == []
    settings.ICE_STUN_URLS = ["stun:stun.example:3478"]
    settings.TURN_URLS = ["turn:turn.example:3478"]
    assert found() == [{"urls": ["stun:stun.example:3478"]}], "no relay without a secret"
    settings.TURN_SECRET = "north"
    [_, turn] = found()
    assert turn["urls"] == ["turn:turn.example:3478"]
    assert turn["username"].endswith(f":{getattr(people, who).user_id}")
    assert "north" not in json.dumps(turn)
