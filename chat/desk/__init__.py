"""The agents' pages inside the admin site."""
