"""The parser of pasted values: numbers, brackets, calls, and tensors as libraries print them.

Text is never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from core.errors import MergeError, invalid_request
from core.limits import MAX_RANK
from ui.files.nested_lists import Values, array_of, as_dtype, list_shape
from ui.files.pasted_calls import UnknownCallError, called, dtype_of, reshaped
from ui.files.pasted_tokens import Token, not_understood, split

_SHOWN = 30  # characters of a bad value that an error repeats
_MOST_DIGITS = 4_000  # of an integer; Python itself stops at 4,300
_MOST_DEEP = 100  # brackets within brackets
_VALUES = {"nan": float("nan"), "inf": float("inf"), "infinity": float("inf"), "true": True, "false": False}
_CLOSES = {"[": "]", "(": ")"}
_UNCHANGED = (".numpy", ".detach", ".cpu", ".copy", ".clone", ".tolist", ".contiguous")  # methods
_READ = (
    "dtype",
    "shape",
    "size",
    "data",
    "object",
    "value",
    "initial_value",
    "fill_value",
    "num",
    "steps",
    "M",
)  # keywords that are read; fmt: skip


def parse(text: str) -> Values:
    """One value, or a list of several without brackets around them.

    Args:
        text: of `without_prompts`.

    Raises:
        MergeError: there are no values, or says what is not understood, and where.
    """
    tokens = split(text)
    if not tokens:
        raise no_list()
    if any(token.kind in ("open", "tensor") for token in tokens):
        values = _Parser(text, tokens).items(None, strict=False)
        return values[0] if len(values) == 1 else values
    lines: dict[int, list[Token]] = {}
    for token in tokens:
        lines.setdefault(text.count("\n", 0, token.at), []).append(token)
    rows = [_Parser(text, line).items(None, strict=True) for line in lines.values()]
    if len(rows) > 1:
        return rows
    return rows[0][0] if len(tokens) == 1 else rows[0]


def no_list() -> MergeError:
    """The error for a text without values."""
    return invalid_request("This is not a list of numbers; it should look like [[1, 2], [3, 4]].")


class _Parser:
    """Reads the tokens of one text."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text, self._tokens, self._next, self._depth = text, tokens, 0, 0

    def items(self, opened: Token | None, *, strict: bool) -> list[Values]:
        """Values up to the closing bracket, or to the end where none was opened.

        Args:
            opened: the bracket.
            strict: whether all are separated in the same way, by commas or, as in print, by blanks.
        """
        values: list[Values] = []
        commas: bool | None = None
        while not self._ends(opened):
            if values:
                comma = self._skip_comma()
                if self._ends(opened):
                    break  # after a comma at the end
                self._check_separator(comma, commas if strict else None)
                commas = comma
            values.append(self._value())
        if opened is not None:
            self._close(opened)
        return values

    def _ends(self, opened: Token | None) -> bool:
        if self._kind() is None and opened is not None:
            raise invalid_request(
                "The bracket {sign} at character {place} is not closed.", sign=opened.text, place=opened.at + 1
            )
        return self._kind() == "close" if opened is not None else self._kind() is None

    def _close(self, opened: Token) -> None:
        token = self._take()
        if token.text != _CLOSES[opened.text]:
            raise not_understood(self._text, token.at)

    def _skip_comma(self) -> bool:
        found = self._kind() == "comma"
        self._next += found
        return found

    def _check_separator(self, comma: bool, commas: bool | None) -> None:
        """Reject 1.2.3 and 1-2, which have no separator, and 1,5 2,5, which has two kinds."""
        before, token = self._tokens[self._next - 1], self._tokens[self._next]
        joined = (before.text, token.text) in (("]", "["), (")", "("))  # a()[0] is none of these
        if not comma and not token.apart and not joined:
            raise not_understood(self._text, token.at)
        if commas is not None and comma != commas:
            raise invalid_request(
                "Separate all values in the same way, with commas or with blanks: before {value} at character {place} "
                "the separator is another one.",
                value=repr(token.text[:_SHOWN]),
                place=token.at + 1,
            )

    def _value(self) -> Values:
        self._depth += 1
        if self._depth > _MOST_DEEP:
            raise invalid_request("The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK)
        values = self._plain()
        while self._kind() == "method":
            values = self._method(values)
        self._depth -= 1
        return values

    def _plain(self) -> Values:
        token = self._take()
        if token.kind == "open":
            return self.items(token, strict=True)
        if token.kind == "tensor":
            return self._tensor(token)
        if token.kind == "name" and self._kind() == "open" and not self._tokens[self._next].apart:
            return self._call(token)
        return self._scalar(token)

    def _tensor(self, token: Token) -> Values:
        """<tf.Tensor: ... numpy=array(...)>, <Variable ... value=[...]>; the dtype is in front of the values."""
        values = self._value()
        end = self._take()
        if end.kind != "end":
            raise not_understood(self._text, end.at)
        found = re.search(r"dtype=([\w.]+)", token.text)
        dtype = dtype_of(found[1]) if found else None
        return values if dtype is None or isinstance(values, np.ndarray) else as_dtype(values, dtype)

    def _call(self, name: Token) -> Values:
        given, named = self._arguments()
        try:
            found = called(name.text.lstrip("+-"), given, named)
            list_shape(found)
            return np.negative(array_of(found)) if name.text[0] == "-" else found
        except (UnknownCallError, TypeError):
            raise _no_number(name) from None

    def _method(self, values: Values) -> Values:
        """.reshape(...), .astype(...), and methods that leave the values alone."""
        method = self._take()
        given, named = self._arguments() if self._kind() == "open" else ([], {})
        dtype = next(filter(None, (dtype_of(one) for one in [*given, *named.values()] if isinstance(one, str))), None)
        list_shape(values)
        if method.text in _UNCHANGED and not given:
            return values
        if method.text in (".astype", ".to", ".type") and dtype is not None:
            return as_dtype(array_of(values), dtype)
        try:
            if method.text in (".reshape", ".view") and given and not named:
                return reshaped(values, given)
        except UnknownCallError:
            pass
        raise not_understood(self._text, method.at)

    def _arguments(self) -> tuple[list[Values], dict[str, Values]]:
        """The arguments up to the closing bracket; texts and names that are no numbers as `str`."""
        opened = self._take()
        given: list[Values] = []
        named: dict[str, Values] = {}
        while not self._ends(opened):
            if given or named:
                token = self._tokens[self._next]
                if not self._skip_comma():
                    raise not_understood(self._text, token.at)
                if self._ends(opened):
                    break
            if self._kind(1) == "equals":
                key = self._take().text
                self._next += 1
                named[key] = self._argument() if key in _READ else self._skipped(opened)
            else:
                given.append(self._argument())
        self._close(opened)
        return given, named

    def _argument(self) -> Values:
        if self._kind() in ("text", "name") and self._kind(1) != "open":
            text = self._tokens[self._next].text
            if _named_value(text) is None:
                self._next += 1
                return text
        return self._value()

    def _skipped(self, opened: Token) -> str:
        """Skip the value of a keyword that says nothing about the values, such as device or grad_fn."""
        level = 0
        while level or not (self._ends(opened) or self._kind() == "comma"):
            kind = self._kind()
            if kind is None:
                self._ends(opened)
            level += (kind == "open") - (kind == "close")
            self._next += 1
        return ""

    def _scalar(self, token: Token) -> Values:
        if token.kind == "number":
            return _number(token.text)
        value = _named_value(token.text) if token.kind == "name" else None
        if value is not None:
            return value
        if token.kind == "complex":
            raise invalid_request(
                "{value} at character {place} is complex; only real numbers are read.",
                value=repr(token.text[:_SHOWN]),
                place=token.at + 1,
            )
        raise _no_number(token) if token.kind in ("text", "name") else not_understood(self._text, token.at)

    def _kind(self, ahead: int = 0) -> str | None:
        at = self._next + ahead
        return self._tokens[at].kind if at < len(self._tokens) else None

    def _take(self) -> Token:
        if self._next >= len(self._tokens):
            raise no_list()
        self._next += 1
        return self._tokens[self._next - 1]


def _named_value(text: str) -> float | bool | None:
    """nan, inf, True, False, also as np.nan and np.True_; None for other names."""
    value = _VALUES.get(text.lstrip("+-").lower().rsplit(".", 1)[-1].rstrip("_"))
    return -value if value is not None and text[0] == "-" else value


def _number(text: str) -> float:
    text = text.replace("_", "")
    if len(text) > _MOST_DIGITS:
        raise invalid_request("A number of {count} digits is too large.", count=len(text))
    if re.fullmatch(r"[+-]?0[xXbBoO].*", text):
        return int(text, 0)
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)


def _no_number(token: Token) -> MergeError:
    return invalid_request(
        "{value} at character {place} is not a number.", value=repr(token.text[:_SHOWN]), place=token.at + 1
    )
