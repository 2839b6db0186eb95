"""Which assistant answers a customer's new chat (SPEC §3, §8)."""

import pytest

from accounts.models import Organization, Widget
from accounts.tokens import principal_of
from chat import access
from chat.actions import answering, routing
from chat.errors import Conflict
from chat.models import Assistant, Conversation, QueueAssistant, WidgetAssistant
from queueing.models import Queue
from tests.support.chats import start
from tests.support.people import agent

pytestmark = pytest.mark.database


def assistant(organization: Organization, name: str, **fields) -> Assistant:
    return Assistant.objects.create(organization=organization, name=name, **fields)


@pytest.fixture
def app_user(people):
    """A customer who came by no widget: a user of an app."""
    return principal_of(agent(people.support.organization, "Rajesh", "customer"))


@pytest.fixture
def assistants(people) -> dict[str, Assistant]:
    """One for the widget, one for each queue."""
    home = people.support.organization
    made = {name: assistant(home, name) for name in ("widget", "support", "sales")}
    WidgetAssistant.objects.create(widget=people.widget, assistant=made["widget"])
    for queue in (people.support, people.sales):
        QueueAssistant.objects.create(queue=queue, assistant=made[queue.name.lower()])
    return made


def chosen(customer, queue: Queue | None = None, **context) -> str | None:
    found = access.assistant_for_customer(customer, str(queue.id) if queue else None, context)
    return found.name if found else None


def test_without_any_people_answer(people):
    assert chosen(people.vera) is None
    assert chosen(people.vera, people.sales) is None


def test_that_of_the_named_queue_comes_before_the_widgets_and_the_default_queues_last(
    people, assistants, app_user
):
    assert chosen(people.vera, people.sales) == "sales"
    assert chosen(people.vera) == "widget"
    assert chosen(app_user) == "support"
    QueueAssistant.objects.filter(queue=people.sales).delete()
    assert chosen(people.vera, people.sales) == "widget"
    assert chosen(app_user, people.sales) is None, "who names a queue is not answered by another one's"


def test_one_that_is_switched_off_makes_room_for_the_next(people, assistants):
    Assistant.objects.filter(name="widget").update(is_active=False)
    assert chosen(people.vera) == "support"
    Assistant.objects.update(is_active=False)
    assert chosen(people.vera) is None


def test_a_user_of_an_app_names_its_widget_by_id_or_key_and_a_visitor_has_its_own(
    people, assistants, app_user
):
    assert chosen(app_user, configId=people.widget.key) == "widget"
    assert chosen(app_user, configId=str(people.widget.id)) == "widget"
    other = Widget.objects.create(organization=people.widget.organization, name="Other", key="other-widget")
    WidgetAssistant.objects.filter(widget=people.widget).update(widget=other)
    assert chosen(app_user, configId="other-widget") == "widget"
    assert chosen(people.vera, configId="other-widget") == "support"


@pytest.mark.parametrize("name", ["nothing", "", 7, None, ["home-widget"], {"$ne": ""}])
def test_a_widget_that_does_not_exist_is_as_good_as_none(people, assistants, app_user, name):
    assert chosen(app_user, configId=name) == "support"


def test_nobody_is_answered_by_another_organizations(people, assistants, app_user):
    away = assistant(people.elsewhere.organization, "away")
    QueueAssistant.objects.create(queue=people.elsewhere, assistant=away)
    WidgetAssistant.objects.create(widget=Widget.objects.get(key="away-widget"), assistant=away)
    assert chosen(people.olaf) == "away"
    assert chosen(app_user, configId="away-widget") == "support"
    assert chosen(app_user, people.elsewhere) is None


def test_a_chat_without_a_queue_is_given_to_no_assistant_that_it_has_not_had(people, assistants):
    assistant(people.elsewhere.organization, "of no queue")
    assistant(people.support.organization, "of no queue either")
    chat = routing.take_over(people.ana, str(start(people.vera).id))
    Conversation.objects.filter(id=chat.id).update(queue=None, assistant=None)
    with pytest.raises(Conflict, match="No assistant answers"):
        answering.resume(people.ana, str(chat.id))
    Conversation.objects.filter(id=chat.id).update(assistant=assistants["widget"])
    assert answering.resume(people.ana, str(chat.id)).assistant == assistants["widget"]
