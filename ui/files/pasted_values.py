"""Values as people paste them: what Python, NumPy, TensorFlow, PyTorch and JAX print, and plain numbers.

A small tokenizer and a parser. Text is never evaluated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.dtypes import Array
from core.errors import MergeError, invalid_request
from core.limits import MAX_RANK, MAX_TEXT
from ui.files.arrays import checked

_SHOWN = 30  # characters of a bad value that an error repeats
_MOST_DIGITS = 4_000  # of an integer; Python itself stops at 4,300
_MOST_DEEP = 100  # brackets within brackets
_TOKEN = re.compile(
    r"""
    (?P<blank>[\s\u00a0\u2007\u202f\ufeff]+)
  | (?P<number>[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
  | (?P<name>[+-]?[A-Za-z_][\w.]*)
  | (?P<open>[\[(])
  | (?P<close>[\])])
  | (?P<comma>,)
  | (?P<equals>=)
  | (?P<text>'[^'\n]*'|"[^"\n]*"|<[^<>\n]*>)
    """,
    re.VERBOSE | re.ASCII,
)
_VALUES = {"nan": float("nan"), "inf": float("inf"), "infinity": float("inf"), "true": True, "false": False}
_ARRAY_OF_TENSORFLOW = re.compile(r"^<tf\.\w+.*?numpy=(.*?)>?$", re.DOTALL)
_CLOSES = {"[": "]", "(": ")"}
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def read_list(text: str) -> Array:
    """The array of pasted text, such as [[1, 2], [3, 4]], array([[1., 2.]]), [[1. 2.] [3. 4.]] or 1, 2, 3.

    Raises:
        MergeError: says where it is ragged, what is not a number, or which character is not understood.
    """
    if len(text) > MAX_TEXT:
        raise invalid_request(
            "The list has {count} characters; up to {limit} are read.", count=f"{len(text):,}", limit=f"{MAX_TEXT:,}"
        )
    inner = _ARRAY_OF_TENSORFLOW.match(text.strip())
    values = _Parser((inner.group(1) if inner else text).translate(_MINUS)).parse()
    shape = _list_shape(values, ())
    if len(shape) > MAX_RANK:
        raise invalid_request("{count} axes were typed; at most {limit} are drawn.", count=len(shape), limit=MAX_RANK)
    return checked(np.array(values, dtype=np.float64 if _any_float(values) else None).reshape(shape))


class _Parser:
    """Reads one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split()
        self._next = 0

    def _split(self) -> list[_Token]:
        found, at = [], 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                raise self._not_understood(at)
            kind = str(match.lastgroup)
            if kind != "blank":
                found.append(_Token(kind, match.group(), at))
            at = match.end()
        return found

    def parse(self) -> Any:
        """All of the text: one value, or several without brackets around them."""
        if not self._tokens:
            raise _no_list()
        if not any(token.kind == "open" for token in self._tokens):
            return self._bare()
        values = [self._value(0)]
        while self._next < len(self._tokens):
            self._skip_comma()
            if self._next < len(self._tokens):
                values.append(self._value(0))
        return values[0] if len(values) == 1 else values

    def _bare(self) -> Any:
        """Numbers without any brackets: one, a row, or a row for each line."""
        rows = []
        for line in self._lines():
            values = []
            for token in line:
                if token.kind != "comma":
                    values.append(self._scalar(token))
            rows.append(values)
        if len(rows) == 1:
            single = len(rows[0]) == 1 and not any(token.kind == "comma" for token in self._tokens)
            return rows[0][0] if single else rows[0]
        return rows

    def _lines(self) -> list[list[_Token]]:
        found: dict[int, list[_Token]] = {}
        for token in self._tokens:
            found.setdefault(self._text.count("\n", 0, token.at), []).append(token)
        return list(found.values())

    def _value(self, depth: int) -> Any:
        token = self._take()
        if token.kind == "open":
            return self._items(token, depth)
        following = self._tokens[self._next] if self._next < len(self._tokens) else None
        if token.kind == "name" and following is not None and following.text == "(":
            return self._call(depth)
        return self._scalar(token)

    def _items(self, opened: _Token, depth: int) -> list[Any]:
        """Up to the closing bracket; items are separated by commas, or by blanks as in print."""
        if depth >= _MOST_DEEP:
            raise invalid_request("The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK)
        values: list[Any] = []
        while True:
            token = self._peek(opened)
            if token.kind == "close":
                if token.text != _CLOSES[opened.text]:
                    raise self._not_understood(token.at)
                self._next += 1
                return values
            if token.kind == "comma" and not values:
                raise self._not_understood(token.at)
            values.append(self._value(depth + 1))
            self._skip_comma()

    def _call(self, depth: int) -> Any:
        """array(...), tensor(...), np.float64(...): the first argument; the others say dtype or device."""
        opened = self._take()
        value = self._value(depth)
        level = 1
        while level:
            token = self._peek(opened)
            self._next += 1
            level += (token.kind == "open") - (token.kind == "close")
        return value

    def _scalar(self, token: _Token) -> Any:
        if token.kind == "number":
            return self._number(token)
        sign = -1 if token.text.startswith("-") else 1
        value = (
            _VALUES.get(token.text.lstrip("+-").lower().rsplit(".", 1)[-1].rstrip("_"))
            if token.kind == "name"
            else None
        )
        if value is None:
            if token.kind in ("text", "name"):
                raise invalid_request(
                    "{value} at character {place} is not a number.", value=repr(token.text)[:_SHOWN], place=token.at + 1
                )
            raise self._not_understood(token.at)
        return value if sign > 0 else -value

    @staticmethod
    def _number(token: _Token) -> float:
        text = token.text.replace("_", "")
        if re.fullmatch(r"[+-]?\d+", text):
            if len(text) > _MOST_DIGITS:
                raise invalid_request("A number of {count} digits is too large.", count=len(text))
            return int(text)
        return float(text)

    def _take(self) -> _Token:
        if self._next >= len(self._tokens):
            raise _no_list()
        self._next += 1
        return self._tokens[self._next - 1]

    def _peek(self, opened: _Token) -> _Token:
        if self._next >= len(self._tokens):
            raise invalid_request(
                "The bracket {sign} at character {place} is not closed.", sign=opened.text, place=opened.at + 1
            )
        return self._tokens[self._next]

    def _skip_comma(self) -> None:
        if self._next < len(self._tokens) and self._tokens[self._next].kind == "comma":
            self._next += 1

    def _not_understood(self, at: int) -> MergeError:
        line = self._text.count("\n", 0, at) + 1
        column = at - (self._text.rfind("\n", 0, at) + 1) + 1
        if self._text.startswith("...", at):
            return invalid_request(
                "The values are shortened by ... on line {line}; print them whole, as with "
                "numpy.set_printoptions(threshold=100000).",
                line=line,
            )
        return invalid_request(
            "{sign} on line {line}, character {column}, is not understood.",
            sign=repr(self._text[at]),
            line=line,
            column=column,
        )


def _no_list() -> MergeError:
    return invalid_request("This is not a list of numbers; it should look like [[1, 2], [3, 4]].")


def _list_shape(values: Any, place: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a nested list; a ragged one is named by the position of its first odd part."""
    if not isinstance(values, list):
        _check_size(values)
        return ()
    if len(place) > MAX_RANK:
        raise invalid_request("The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK)
    shapes = [_list_shape(value, (*place, number)) for number, value in enumerate(values)]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise invalid_request(
                "The list is ragged: element {place} has the shape {shape}, the first one beside it {first}.",
                place=[*place, number],
                shape=shape,
                first=shapes[0],
            )
    return (len(values), *(shapes[0] if shapes else ()))


def _check_size(value: float) -> None:
    try:
        float(value)
    except OverflowError:
        raise invalid_request("A number of {count} digits is too large.", count=len(str(value))) from None


def _any_float(values: Any) -> bool:
    if isinstance(values, list):
        return not values or any(map(_any_float, values))
    return isinstance(values, float) or abs(int(values)) >= 2**63
