"""Articles as sections of plain text, as they are said to customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from chat.knowledge.markdown import parser

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a heading, which begins with those above it: blocks of plain text."""

    heading: str
    blocks: tuple[str, ...]


def sections(markdown: str) -> list[Section]:
    """Cut an article at its headings; one without text of its own only goes before those below it."""
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    blocks: list[str] = []
    for level, text in [*_blocks(markdown), (1, "")]:
        if level and blocks:
            found.append(Section(" – ".join(heading for _, heading in path), tuple(blocks)))
            blocks = []
        if level:
            path = [above for above in path if above[0] < level] + [(level, text)]
        elif text:
            blocks.append(text)
    return found


def without_title(markdown: str) -> tuple[str, str]:
    """Part an article into the heading that it begins with and the rest; without one the first is empty."""
    tokens = parser().parse(markdown)
    if not tokens or tokens[0].type != "heading_open" or tokens[0].map is None:
        return "", markdown.strip()
    title = next(text for _, text in _blocks(markdown))
    return title, "\n".join(markdown.splitlines()[tokens[0].map[1] :]).strip()


def _blocks(markdown: str) -> Iterator[tuple[int, str]]:
    """Each block as text, with its level where it is a heading, else 0."""
    from markdown_it.tree import SyntaxTreeNode

    for node in SyntaxTreeNode(parser().parse(markdown)).children:
        yield int(node.tag[1:]) if node.type == "heading" else 0, _text(node).strip()


def _text(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return "\n".join(_item(item) for item in node.children)
        case "list_item":
            return "\n".join(map(_text, node.children))
        case "table" | "thead" | "tbody":
            return "\n".join(map(_text, node.children))
        case "tr":
            return " | ".join(map(_text, node.children))
        case "blockquote":
            return "\n\n".join(map(_text, node.children))
        case "link":
            return _link("".join(map(_text, node.children)), str(node.attrs["href"]))
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
    # The content of an "inline" is its Markdown, which is not said even where nothing is left in it.
    return "".join(map(_text, node.children)) if node.children or node.type == "inline" else node.content


def _item(item: SyntaxTreeNode) -> str:
    mark = f"{item.info}. " if item.info else "- "
    return mark + indent(_text(item), " " * len(mark)).lstrip()


def _link(text: str, address: str) -> str:
    shown = address.removeprefix("mailto:")
    return shown if text in ("", shown, address) else f"{text} ({shown})"
