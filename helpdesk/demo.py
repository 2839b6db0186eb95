"""What the demo data consists of, so that pages and messages can name it."""

DEMO_ORGANIZATION = "demo"
DEMO_PASSWORD = "helpdesk-demo"  # noqa: S105 - printed at every start, for a helpdesk on one's own machine
DEMO_WIDGET_KEY = "demo-widget"
DEMO_QUEUES = (("support", "pull"), ("sales", "push"))
"""Name and mode. The first one takes the chats for which nobody named a queue."""
DEMO_PEOPLE = (
    ("admin@example.com", "admin", "Ada", "Admin"),
    ("alice@example.com", "agent", "Alice", "Anders"),
    ("bob@example.com", "agent", "Bob", "Berg"),
    ("rajesh@example.com", "customer", "Rajesh", "Kumar"),
)
"""E-mail address, role, first and last name."""
DEMO_CAPACITY = 6
"""How many chats at once each agent takes."""
DEMO_SKILLS = {"alice@example.com": ("billing",), "bob@example.com": ("returns",)}
"""What each agent can do."""
