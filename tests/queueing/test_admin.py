"""Queues, skills and what agents can take, in the admin site."""

from html import unescape

import pytest
from django.test import Client

from chat.actions import conversations
from queueing import line
from queueing.models import Agent, Member, OpeningHours, Queue, Skill
from tests.support.chats import chat_of, start
from tests.support.people import People

BACKEND = "django.contrib.auth.backends.ModelBackend"
NO_HOURS = {"opening_hours-TOTAL_FORMS": "0", "opening_hours-INITIAL_FORMS": "0"}
NO_MEMBERS = {"members-TOTAL_FORMS": "0", "members-INITIAL_FORMS": "0"}
NO_ASSISTANT = {"assistant-TOTAL_FORMS": "0", "assistant-INITIAL_FORMS": "0"}


@pytest.fixture
def sam(people: People) -> Client:
    client = Client()
    client.force_login(people.user(people.sam), backend=BACKEND)
    return client


def queue_form(people: People, **fields: object) -> dict[str, object]:
    """What the page of a queue posts."""
    return {
        "organization": str(people.sam.organization_id),
        "name": "French",
        "mode": "pull",
        "priority": "0",
        "time_zone": "UTC",
        **NO_HOURS,
        **NO_MEMBERS,
        **NO_ASSISTANT,
        **fields,
    }


def with_member(user_id: object) -> dict[str, object]:
    return {"members-TOTAL_FORMS": "1", "members-INITIAL_FORMS": "0", "members-0-user": str(user_id)}


def skill(people: People, name: str = "french") -> Skill:
    return Skill.objects.create(organization_id=people.sam.organization_id, name=name)


@pytest.mark.database
def test_an_admin_makes_a_queue_with_its_agents_its_hours_and_its_rules(sam: Client, people: People) -> None:
    french = skill(people)
    form = queue_form(
        people,
        mode="push",
        answer_timeout_seconds="20",
        priority="3",
        skills=[str(french.pk)],
        time_zone="Europe/Paris",
        **with_member(people.ana.user_id),
    )
    hours = {"TOTAL_FORMS": "1", "0-weekday": "4", "0-opens": "22:00", "0-closes": "06:00"}
    saved = sam.post(
        "/admin/queueing/queue/add/", form | {f"opening_hours-{key}": value for key, value in hours.items()}
    )
    assert saved.status_code == 302, saved.content.decode()
    queue = Queue.objects.get(name="French")
    assert (queue.mode, queue.answer_timeout_seconds, queue.priority) == ("push", 20, 3)
    assert [kept.name for kept in queue.skills.all()] == ["french"]
    assert Member.objects.get(queue=queue).user_id == people.ana.user_id
    assert str(OpeningHours.objects.get(queue=queue)) == "Friday 22:00–06:00"
    assert queue.time_zone == "Europe/Paris"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_default": "on"}, "“Support” is the default queue. Take the tick away there first."),
        ({"inactivity_warning_seconds": "1800"}, "must come before the chat is closed, after 1800"),
        ({"inactivity_close_seconds": "60"}, "The warning, after 240 seconds, must come before"),
        ({"answer_timeout_seconds": "0"}, "greater than or equal to 1"),
        ({"time_zone": "Europe/Atlantis"}, "Select a valid choice. Europe/Atlantis is not one"),
        ({"name": "Sales"}, "Queue with this Organization and Name already exists."),
    ],
)
def test_what_does_not_fit_together_is_named(sam: Client, people: People, fields: dict, said: str) -> None:
    refused = sam.post("/admin/queueing/queue/add/", queue_form(people, **fields))
    assert said in unescape(refused.content.decode())
    assert not Queue.objects.filter(name="French").exists()


def test_a_queue_needs_at_most_five_skills(sam: Client, people: People) -> None:
    ids = [str(skill(people, f"skill {number}").pk) for number in range(6)]
    refused = sam.post("/admin/queueing/queue/add/", queue_form(people, skills=ids))
    assert "At most 5 skills, not 6." in refused.content.decode()
    assert sam.post("/admin/queueing/queue/add/", queue_form(people, skills=ids[:5])).status_code == 302


def test_another_organizations_skills_and_people_are_neither_offered_nor_taken(
    sam: Client, people: People
) -> None:
    theirs = Skill.objects.create(organization_id=people.oskar.organization_id, name="secret skill")
    for strange in (
        {"skills": [str(theirs.pk)]},
        {"organization": str(people.oskar.organization_id)},
        with_member(people.oskar.user_id),
    ):
        assert sam.post("/admin/queueing/queue/add/", queue_form(people, **strange)).status_code == 200
    assert not Queue.objects.filter(name="French").exists()
    asked = "/admin/autocomplete/?app_label=queueing&model_name=queue&field_name=skills&term="
    skill(people)
    assert [found["text"] for found in sam.get(asked).json()["results"]] == ["french"]
    assert sam.get(f"/admin/queueing/queue/{people.elsewhere.id}/change/").status_code == 302
    assert "secret skill" not in sam.get("/admin/queueing/skill/").content.decode()


def test_not_even_a_superuser_mixes_two_organizations(sam: Client, people: People) -> None:
    root = people.user(people.sam)
    root.is_superuser = True
    root.save()
    theirs = Skill.objects.create(organization_id=people.oskar.organization_id, name="secret skill")
    strange = queue_form(people, skills=[str(theirs.pk)], **with_member(people.oskar.user_id))
    page = sam.post("/admin/queueing/queue/add/", strange).content.decode()
    assert "Of another organization: secret skill." in page
    assert "Of another organization: Oskar." in page
    assert not Queue.objects.filter(name="French").exists()


