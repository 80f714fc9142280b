"""On which line of a TOML text each entry stands; `tomllib` gives the values and only names lines of bad syntax."""

from __future__ import annotations

import re

Lines = dict[tuple[int, str], int]  # (number of the table, name of the entry) -> line, from 1
TOP = -1  # the number of what stands before the first table

_MASKED = re.compile(  # strings and comments: what stands in them is no entry
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*", re.DOTALL
)
_ENTRY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?:=|\.)")


def entry_lines(text: str, table: str) -> Lines:
    """Find the entries of a text that `tomllib` has accepted.

    Args:
        text: TOML.
        table: name of the tables that are counted, `[[table]]`; each stands under the name "" itself.

    Returns:
        The first line of each entry. What is written in an unusual way (quoted names) is missing.
    """
    header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
    found: Lines = {}
    number = TOP
    for line, content in enumerate(_MASKED.sub(_blank, text).split("\n"), start=1):
        if header.match(content):
            number += 1
            found[number, ""] = line
        elif entry := _ENTRY.match(content):
            found.setdefault((number, entry[1]), line)
    return found


def _blank(masked: re.Match[str]) -> str:
    """As many lines, nothing on them."""
    return '"' + "\n" * masked[0].count("\n") + '"'
