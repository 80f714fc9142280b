"""Splits pasted values into tokens; prompts, assignments and comments around them are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import MergeError, invalid_request
from core.merges.shape_text import with_ascii_signs

_INTEGER = r"(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0(?![\d_])|[1-9]\d*(?:_\d+)*)"
_FRACTION = r"(?:\d+(?:_\d+)*\.(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)"
_EXPONENT = r"[eE][+-]?\d+"
_REAL = rf"(?:{_FRACTION}(?:{_EXPONENT})?|\d+(?:_\d+)*{_EXPONENT}|{_INTEGER})"
_TOKEN = re.compile(
    rf"""
    (?P<blank>[\s\u00a0\u2007\u200b\u202f\ufeff]+)
  | (?P<comment>\#[^\n]*)
  | (?P<complex>[+-]?(?:{_REAL}[+-])?{_REAL}[jJ](?!\w))
  | (?P<number>[+-]?{_REAL})
  | (?P<name>[+-]?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
  | (?P<method>\.[A-Za-z_]\w*)
  | (?P<tensor><(?:tf\.|keras\.)?\w*(?:Tensor|Variable)\b(?:'[^'\n]*'|"[^"\n]*"|[^'"<>\n])*?\b(?:numpy|value)=)
  | (?P<text>'[^'\n]*'|"[^"\n]*"|<[^<>\n]*>)
  | (?P<end>>)
  | (?P<open>[\[(])
  | (?P<close>[\])])
  | (?P<comma>,)
  | (?P<equals>=)
    """,
    re.VERBOSE | re.ASCII,
)
# Around the values: the prompts of Python and IPython, an assignment, a fence of Markdown, a semicolon at the end.
_AROUND = (
    re.compile(r"\A\s*(?:(?:In|Out)\s?\[\d+\]:|>>>\s)"),
    re.compile(r"^(?:>>>|\.\.\.) (?=.)", re.MULTILINE),
    re.compile(r"^\s*```\w*\s*$|^`|`$", re.MULTILINE),
    re.compile(r"Parameter containing:"),
    re.compile(r"\A\s*[A-Za-z_]\w*\s*(?::[^=\n\[\]()]*)?=(?!=)"),
    re.compile(r";\s*\Z"),
)


@dataclass(frozen=True)
class Token:
    """One token.

    Attributes:
        kind: number, complex, name, method (`.reshape`), tensor (`<tf.Tensor: ... numpy=`), end (`>`), text, open,
            close, comma or equals.
        text: as written.
        at: its first character in the text.
        apart: whether a blank or a line break is before it.
    """

    kind: str
    text: str
    at: int
    apart: bool = False


def without_prompts(text: str) -> str:
    """The text with everything around its values as blanks, so that positions stay; full-width characters as ASCII."""
    text = with_ascii_signs(text)
    for around in _AROUND:
        text = around.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def split(text: str) -> list[Token]:
    """The tokens of a text.

    Args:
        text: of `without_prompts`.

    Raises:
        MergeError: names the first character that is not understood.
    """
    found: list[Token] = []
    at, apart = 0, True
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise not_understood(text, at)
        kind = str(match.lastgroup)
        if kind in ("blank", "comment"):
            apart = True
        else:
            found.append(Token(kind, match.group(), at, apart))
            apart = False
        at = match.end()
    return found


def not_understood(text: str, at: int) -> MergeError:
    """The error for a character that has no meaning where it is."""
    line = text.count("\n", 0, at) + 1
    if text.startswith(("...", "…"), at):
        return invalid_request(
            "The values are shortened by ... on line {line}; print them whole, as with "
            "numpy.set_printoptions(threshold=100000).",
            line=line,
        )
    return invalid_request(
        "{sign} on line {line}, character {column}, is not understood.",
        sign=repr(text[at]),
        line=line,
        column=at - (text.rfind("\n", 0, at) + 1) + 1,
    )
