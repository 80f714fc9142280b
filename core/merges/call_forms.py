"""Calls of a merge that are wrong by their form: two arguments, tensors in the constructor, a dict, old functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..sentences import Sentence
from .operations import MERGES

_NAMES = "|".join([*MERGES, *(row.function for row in MERGES.values())])
_NAME = r"[A-Za-z_]\w{0,40}"
_MODES = {
    "sum": "Add",
    "mul": "Multiply",
    "concat": "Concatenate",
    "ave": "Average",
    "dot": "Dot",
    "cos": "Dot",
    "max": "Maximum",
}


@dataclass(frozen=True)
class WrongCall:
    """What is wrong, and the line that is right.

    Attributes:
        operation: the merge that was meant; None if unknown.
        notes: why it fails.
        code: the correct line.
    """

    operation: str | None
    notes: tuple[Sentence, ...]
    code: str


def wrong_call(text: str, operation: str | None) -> WrongCall | None:
    """The wrong form of a call in a text, as Keras prints it; None where there is none."""
    for pattern, explain in _FORMS:
        match = pattern.search(text)
        if match:
            return explain(text, operation)
    return None


def _line(operation: str | None, inputs: str = "[a, b]", options: str = "") -> str:
    if operation is None:
        return f"y = layer({inputs})"
    chosen = options or ("axes=-1" if operation == "Dot" else "")
    return f"y = keras.layers.{operation}({chosen})({inputs})"


def _tensors(text: str) -> str:
    """The tensors of the call, by the names in the code; a and b where there is none."""
    match = re.search(rf"\b(?:{_NAMES})\([^()\n]{{0,80}}\)\(({_NAME}(?: ?, ?{_NAME}){{1,20}})\)", text)
    found = match or re.search(rf"\b(?:{_NAMES})\(\[?({_NAME}(?: ?, ?{_NAME}){{1,20}})\]?\)", text)
    return f"[{', '.join(re.findall(_NAME, found[1]))}]" if found else "[a, b]"


def _two_arguments(text: str, operation: str | None) -> WrongCall:
    note = Sentence("A merge layer takes one argument, a list of tensors: wrap them in square brackets.")
    return WrongCall(operation, (note,), _line(operation, _tensors(text), _kept(text)))


def _in_constructor(text: str, operation: str | None) -> WrongCall:
    note = Sentence(
        "The tensors were passed to the constructor of the layer. Create the layer first, then call it on the list."
    )
    return WrongCall(operation, (note,), _line(operation, _tensors(text)))


def _a_dict(text: str, operation: str | None) -> WrongCall:
    note = Sentence("A merge layer takes a list of tensors, not a dict: pass the values of the dict as a list.")
    return WrongCall(operation, (note,), _line(operation, "list(inputs.values())"))


def _bare_tensor(text: str, operation: str | None) -> WrongCall:
    note = Sentence("The layer was called on a single tensor. A merge layer takes a list of tensors.")
    return WrongCall(operation, (note,), _line(operation))


def _old_merge(text: str, operation: str | None) -> WrongCall:
    mode = re.search(r"\bmode ?= ?['\"](\w{1,10})['\"]", text)
    name = _MODES.get(mode[1]) if mode else operation
    axis = re.search(r"\bconcat_axis ?= ?(-?\d{1,3})", text)
    axes = re.search(r"\bdot_axes ?= ?(-?\d{1,3}|[\[(]-?\d{1,3} ?, ?-?\d{1,3}[\])])", text)
    options = f"axis={axis[1]}" if axis and name == "Concatenate" else ""
    if name == "Dot":
        cosine = ", normalize=True" if mode and mode[1] == "cos" else ""
        options = f"axes={axes[1] if axes else -1}{cosine}"
    inputs = re.search(rf"\b[Mm]erge\(\[({_NAME}(?: ?, ?{_NAME}){{0,20}})\]", text)
    note = Sentence("`merge(mode=...)` was removed in Keras 2.2; each mode is a layer of its own now.")
    return WrongCall(name, (note,), _line(name, f"[{inputs[1]}]" if inputs else "[a, b]", options))


def _no_axes(text: str, operation: str | None) -> WrongCall:
    note = Sentence("Dot needs the argument axes: the axis of each input that is contracted.")
    return WrongCall("Dot", (note,), _line("Dot", _tensors(text)))


def _tensors_as_axes(text: str, operation: str | None) -> WrongCall:
    return _in_constructor(text, "Dot")


def _constant_first(text: str, operation: str | None) -> WrongCall:
    note = Sentence(
        "The first input is a constant, the others are symbolic. Keras then does not recognize the list. Put a "
        "symbolic tensor first, or, where the order matters, compute the constant from one."
    )
    return WrongCall(operation, (note,), _line(operation, "[x, constant]"))


def _kept(text: str) -> str:
    """The options of the constructor in the code of a call."""
    match = re.search(rf"\b(?:{_NAMES})\((ax[ei]s? ?= ?[^()\n]{{1,30}}?)\)\(", text)
    return match[1] if match else ""


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str, str | None], WrongCall]], ...] = (
    (re.compile(r"\b[Mm]erge\([^\n]{0,200}\bmode ?= ?['\"]"), _old_merge),
    (re.compile(r"has no attribute '[Mm]erge'|cannot import name '[Mm]erge'"), _old_merge),
    (re.compile(r"TypeError: 'module' object is not callable"), _old_merge),
    (re.compile(r"missing 1 required positional argument: 'axes'"), _no_axes),
    (re.compile(r"Received: axes=\[{1,4} ?(?:array\(|<|tf\.|\d+\.)"), _tensors_as_axes),
    (re.compile(r"too many positional arguments"), _two_arguments),
    (
        re.compile(r"__call__\(\) takes (?:from )?\d(?: to \d)? positional arguments? but \d{1,3} were given"),
        _two_arguments,
    ),
    (re.compile(rf"\b(?:{_NAMES})\(\) takes \d positional arguments? but \d{{1,3}} were given"), _two_arguments),
    (
        re.compile(r"__init__\(\) takes (?:from )?\d(?: to \d)? positional arguments? but \d{1,3} were given"),
        _in_constructor,
    ),
    (re.compile(r"unsupported operand type\(s\) for %: '\w{1,20}' and 'int'"), _in_constructor),
    (re.compile(r"KeyError: 0\b"), _a_dict),
    (re.compile(r"EagerTensor' object has no attribute 'sparse'"), _constant_first),
    (re.compile(r"Received: input_shape=\[TensorShape\([^\n]{1,400}\(None"), _constant_first),
    (re.compile(r"should be called on a list[^\n]{0,40}\. Received: input_shape=\((?!\()"), _bare_tensor),
    (re.compile(r"A merge layer should be called on a list of inputs\.(?! Received: input_shape=\[)"), _bare_tensor),
    (re.compile(rf"\b(?:{_NAMES})\([^()\n]{{0,80}}\)\({_NAME} ?, ?{_NAME}"), _two_arguments),
    (re.compile(rf"\b(?:{'|'.join(MERGES)})\(\[ ?{_NAME}(?: ?, ?{_NAME}){{1,20}} ?\]\)"), _in_constructor),
    (re.compile(rf"\b(?:{'|'.join(MERGES)})\([^()\n]{{0,80}}\)\(\{{"), _a_dict),
)
