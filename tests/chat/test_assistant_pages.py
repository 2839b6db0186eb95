"""Assistants in the admin site: who may see and choose what, and what is refused (SPEC §9)."""

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from chat.models import Assistant, QueueAssistant, WidgetAssistant
from queueing.models import Queue
from tests.support.assistants import assistant_of
from tests.support.chats import start, texts
from tests.support.people import People

PAGE = "/admin/chat/assistant/"
ENDPOINT = "https://models.example/v1"


@pytest.fixture
def sam(people: People) -> Client:
    client = Client()
    client.force_login(people.user(people.sam), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def theirs(people: People) -> Assistant:
    """Another organization's."""
    return Assistant.objects.create(organization=people.elsewhere.organization, name="Secret Eve")


def form(people: People, **fields: object) -> dict[str, object]:
    """What the page of an assistant posts."""
    return {
        "organization": str(people.sam.organization_id),
        "name": "Ada",
        "is_active": "on",
        "greeting": "Hello!",
        "endpoint": "",
        "key_variable": "ASSISTANT_API_KEY",
        "max_answer_characters": "4000",
        "max_tool_calls": "5",
        "silence_seconds": "7",
        "answer_seconds": "60",
        "customer_tokens_per_day": "1000",
        "organization_tokens_per_day": "0",
        "highest_priority": "5",
        **fields,
    }


def page_of(assistant: Assistant, what: str = "change") -> str:
    return f"{PAGE}{assistant.id}/{what}/"


def said(response) -> str:
    return unescape(response.content.decode())


@pytest.mark.database
def test_an_admin_makes_an_assistant_that_answers_as_a_person_of_its_own(
    sam: Client, people: People, settings
) -> None:
    settings.ASSISTANT_ENDPOINTS = [ENDPOINT]
    saved = sam.post(f"{PAGE}add/", form(people, endpoint=ENDPOINT, queue=str(people.sales.id)))
    assert saved.status_code == 302, said(saved)
    ada = Assistant.objects.get(name="Ada")
    assert (ada.organization_id, ada.endpoint, ada.queue) == (
        people.sam.organization_id,
        ENDPOINT,
        people.sales,
    )
    assert (ada.user.role, ada.user.name, ada.user.is_staff) == ("assistant", "Ada", False)
    assert sam.post(page_of(ada), form(people, name="Grace")).status_code == 302
    assert User.objects.get(id=ada.user_id).name == "Grace"
    assert [entry.action_flag for entry in LogEntry.objects.order_by("id")] == [1, 2]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"endpoint": "https://elsewhere.example/v1"}, "does not allow https://elsewhere.example/v1"),
        ({"endpoint": "http://127.0.0.1:6379"}, "does not allow http://127.0.0.1:6379"),
        ({"key_variable": "SECRET_KEY"}, "begins with ASSISTANT_API_KEY"),
        ({"key_variable": "ASSISTANT_API_KEY_ï"}, "begins with ASSISTANT_API_KEY"),
        ({"temperature": "2.1"}, "less than or equal to 2"),
        ({"max_answer_characters": "99"}, "greater than or equal to 100"),
        ({"silence_seconds": "31", "answer_seconds": "30"}, "At most as long as a whole answer may take, 30"),
        ({"name": "Grace"}, "Assistant with this Organization and Name already exists."),
    ],
)
def test_what_cannot_be_is_named(
    sam: Client, people: People, settings, fields: dict[str, str], problem: str
) -> None:
    settings.ASSISTANT_ENDPOINTS = [ENDPOINT]
    ada, _ = (
        Assistant.objects.create(organization=people.support.organization, name=name)
        for name in ("Ada", "Grace")
    )
    for page in (f"{PAGE}add/", page_of(ada)):
        assert problem in said(sam.post(page, form(people, **fields))), page
    ada.refresh_from_db()
    assert (ada.endpoint, ada.name, ada.key_variable) == ("", "Ada", "ASSISTANT_API_KEY")


def test_an_endpoint_that_is_allowed_no_more_is_shown_and_has_to_be_replaced(
    sam: Client, people: People
) -> None:
    ada = assistant_of(people, endpoint=ENDPOINT)
    assert f"{ENDPOINT} (not allowed any more)" in said(sam.get(page_of(ada)))
    assert "does not allow" in said(sam.post(page_of(ada), form(people, endpoint=ENDPOINT)))
    assert sam.post(page_of(ada), form(people)).status_code == 302


def test_whether_there_is_a_key_is_shown_and_never_the_key(sam: Client, people: People, settings) -> None:
    ada = assistant_of(people)
    missing = said(sam.get(page_of(ada)))
    settings.ASSISTANT_API_KEYS = {"ASSISTANT_API_KEY": "sk-very-secret"}
    found = said(sam.get(page_of(ada)))
    assert 'alt="False"' in missing
    assert 'alt="True"' in found
    assert "sk-very-secret" not in found


