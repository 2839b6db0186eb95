"""The knowledge base: its articles as Markdown, as an index, and as answers to a question (SPEC §9).

The index is tables (`chat.models.knowledge`), the same on every database. It checks no permission, but never
looks beyond one organization.
"""

from chat.knowledge.find import Hit, find

__all__ = ["Hit", "find"]