def test_only_agents_and_admins_serve_a_queue(sam: Client, people: People) -> None:
    refused = sam.post("/admin/queueing/queue/add/", queue_form(people, **with_member(people.vera.user_id)))
    assert refused.status_code == 200
    assert not Member.objects.filter(user_id=people.vera.user_id).exists()
    asked = "/admin/autocomplete/?app_label=queueing&model_name=member&field_name=user&term="
    assert {found["text"] for found in sam.get(asked).json()["results"]} == {"Ana", "Bo", "Olga", "Sam"}


def test_agents_do_not_get_to_these_pages(people: People) -> None:
    client = Client()
    client.force_login(people.user(people.ana), backend=BACKEND)
    for page in ("queue/", f"queue/{people.support.id}/change/", "skill/add/", "entry/", "offer/"):
        assert client.get(f"/admin/queueing/{page}").status_code == 403, page
    assert client.post("/admin/queueing/queue/add/", queue_form(people)).status_code == 403
    assert not Queue.objects.filter(name="French").exists()


def test_a_skill_is_kept_in_small_letters_and_keeps_its_name(sam: Client, people: People) -> None:
    mine = {"organization": str(people.sam.organization_id)}
    assert "no comma" in sam.post("/admin/queueing/skill/add/", {**mine, "name": "a,b"}).content.decode()
    assert sam.post("/admin/queueing/skill/add/", {**mine, "name": " French "}).status_code == 302
    french = Skill.objects.get()
    assert french.name == "french"
    sam.post(f"/admin/queueing/skill/{french.pk}/change/", {**mine, "name": "german"})
    assert Skill.objects.get().name == "french"


@pytest.mark.database
def test_a_skill_that_somebody_waits_for_is_not_deleted(sam: Client, people: People) -> None:
    french = skill(people)
    people.support.skills.add(french)
    chat = start(people.vera)
    page = f"/admin/queueing/skill/{french.pk}/delete/"
    assert "french: 1 waiting that need it" in sam.get(page).content.decode()
    sam.post(page, {"post": "yes"})
    assert Skill.objects.filter(pk=french.pk).exists()
    line.withdraw(str(chat.id))
    sam.post(page, {"post": "yes"})
    assert not Skill.objects.filter(pk=french.pk).exists()


@pytest.mark.database
def test_a_queue_is_deleted_when_no_chat_can_return_to_it(sam: Client, people: People) -> None:
    chat = chat_of(people.vera, people.ana)
    page = f"/admin/queueing/queue/{people.support.id}/delete/"
    assert "Conversation: <a" in sam.get(page).content.decode()
    sam.post(page, {"post": "yes"})
    several = {"action": "delete_selected", "_selected_action": [str(people.support.id)], "post": "yes"}
    sam.post("/admin/queueing/queue/", several)
    assert Queue.objects.filter(id=people.support.id).exists()
    conversations.close_conversation(people.vera, str(chat.id))
    sam.post(page, {"post": "yes"})
    assert not Queue.objects.filter(id=people.support.id).exists()
    chat.refresh_from_db()
    assert chat.queue is None


def agent_form(people: People, **agent: object) -> dict[str, object]:
    user = people.user(people.olga)
    return {
        "username": user.username,
        "email": user.email,
        "organization": str(user.organization_id),
        "role": "agent",
        "is_active": "on",
        "agent-TOTAL_FORMS": "1",
        "agent-INITIAL_FORMS": "0",
        "agent-0-user": str(user.id),
        "queue_memberships-TOTAL_FORMS": "0",
        "queue_memberships-INITIAL_FORMS": "0",
        **{f"agent-0-{name}": value for name, value in agent.items()},
    }


@pytest.mark.database
def test_an_agents_page_says_how_much_it_takes_and_what_it_can_do(sam: Client, people: People) -> None:
    french = skill(people)
    page = f"/admin/accounts/user/{people.olga.user_id}/change/"
    assert "greater than or equal to 1" in sam.post(page, agent_form(people, capacity="0")).content.decode()
    theirs = Skill.objects.create(organization_id=people.oskar.organization_id, name="secret skill")
    assert sam.post(page, agent_form(people, skills=[str(theirs.pk)])).status_code == 200
    assert not Agent.objects.exists()
    saved = sam.post(page, agent_form(people, capacity="3", skills=[str(french.pk)]))
    assert saved.status_code == 302, saved.content.decode()
    agent = Agent.objects.get(user_id=people.olga.user_id)
    assert (agent.capacity, [kept.name for kept in agent.skills.all()]) == (3, ["french"])
    listed = sam.get("/admin/accounts/user/?role__exact=agent").content.decode()
    assert '<td class="field-capacity">3</td><td class="field-skills">french</td>' in listed
    assert '<td class="field-capacity">no limit</td>' in listed


def test_a_customers_page_says_nothing_of_queues(sam: Client, people: People) -> None:
    page = sam.get(f"/admin/accounts/user/{people.vera.user_id}/change/").content.decode()
    assert "agent-TOTAL_FORMS" not in page
    assert (
        "agent-TOTAL_FORMS" in sam.get(f"/admin/accounts/user/{people.bo.user_id}/change/").content.decode()
    )
