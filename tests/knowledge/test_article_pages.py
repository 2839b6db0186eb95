"""Articles in the admin site: who may write them, and the preview (SPEC §9)."""

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from chat.actions import articles
from chat.knowledge import find
from chat.models import Article, Passage
from tests.support.people import People

BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGE = "/admin/chat/article/"
PREVIEW = f"{PAGE}preview/"
HOSTILE = """\
## Links

[good](https://shop.example/a?b=1&c=2) [mail](mailto:a@shop.example) [bad](javascript:alert(1))
[inside](/admin/) [old](ftp://shop.example) [worse](data:text/html,<script>alert(2)</script>) ![picture](https://evil.example/p.png)

<script>alert(3)</script> <b onclick="alert(4)">bold</b>
"""


def signed_in(people: People, name: str = "sam", **options: bool) -> Client:
    client = Client(**options)
    client.force_login(people.user(getattr(people, name)), backend=BACKEND)
    return client


@pytest.fixture
def sam(people: People) -> Client:
    return signed_in(people)


@pytest.fixture
def mine(people: People) -> Article:
    return written(people.sam.organization_id, "Delivery", "It takes two days.")


@pytest.fixture
def theirs(people: People) -> Article:
    return written(people.oskar.organization_id, "Secret recipe", "Two eggs.", language="fr")


def written(organization_id, title: str, body: str, language: str = "en") -> Article:
    return articles.save(Article(organization_id=organization_id, title=title, body=body, language=language))


def form(people: People, **fields: object) -> dict[str, object]:
    """What the page of an article posts."""
    return {
        "organization": str(people.sam.organization_id),
        "title": "Delivery",
        "keywords": "shipping",
        "language": "en",
        "is_published": "on",
        "body": "It takes three days.",
        **fields,
    }


def page_of(article: Article, what: str = "change") -> str:
    return f"{PAGE}{article.id}/{what}/"


def said(response) -> str:
    return unescape(response.content.decode())


def answers(people: People, question: str) -> list[str]:
    return [hit.text for hit in find(people.sam.organization_id, question)]


