"""Articles of the knowledge base, and with each the index by which it is found."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Organization
from chat.knowledge.files import Draft
from chat.knowledge.index import passages_of, words_of
from chat.models import Article, Passage, PassageWord

ROWS_AT_ONCE = 500


@transaction.atomic
def save(article: Article) -> Article:
    """Store an article and make its passages anew. One that is not published has none: it is never found."""
    # First the article: its row lets others who save it wait until these passages are committed.
    article.save()
    article.passages.all().delete()
    if article.is_published:
        passages = Passage.objects.bulk_create(passages_of(article), ROWS_AT_ONCE)
        PassageWord.objects.bulk_create(
            (word for passage in passages for word in words_of(passage)), ROWS_AT_ONCE
        )
    return article


def publish(articles: QuerySet[Article], *, is_published: bool) -> list[Article]:
    """Publish articles or take them back, each in a transaction of its own; return those that changed."""
    changed = list(articles.exclude(is_published=is_published))
    for article in changed:
        article.is_published = is_published
        save(article)
    return changed


def delete(articles: QuerySet[Article]) -> None:
    """Delete articles; with them goes the index by which they were found."""
    articles.delete()


@transaction.atomic
def put(organization: Organization, draft: Draft, *, language: str) -> str:
    """Store what a file says, in place of what the same file said before: "made", "changed" or "unchanged".

    Whether it is published stays as it was.
    """
    article = (
        Article.objects.select_for_update().filter(organization=organization, source=draft.source).first()
    )
    says = {"title": draft.title, "body": draft.body, "keywords": draft.keywords, "language": language}
    if article is None:
        save(Article(organization=organization, source=draft.source, **says))
        return "made"
    if all(getattr(article, name) == value for name, value in says.items()):
        return "unchanged"
    for name, value in says.items():
        setattr(article, name, value)
    save(article)
    return "changed"
