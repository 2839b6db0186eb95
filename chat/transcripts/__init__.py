"""A conversation written down for its people, as text, page or JSON (SPEC §6); never with internal notes."""
