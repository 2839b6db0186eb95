"""Finding the passages that answer a question, and those that must never be found (SPEC §9)."""

import time
from importlib import import_module
from itertools import product
from uuid import UUID

import pytest

from chat.actions import articles
from chat.knowledge import find
from chat.knowledge.words import stems
from chat.models import Article, Passage, PassageWord
from tests.support.people import People

pytestmark = pytest.mark.database


def written(people: People, title: str, body: str, **fields: object) -> Article:
    organization = people.sam.organization_id
    return articles.save(Article(**{"organization_id": organization, "title": title, "body": body, **fields}))


def found(people: People, question: str, limit: int = 3) -> list[tuple[str, str]]:
    return [(hit.title, hit.text) for hit in find(people.sam.organization_id, question, limit)]


def test_the_passage_that_is_about_the_question_comes_first_with_its_share_of_it(people: People) -> None:
    written(people, "Delivery", "## Duration\n\nTwo days.\n\n## Costs\n\nFive euros.", keywords="shipping")
    written(people, "Returns", "## Duration\n\nThirty days.")
    best, *others = find(people.sam.organization_id, "What are the costs of shipping?")
    assert (best.title, best.heading, best.text, best.language) == ("Delivery", "Costs", "Five euros.", "en")
    assert 0.8 < best.score <= 1
    assert all(other.score < best.score for other in others)
    assert found(people, "returns take what duration", limit=1)[0][0] == "Returns"
    assert len(found(people, "duration", limit=1)) == 1
    nothing = find(people.sam.organization_id, "Are elephants allergic to delivery on Mars?")
    assert nothing[0].score < 0.4, "most of what it is about is nowhere"


def test_endings_accents_and_hyphens_make_no_difference_in_the_articles_language(people: People) -> None:
    written(people, "Café visits", "Send an e-mail.")
    written(people, "Rücksendungen", "Legen Sie die Schuhe in den Karton.", language="de-AT")
    written(people, "वापसी", "तीस दिन", language="hi")
    written(people, "退货", "三十天", language="zh")
    for question, title in (
        ("visiting a CAFE", "Café visits"),
        ("email", "Café visits"),
        ("rucksendung", "Rücksendungen"),
        ("welche Schuhe?", "Rücksendungen"),
        ("वापसी", "वापसी"),
        ("退货", "退货"),
    ):
        assert [found_title for found_title, _ in found(people, question)] == [title], question


def test_only_what_is_published_by_the_organization_itself_is_found(people: People) -> None:
    article = written(people, "Delivery", "Two days.")
    hidden = written(people, "Delivery secrets", "By balloon.", is_published=False)
    for _ in range(15):
        away = written(people, "Delivery", "Theirs.", organization_id=people.oskar.organization_id)
    assert found(people, "delivery") == [("Delivery", "Two days.")]
    assert {hit.text for hit in find(people.oskar.organization_id, "delivery")} == {"Theirs."}
    assert find(UUID(int=0), "delivery") == []
    articles.publish(Article.objects.filter(id=hidden.id), is_published=True)
    assert len(found(people, "delivery")) == 2
    articles.publish(Article.objects.filter(id=hidden.id), is_published=False)
    article.body = "Three days."
    articles.save(article)
    assert found(people, "delivery") == [("Delivery", "Three days.")]
    assert found(people, "two") == []
    articles.delete(Article.objects.filter(id=article.id))
    assert found(people, "delivery") == []
    assert {passage.organization_id for passage in Passage.objects.all()} == {away.organization_id}
    assert {word.organization_id for word in PassageWord.objects.all()} == {away.organization_id}


def test_what_the_index_still_has_of_an_unpublished_article_is_not_told(people: People) -> None:
    """As when somebody changes the row by hand: the row itself is asked too."""
    article = written(people, "Delivery", "Two days.")
    Article.objects.filter(id=article.id).update(is_published=False)
    assert found(people, "delivery") == []


@pytest.mark.parametrize(
    "question",
    ["", " ", "?!", "🙂", "the of and", "\x00", "\ud800", "%", "'; DROP TABLE", "x" * 10_000, "4711"],
)
def test_what_asks_for_nothing_finds_nothing(people: People, question: str) -> None:
    written(people, "Delivery", "Two days.")
    assert found(people, question) == []


def test_what_is_read_is_bounded_however_much_is_asked_and_known(
    people: People, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr(import_module("chat.knowledge.find"), "MAX_POSTINGS", 150)
    organization = people.support.organization
    article = written(people, "Everything", "Nothing yet.")
    passages = Passage.objects.bulk_create(
        Passage(
            organization=organization, article=article, language="en", position=number, text=f"word{number}"
        )
        for number in range(200)
    )
    PassageWord.objects.bulk_create(
        PassageWord(organization=organization, passage=passage, language="en", stem=stem, weight=0.5)
        for number, passage in enumerate(passages)
        for stem in ("common", "usual", f"word{number}")
    )
    unknown = " ".join(map("".join, product("abcdefghijklm", repeat=3)))
    with django_assert_max_num_queries(5):
        started = time.process_time()
        assert find(people.sam.organization_id, f"common usual {unknown} word199")[0].score < 0.1
        assert time.process_time() - started < 1
    with django_assert_max_num_queries(5):
        [best, *_] = find(people.sam.organization_id, "what is common and usual about word199")
    assert (best.text, best.score > 0.4) == ("word199", True), "the rarest words are looked at first"


def test_addresses_and_ids_say_nothing_of_what_a_text_is_about() -> None:
    assert stems("My order 4711 to vera@example.com, see https://shop.example/delivery", "en") == [
        "order",
        "4711",
    ]
