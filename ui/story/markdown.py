"""The text of a story as safe Markdown: no links, pictures or other markup, whatever its origin.

A writer may use **bold**, *italic*, `code` and lists; everything else is shown as it was typed.
"""

from __future__ import annotations

import re

from ui.text import plain

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_RULER = re.compile(r"^\s*([-=*_])(\s*\1)*\s*$")  # would turn the line above into a heading
_BULLET = re.compile(r"^(?:[-*]|(\d+)\.)\s+")


def safe_markdown(text: str) -> str:
    """Paragraphs with bold, italic, code and lists."""
    return "\n".join(_line(line) for line in text.split("\n"))


def safe_line(text: str) -> str:
    """One line without any markup."""
    return plain(text.replace("\n", " "))


def _line(line: str) -> str:
    bare = line.strip()
    if _RULER.match(bare):
        return ""
    bullet = _BULLET.match(bare)
    head = "" if bullet is None else f"{bullet[1]}. " if bullet[1] else "- "
    parts = _CODE.split(bare[bullet.end() :] if bullet else bare)  # outside, inside, outside, ...
    return head + "".join(
        f"`{part}`" if number % 2 else plain(part, emphasis=True) for number, part in enumerate(parts)
    )
