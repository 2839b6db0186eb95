"""What the demo data consists of, so that pages and messages can name it."""

from pathlib import Path

DEMO_ORGANIZATION = "demo"
DEMO_PASSWORD = "helpdesk-demo"  # noqa: S105 - printed at every start, for a helpdesk on one's own machine
DEMO_WIDGET_KEY = "demo-widget"
DEMO_ASSISTANT_WIDGET_KEY = "demo-ai"
"""Of the widget whose chats the assistant answers first."""
DEMO_ASSISTANT = {
    "name": "Ada",
    "greeting": (
        "Hello! I am Ada, the shop’s assistant. Ask me about delivery, returns, payment or your account. "
        "I get you a person whenever you like."
    ),
    "instructions": (
        "You answer for Hearth & Harbour, a small shop for stoneware, linen and brass. Be brief and "
        "friendly, and say only what stands in the knowledge base."
    ),
}
"""The one that needs no language model: it answers from the articles. With a model it is told this."""
DEMO_QUEUES = (("support", "pull"), ("sales", "push"))
"""Name and mode. The first one takes the chats for which nobody named a queue."""
DEMO_PEOPLE = (
    ("admin@example.com", "admin", "Ines", "Admin"),
    ("alice@example.com", "agent", "Alice", "Anders"),
    ("bob@example.com", "agent", "Bob", "Berg"),
    ("rajesh@example.com", "customer", "Rajesh", "Kumar"),
)
"""E-mail address, role, first and last name."""
DEMO_CAPACITY = 6
"""How many chats at once each agent takes."""
DEMO_SKILLS = {"alice@example.com": ("billing",), "bob@example.com": ("returns",)}
"""What each agent can do."""
DEMO_ARTICLES = Path(__file__).parent / "demo_articles"
"""What the assistant knows, as Markdown files."""