def test_another_organizations_assistants_and_queues_are_neither_shown_nor_taken(
    sam: Client, people: People, theirs: Assistant
) -> None:
    ada = assistant_of(people)
    assert "Secret Eve" not in said(sam.get(PAGE))
    for what in ("change", "delete", "history"):
        assert sam.get(page_of(theirs, what)).status_code == 302, "as one that does not exist"
    sam.post(page_of(theirs), form(people, name="Mine"))
    for strange in (
        {"queue": str(people.elsewhere.id)},
        {"organization": str(people.oskar.organization_id)},
    ):
        assert sam.post(f"{PAGE}add/", form(people, name="Grace", **strange)).status_code == 200
    assert sorted(Assistant.objects.values_list("name", flat=True)) == ["Ada", "Secret Eve"]
    sam.post(page_of(ada), form(people, organization=str(people.oskar.organization_id)))
    ada.refresh_from_db()
    assert ada.organization_id == people.sam.organization_id


@pytest.mark.database
@pytest.mark.parametrize("kind", ["widget", "queue"])
def test_a_widget_and_a_queue_choose_an_assistant_of_their_organization(
    sam: Client, people: People, theirs: Assistant, kind: str
) -> None:
    ada = Assistant.objects.create(organization=people.support.organization, name="Ada")
    page, fields, chosen = {
        "widget": (
            f"/admin/accounts/widget/{people.widget.id}/change/",
            {"name": "Home", "color": "#112233", "asks_name": "no", "asks_email": "no", "is_active": "on"},
            WidgetAssistant,
        ),
        "queue": (
            f"/admin/queueing/queue/{people.support.id}/change/",
            {
                "name": "Support",
                "mode": "pull",
                "priority": "0",
                "time_zone": "UTC",
                "is_default": "on",
                "opening_hours-TOTAL_FORMS": "0",
                "opening_hours-INITIAL_FORMS": "0",
                "members-TOTAL_FORMS": "0",
                "members-INITIAL_FORMS": "0",
            },
            QueueAssistant,
        ),
    }[kind]
    shown = said(sam.get(page))
    assert ">Ada</option>" in shown
    assert "Secret Eve" not in shown

    def choose(assistant: Assistant):
        choice = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "0-assistant": str(assistant.id)}
        mine = {"organization": str(people.sam.organization_id)}
        return sam.post(page, {**mine, **fields, **{f"assistant-{key}": choice[key] for key in choice}})

    assert choose(theirs).status_code == 200
    root = people.user(people.sam)
    root.is_superuser = True
    root.save()
    assert "Of another organization: Secret Eve." in said(choose(theirs)), "not even a superuser mixes them"
    assert not chosen.objects.exists()
    assert choose(ada).status_code == 302
    assert chosen.objects.get().assistant == ada


@pytest.mark.database
def test_an_assistant_that_has_talked_to_customers_stays_and_another_goes_with_its_person(
    sam: Client, people: People
) -> None:
    ada = assistant_of(people, greeting="Hello!")
    chat = start(people.vera)
    assert "Hello!" in texts(chat), "it has talked"
    quiet = Assistant.objects.create(organization=ada.organization, name="Quiet")
    assert "switch it off instead" in said(sam.get(page_of(ada, "delete")))
    for assistant in (ada, quiet):
        sam.post(page_of(assistant, "delete"), {"post": "yes"})
    both = {"action": "delete_selected", "_selected_action": [str(ada.id)], "post": "yes"}
    sam.post(PAGE, both)
    assert [one.name for one in Assistant.objects.all()] == ["Ada"]
    assert User.objects.filter(id=ada.user_id).exists()
    assert not User.objects.filter(id=quiet.user_id).exists()


def test_assistants_are_for_admins(people: People) -> None:
    client = Client()
    client.force_login(people.user(people.ana), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(PAGE).status_code in (302, 403)
    assert client.post(f"{PAGE}add/", form(people)).status_code in (302, 403)
    assert not Assistant.objects.exists()


def test_a_queue_is_not_given_the_name_of_another(sam: Client, people: People) -> None:
    """The page shows the organization read-only: what is unique in it is checked all the same."""
    fields = {"name": "Sales", "mode": "pull", "priority": "0", "time_zone": "UTC", "is_default": "on"}
    for inline in ("opening_hours", "members", "assistant"):
        fields |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    refused = sam.post(f"/admin/queueing/queue/{people.support.id}/change/", fields)
    assert "already exists" in said(refused)
    assert Queue.objects.get(id=people.support.id).name == "Support"
