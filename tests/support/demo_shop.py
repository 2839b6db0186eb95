"""What the demo shop's assistant knows, in a test's organization."""

from accounts.models import Organization
from chat.actions import articles
from chat.knowledge.files import article_files, read_article
from helpdesk.demo import DEMO_ARTICLES


def learn(organization: Organization) -> None:
    """Give an organization the demo's articles."""
    for path in article_files(DEMO_ARTICLES):
        articles.put(organization, read_article(path, DEMO_ARTICLES), language="en")
