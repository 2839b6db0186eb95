"""The widget's script and the demo shop."""

import gzip
import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Organization, User, Widget
from chat.models import Article, Assistant, Passage, WidgetAssistant
from helpdesk.demo import DEMO_PASSWORD, DEMO_PEOPLE
from helpdesk.embedded import bundle_widget
from helpdesk.paths import WIDGET_BUNDLE, WIDGET_ENTRY
from queueing.models import Queue


@pytest.fixture
def script():
    """A bundle made from two modules."""
    directory = WIDGET_BUNDLE.parent
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "greeting.js").write_text("export const greeting = 'hello from the widget';")
    (directory / "entry.js").write_text(
        "import { greeting } from './greeting.js'; window.greeting = greeting;"
    )
    assert bundle_widget(directory / "entry.js", WIDGET_BUNDLE)
    yield WIDGET_BUNDLE
    WIDGET_BUNDLE.unlink()


def test_the_widget_is_sent_compressed_to_those_who_take_that(script):
    plain = Client().get("/widget.js")
    compressed = Client().get("/widget.js", headers={"accept-encoding": "br, gzip"})

    assert b"hello from the widget" in plain.content
    assert plain["Content-Type"] == "text/javascript; charset=utf-8"
    assert compressed["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.content) == plain.content == script.read_bytes()
    assert "Accept-Encoding" in compressed["Vary"]


def test_the_widget_is_asked_for_again_by_its_tag_and_sent_only_when_it_changed(script):
    first = Client().get("/widget.js")

    same = Client().get("/widget.js", headers={"if-none-match": first["ETag"]})
    script.write_text("window.greeting = 'a newer one';")
    newer = Client().get("/widget.js", headers={"if-none-match": first["ETag"]})

    assert same.status_code == 304
    assert (newer.status_code, newer.content) == (200, b"window.greeting = 'a newer one';")


def test_the_widgets_one_file_weighs_30_kb_at_most(tmp_path):
    assert bundle_widget(WIDGET_ENTRY, tmp_path / "widget.js")
    assert len(gzip.compress((tmp_path / "widget.js").read_bytes(), mtime=0)) <= 30 * 1024


def test_a_widget_that_was_not_built_is_not_found():
    assert Client().get("/widget.js").status_code == 404


def test_code_that_does_not_build_says_where_and_leaves_the_bundle_as_it_was(script, tmp_path):
    before = script.read_bytes()
    (tmp_path / "entry.js").write_text("import './nowhere.js';")

    with pytest.raises(subprocess.CalledProcessError) as failure:
        bundle_widget(tmp_path / "entry.js", script)

    assert "./nowhere.js" in failure.value.stderr
    assert script.read_bytes() == before


@pytest.mark.django_db
def test_without_demo_data_there_is_no_demo_shop():
    assert Client().get("/").status_code == 404


@pytest.mark.database
@pytest.mark.django_db
def test_demo_data_brings_a_shop_people_who_can_sign_in_and_two_queues():
    call_command("make_demo_data")

    assert Client().get("/").status_code == 200
    assert Widget.objects.get(key="demo-widget").organization.slug == "demo"
    assert set(Queue.objects.values_list("name", "is_default")) == {("support", True), ("sales", False)}
    assert all(User.objects.get(username=email).check_password(DEMO_PASSWORD) for email, *_ in DEMO_PEOPLE)
    assert [User.objects.get(username=email).role for email, *_ in DEMO_PEOPLE] == [
        role for _, role, *_ in DEMO_PEOPLE
    ]


@pytest.mark.database
@pytest.mark.django_db
def test_in_the_demos_other_widget_the_assistant_answers_first_and_nothing_is_made_twice():
    call_command("make_demo_data")
    WidgetAssistant.objects.all().delete()
    Assistant.objects.all().delete()
    Widget.objects.filter(key="demo-ai").delete()
    made = [model.objects.count() for model in (Queue, Article, Passage)]

    for _ in range(2):
        call_command("make_demo_data")

    assert [model.objects.count() for model in (Queue, Article, Passage)] == made
    assert list(Widget.objects.order_by("key").values_list("key", flat=True)) == ["demo-ai", "demo-widget"]
    assert [(one.widget.key, one.assistant.name) for one in WidgetAssistant.objects.all()] == [
        ("demo-ai", "Ada")
    ]
    assert User.objects.exclude(role="assistant").count() == len(DEMO_PEOPLE)
    for address, key in (
        ("/", "demo-widget"),
        ("/?widget=demo-ai", "demo-ai"),
        ("/?widget=x", "demo-widget"),
    ):
        assert f'data-widget-key="{key}"' in Client().get(address).text


@pytest.mark.django_db
def test_demo_data_is_refused_where_there_is_an_organization():
    Organization.objects.create(name="Real", slug="real")

    with pytest.raises(CommandError, match="already has an organization"):
        call_command("make_demo_data")

    assert not User.objects.exists()