@pytest.mark.database
def test_what_an_admin_saves_is_what_is_found(sam: Client, people: People) -> None:
    made = sam.post(f"{PAGE}add/", form(people))
    assert made.status_code == 302, said(made)
    assert answers(people, "How long does shipping take?") == ["It takes three days."]
    article = Article.objects.get()
    changed = form(people, body="It takes a week.")
    assert sam.post(page_of(article), changed).status_code == 302
    assert answers(people, "shipping") == ["It takes a week."]
    del changed["is_published"]
    sam.post(page_of(article), changed)
    assert answers(people, "shipping") == []
    chosen = {"_selected_action": [str(article.id)]}
    for action, found in (("publish", 1), ("take_back", 0), ("publish", 1)):
        assert sam.post(PAGE, {**chosen, "action": action}).status_code == 302
        assert len(answers(people, "shipping")) == found, action
    assert LogEntry.objects.count() == 6
    sam.post(page_of(article, "delete"), {"post": "yes"})
    assert answers(people, "shipping") == []
    assert not Passage.objects.exists()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"language": "English"}, "written as in en or pt-BR"),
        ({"body": "![picture](https://shop.example/p.png)"}, "There is no text in it"),
        ({"body": ""}, "This field is required"),
        ({"body": "x" * 100_001}, "at most 100000 characters"),
        ({"body": "a\0b"}, "Null characters are not allowed"),
        ({"title": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_is_named(sam: Client, people: People, fields: dict[str, str], problem: str) -> None:
    assert problem in said(sam.post(f"{PAGE}add/", form(people, **fields)))
    assert not Article.objects.exists()


def test_articles_are_searched_and_filtered_and_those_of_others_are_not_there(
    sam: Client, people: People, mine: Article, theirs: Article
) -> None:
    written(people.sam.organization_id, "Lieferung", "Zwei Tage.", language="de")
    everything = said(sam.get(PAGE))
    assert "Delivery" in everything
    assert "Lieferung" in everything
    assert "Secret recipe" not in everything
    assert "?language=fr" not in everything, "nor the languages of others"
    found = said(sam.get(PAGE, {"q": "zwei"}))
    assert ("Lieferung" in found, "Delivery" in found) == (True, False)
    found = said(sam.get(PAGE, {"language": "en"}))
    assert ("Lieferung" in found, "Delivery" in found) == (False, True)


def test_another_organizations_articles_are_out_of_reach(
    sam: Client, people: People, mine: Article, theirs: Article
) -> None:
    for what in ("change", "delete", "history"):
        assert sam.get(page_of(theirs, what)).status_code == 302, "as one that does not exist"
    sam.post(page_of(theirs), form(people, title="Mine"))
    sam.post(page_of(theirs, "delete"), {"post": "yes"})
    for action in ("take_back", "delete_selected"):
        sam.post(PAGE, {"action": action, "_selected_action": [str(theirs.id)], "post": "yes"})
    away = str(people.oskar.organization_id)
    assert sam.post(f"{PAGE}add/", form(people, organization=away)).status_code == 200
    sam.post(page_of(mine), form(people, organization=away))
    assert sorted(Article.objects.values_list("title", "organization_id", "is_published")) == [
        ("Delivery", people.sam.organization_id, True),
        ("Secret recipe", people.oskar.organization_id, True),
    ]


@pytest.mark.parametrize("name", ["ana", "vera"])
def test_articles_are_for_admins(people: People, mine: Article, name: str) -> None:
    client = signed_in(people, name)
    for page in (PAGE, f"{PAGE}add/", page_of(mine)):
        assert client.get(page).status_code in (302, 403), page
        assert client.post(page, form(people)).status_code in (302, 403), page
    assert client.post(PREVIEW, {"body": "Hello"}).status_code in (302, 403)
    assert list(Article.objects.values_list("body", flat=True)) == ["It takes two days."]


def test_a_preview_shows_the_article_and_what_is_said_of_it_and_stores_nothing(
    sam: Client, people: People
) -> None:
    shown = sam.post(
        PREVIEW, {"title": "A & B", "body": "## *When*\n\nIn **two** days.\n\n## How\n\nBy post."}
    )
    text = shown.content.decode()
    assert "<h1>A &amp; B</h1>" in text
    assert "<p>In <strong>two</strong> days.</p>" in text
    assert '<p class="said"><b>When</b>In two days.</p>' in text
    assert '<p class="said"><b>How</b>By post.</p>' in text
    assert not Article.objects.exists()
    assert "there is no text yet" in said(sam.post(PREVIEW, {"body": "<!-- nothing -->"}))
    assert sam.post(PREVIEW).status_code == 200


def test_nothing_in_a_preview_is_the_authors_but_text_and_links(sam: Client) -> None:
    shown = sam.post(PREVIEW, {"title": "<script>alert(0)</script>", "body": HOSTILE})
    text = shown.content.decode()
    assert '<a href="https://shop.example/a?b=1&amp;c=2">good</a>' in text
    assert '<a href="mailto:a@shop.example">mail</a>' in text
    for bad in (
        "<script",
        "<img",
        "<b onclick",
        'href="javascript',
        'href="data',
        'href="/admin',
        'href="ftp',
    ):
        assert bad not in text, bad
    assert set(shown["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    }
    assert shown["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_is_posted_with_a_token_of_the_page(people: People) -> None:
    strict = signed_in(people, enforce_csrf_checks=True)
    assert strict.get(PREVIEW).status_code == 405
    assert strict.post(PREVIEW, {"body": "Hello"}).status_code == 403
    page = strict.get(f"{PAGE}add/")
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    token = {"csrfmiddlewaretoken": page.context["csrf_token"]}
    assert strict.post(PREVIEW, {"body": "Hello", **token}).status_code == 200
