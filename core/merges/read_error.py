"""Reads what a person pastes: a message of Keras, a whole traceback, shapes, or the code of a call.

The text is matched against patterns; nothing of it is ever evaluated. The time is linear in its length, which is
limited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..errors import Shape, invalid_request
from ..limits import MAX_TEXT
from ..sentences import Sentence
from .call_forms import wrong_call
from .operations import MERGES
from .shape_text import with_ascii_signs
from .shapes_in_text import cleaned, first_list, shapes_in, without_colours

_LINE = 4_000  # characters after a known phrase in which its shapes are


@dataclass(frozen=True)
class Request:
    """What a text asks about.

    Attributes:
        operation: name of a merge; None if the text does not say.
        shapes: of the inputs, with the batch axis; empty if the text has none.
        options: axis of Concatenate, axes of Dot, as far as the text says.
        notes: what was assumed, for the reader.
        code: the correct line of a wrong call; empty otherwise.
    """

    operation: str | None
    shapes: tuple[Shape, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Sentence, ...] = ()
    code: str = ""


def read_error(text: str) -> Request:
    """The operation, shapes and options of a pasted error, of shapes, or of code.

    Args:
        text: at most `core.limits.MAX_TEXT` characters.

    Raises:
        MergeError: the text is too long, or has neither shapes nor a form of a wrong call.
    """
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise invalid_request("The text must have at most {limit} characters.", limit=f"{MAX_TEXT:,}")
    text = with_ascii_signs(text)
    clean = cleaned(text)
    operation = _operation(clean)
    call = wrong_call(without_colours(text), operation)
    shapes, batchless = _shapes(clean)
    if call is not None:
        operation = operation or call.operation
        return Request(operation, shapes, _options(clean, operation), call.notes, call.code)
    if not shapes:
        raise invalid_request(
            "No shapes were found in this text. Paste the whole error message, or shapes such as (None, 20, 20, 256)."
        )
    notes: tuple[Sentence, ...] = ()
    if batchless:
        shapes = tuple((None, *shape) for shape in shapes)
        notes = (Sentence("Keras leaves the batch axis out of this message; it is added here as None."),)
    return Request(operation, shapes, _options(clean, operation), notes)


_BATCHLESS = (  # messages whose shapes lack the batch axis
    re.compile(r"Inputs have incompatible shapes\. Received shapes "),
    re.compile(r"Operands could not be broadcast together with shapes "),
)
_ANCHORS = (  # messages, each followed by all its shapes on one line
    re.compile(r"Cannot merge tensors with different batch sizes\. (?:Received|Got) tensors with shapes ?:? ?"),
    re.compile(r"Can not merge tensors with different batch sizes\. Got tensors with shapes ?:? ?"),
    re.compile(r"Full input shapes: "),
    re.compile(r"Layer shapes: "),
    re.compile(r"Received: (?:input_shape|inputs)="),
    re.compile(r"Full input_shape received: "),
    re.compile(r"Got inputs shapes: "),
    re.compile(r"Received inputs with shapes "),
    re.compile(r"with input shapes: "),
    re.compile(r"for shapes "),
    re.compile(r"ConcatOp : Dimension \d+ in both shapes must be equal: "),
    re.compile(r"ConcatOp : [A-Z][a-z ]+ should match: "),
    re.compile(r"Input shapes are: "),
    re.compile(r"got incompatible shapes for broadcasting: "),
    re.compile(r"Incompatible shapes for broadcasting: (?:shapes=)?"),
    re.compile(r"operands could not be broadcast together with (?:remapped )?shapes "),
    re.compile(r"Incompatible shapes: "),
    re.compile(r"Broadcast between "),
)
_FRAME = re.compile(r"[Aa]rguments received by [^\n]{1,200}:\n\s{0,8}[•*-]? ?(?:inputs|args)=")


def _shapes(text: str) -> tuple[tuple[Shape, ...], bool]:
    """The shapes of the inputs, and whether they lack the batch axis."""
    frame = _FRAME.search(text)
    if frame:
        found = shapes_in(_rest(text, frame.end()))
        if found:
            return found, False
    for pattern in _BATCHLESS:
        match = pattern.search(text)
        if match:
            return shapes_in(_rest(text, match.end()))[:2], True
    for pattern in _ANCHORS:
        match = pattern.search(text)
        if match:
            found = shapes_in(_rest(text, match.end()), scalars="input_shape" in match[0])
            if found:
                return found, False
    return first_list(text) or shapes_in(text, strict=True), False


def _rest(text: str, start: int) -> str:
    """The line from a position on, or up to the end of a list that goes on over several lines."""
    part = text[start : start + _LINE]
    if part.startswith("["):
        end = part.find("]\n")
        return part if end < 0 else part[: end + 1]
    return part.split("\n", 1)[0]


_NAMES = "|".join(name for name in MERGES)
_FUNCTIONS = "|".join(row.function for row in MERGES.values())
_OPERATIONS = (  # the surest first
    re.compile(rf"calling (?:keras\.\w+\.)?({_NAMES})\.call\(\)"),
    re.compile(rf"\(type ({_NAMES})\)"),
    re.compile(rf"`({_NAMES})` layer"),
    re.compile(rf"\b({_NAMES})\.(?:__init__|call)\(\)"),
    re.compile(rf"\b({_NAMES}) ?\("),
    re.compile(rf"\b({_FUNCTIONS})\(\) takes \d"),
    re.compile(rf"(?<![.\w])(?:keras\.|tf\.keras\.)?layers\.({_FUNCTIONS}) ?\("),
    re.compile(rf"merging/({_FUNCTIONS})\.py"),
    re.compile(rf"\blayer \"?'?({_FUNCTIONS})(?:_\d+)?\b"),
    re.compile(rf"^[ \t]{{0,8}}({_NAMES}|{_FUNCTIONS})\b(?! ?[.(=])", re.MULTILINE),
    re.compile(rf"(?<![.\w])({_FUNCTIONS})\(\["),
    re.compile(rf"\bkeras\.ops\.({_FUNCTIONS})\("),
    re.compile(r"(BatchDot|batch_dot|ConcatOp|concatenat|\b[Cc]oncat\b|concat axis)"),
    re.compile(r"\[Op:(AddV2|Add|Sub|Mul|Maximum|Minimum|ConcatV2|BiasAdd)\]"),
    re.compile(r"= (AddV2|Add|Sub|Mul|Maximum|Minimum|ConcatV2|BatchMatMulV2)\["),
    re.compile(r"\b(add|sub|mul|max|min) got incompatible shapes"),
    re.compile(rf"\b({_NAMES})\b"),
)
_KERNELS = {
    "AddV2": "Add",
    "BiasAdd": "Add",
    "Sub": "Subtract",
    "sub": "Subtract",
    "Mul": "Multiply",
    "mul": "Multiply",
    "max": "Maximum",
    "min": "Minimum",
    "BatchDot": "Dot",
    "batch_dot": "Dot",
    "BatchMatMulV2": "Dot",
    "ConcatV2": "Concatenate",
    "ConcatOp": "Concatenate",
    "concatenat": "Concatenate",
    "concat": "Concatenate",
    "Concat": "Concatenate",
    "concat axis": "Concatenate",
}
_SAID = (  # what a message without a name is raised by
    (re.compile(r"axis values \d+ \(at axis"), "Dot"),
    (re.compile(r"Dimension incompatibility "), "Dot"),
)


def _operation(text: str) -> str | None:
    for pattern, name in _SAID:
        if pattern.search(text):
            return name
    for pattern in _OPERATIONS:
        match = pattern.search(text)
        if match:
            found = match[1]
            name = _KERNELS.get(found, found.capitalize())
            return name if name in MERGES else None
    return None


_AXIS = (
    re.compile(r"\b(?:concat_)?axis ?= ?(-?\d{1,3})\b"),
    re.compile(r"--axis[ =](-?\d{1,3})\b"),
    re.compile(r"concatenating along dimension (\d{1,3})\b"),
)
_AXES = re.compile(
    r"(?:\baxes ?= ?|--axes[ =])(?:[(\[] ?(-?\d{1,3}) ?, ?(-?\d{1,3}) ?[)\]]|(-?\d{1,3})(?:,(-?\d{1,3}))?\b)"
)
_AT_AXES = re.compile(r"\(at axis (-?\d{1,3})\) != \w{1,20} \(at axis (-?\d{1,3})\)")
_NORMALIZE = re.compile(r"\bnormalize ?= ?True\b")


def _options(text: str, operation: str | None) -> dict[str, Any]:
    if operation == "Concatenate":
        found = next((match for pattern in _AXIS if (match := pattern.search(text))), None)
        return {"axis": int(found[1])} if found else {}
    if operation != "Dot":
        return {}
    at = _AT_AXES.search(text)
    if at:
        pair = (int(at[1]), int(at[2]))
        return {"axes": pair[0] if pair[0] == pair[1] else pair}
    match = _AXES.search(text)
    if match is None:
        return {}
    numbers = [int(part) for part in match.groups() if part is not None]
    return {"axes": numbers[0] if len(numbers) == 1 else tuple(numbers)}
