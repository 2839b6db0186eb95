"""What the demo data is called, so that pages and messages can name it."""

DEMO_ORGANIZATION = "demo"
DEMO_PASSWORD = "helpdesk-demo"  # noqa: S105 - printed at every start, for a helpdesk on one's own machine
DEMO_WIDGET_KEY = "demo-widget"
