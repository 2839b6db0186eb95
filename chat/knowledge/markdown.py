"""Articles' Markdown, parsed in one way for all; HTML and images in it are left out."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

ALLOWED_ADDRESS = re.compile(r"(https?://|mailto:)\S", re.IGNORECASE)
"""Other links stay the text that they are."""
LEFT_OUT = ("html_block", "html_inline", "image")


def to_html(markdown: str) -> SafeString:
    """Write an article as HTML to look at: its author's are only the text and the links."""
    return mark_safe(parser().render(markdown))  # noqa: S308 - no HTML of the author's comes through `_leave_out`


@cache
def parser() -> MarkdownIt:
    """The parser, which holds no state of what it has parsed."""
    # Loaded here, because it takes a tenth of a second that a web process can do without when it starts.
    from markdown_it import MarkdownIt

    # `html` says that HTML is recognized: so it can be taken out, comments too, and is not shown as text.
    made = MarkdownIt("commonmark", {"html": True}).enable("table")
    made.core.ruler.push("leave_out", _leave_out)
    made.validateLink = _is_allowed  # type: ignore[assignment, method-assign]
    return made


def _is_allowed(address: str) -> bool:
    return ALLOWED_ADDRESS.match(address) is not None


def _leave_out(state: StateCore) -> None:
    state.tokens = [token for token in state.tokens if token.type not in LEFT_OUT]
    for token in state.tokens:
        if token.children is not None:
            token.children = [child for child in token.children if child.type not in LEFT_OUT]
