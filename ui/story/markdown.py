"""The text of a story as Markdown that is safe whoever wrote it: no links, no pictures, no markup of other kinds.

What a writer may use is **bold**, *italic*, `code`, and lists; everything else stands on screen as it was typed.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SIGNS = re.compile(r"([\\`_\[\]<>~$|#!&{}^]|:(?=[A-Za-z]))")
_RULER = re.compile(r"^\s*([-=*_])(\s*\1)*\s*$")  # would turn the line above into a heading
_BULLET = re.compile(r"^[-*]\s+")
_JOINER = "\u2060"  # no width; breaks what a renderer would turn into a link by itself
_ADDRESS = re.compile(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?=@)")


def safe_markdown(text: str) -> str:
    """Paragraphs with bold, italic, code and lists."""
    return "\n".join(_line(line) for line in text.split("\n"))


def safe_line(text: str) -> str:
    """One line without any form."""
    return _escaped(text.replace("\n", " ")).replace("*", r"\*")


def _line(line: str) -> str:
    bare = line.strip()
    if _RULER.match(bare):
        return ""
    bullet = _BULLET.match(bare)
    head, rest = ("- ", bare[bullet.end() :]) if bullet else ("", bare)
    parts = _CODE.split(rest)  # outside, inside, outside, ...
    return head + "".join(f"`{part}`" if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", _ADDRESS.sub(_JOINER, text)).replace("+ ", r"\+ ")
