"""The calculation of the pinned element, as `browser/arithmetic.js` writes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any

from ui.export.drawing.cells import Span, box_of_cell, cell_at, cells_in_box, is_empty
from ui.export.drawing.numbers import MINUS, tuple_text, written
from ui.export.drawing.snapshot import Look

TERMS = 6  # terms of a long sum that are written out
_SIGNS = {"Add": " + ", "Subtract": " − ", "Multiply": " × ", "Average": " + ", "Maximum": ", ", "Minimum": ", "}
_FRAMES = {"Average": "({sum}) / {count}", "Maximum": "max({sum})", "Minimum": "min({sum})"}
_COMPUTED: dict[str, Callable[[Sequence[float]], float]] = {
    "Add": sum,
    "Average": sum,
    "Subtract": lambda values: values[0] - sum(values[1:]),
    "Multiply": prod,
}
_BITS = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
_WRITTEN = 1e-3  # differences that four digits do not show
_HALF = {"float16": 4e-3, "bfloat16": 3e-2}  # what a few roundings to 16 bits change, relative to the terms
_TINIEST = 2.0**-126  # what is smaller becomes 0
_SHORTEST = 1e-7  # length below which Keras divides by this
_Part = tuple[int, list[Span]]


def explain(look: Look) -> tuple[str, str]:
    """Return the calculation with its values and the elements that they come from; empty texts without a pin."""
    mark = look.pinned
    if mark is None:
        return "", ""
    panel = look.panels[mark.panel]
    box = box_of_cell(look.meta, panel, cell_at(look.meta, panel, mark.at)[0])
    if not look.meta["aligned"] or None in [entry["start"] for entry in look.panels]:
        return _list_values(look, box, mark.at)
    result = look.panels[-1]
    spans = cells_in_box(look.meta, result, box)
    index = [
        max(first, min(past - 1, mark.at[axis])) for (first, past), axis in zip(spans, result["axes"], strict=True)
    ]
    whole = box_of_cell(look.meta, result, index)
    parts = [(number, cells_in_box(look.meta, entry, whole)) for number, entry in enumerate(look.panels[:-1])]
    named = [_cell_name(look, *part) for part in parts if not is_empty(part[1])]
    value = _value(look, len(look.panels) - 1, index)
    said = f"{tuple_text(index)}: {written(value)} {_right_side(look, parts, value)}"
    return said, "  ·  ".join(filter(None, [_reaches(look, mark.panel, mark.at, box), *named]))


def _right_side(look: Look, parts: Sequence[_Part], result: float) -> str:
    """The sign and the calculation: "= 2 + 3". Without rounding, masks or overflow it gives the result."""
    name = look.meta["operation"]
    if name == "Dot":
        return _sum_of_products(look, parts, result)
    present = [part for part in parts if not is_empty(part[1])]
    plain = [_value(look, number, [first for first, _ in spans]) for number, spans in present]
    values = list(map(written, plain))
    if name == "Concatenate":
        return f"= {values[0]} ({_cell_name(look, *present[0])})"
    terms = [f"({value})" if position and value.startswith(MINUS) else value for position, value in enumerate(values)]
    said, count = str(_SIGNS[name]).join(terms), len(values)
    framed: str = _FRAMES.get(name, "{sum}") if count > 1 else "{sum}"
    if name not in _COMPUTED:
        return f"= {framed.format(sum=said)}"
    computed = _COMPUTED[name](plain)
    wrap = _wrap(look, computed, result, plain)
    framed = framed.format(sum=said + wrap, count=count)
    if wrap:
        return f"= {framed}"
    value = computed / count if name == "Average" else computed
    return _related(look, framed, value, result, abs(computed) if name == "Multiply" else max(map(abs, plain)))


def _related(look: Look, said: str, computed: float, result: float, size: float) -> str:
    """A calculation behind its sign: "=" where it gives the result, as far as the digits that are written show.

    A result of 16 bits is rounded: 2048 ≈ 2048 + 1. Whatever else differs, the dtype changed: ∞ = float16(300 × 300).
    """
    kind = look.panels[-1]["type"].split(" ")[0]
    gap, most = abs(computed - result), max(abs(result), size)
    if not math.isfinite(result):
        return f"= {kind}({said})" if math.isfinite(computed) else f"= {said}"
    wide = kind in ("float32", "float64") and abs(computed) >= _TINIEST
    if wide or gap <= _WRITTEN * most:
        return f"= {said}"
    rounded = kind in _HALF and gap <= _HALF[kind] * most
    return f"≈ {said}" if rounded else f"= {kind}({said})"


def _wrap(look: Look, computed: float, result: float, values: Sequence[float]) -> str:
    """What integer arithmetic that wraps around adds or takes away, as in 44 = 200 + 100 − 256; mostly empty.

    An average of integers adds them in their own dtype before it divides.
    """
    average = look.meta["operation"] == "Average"
    kinds = {panel["type"].split(" ")[0] for panel in (look.panels[:-1] if average else look.panels[-1:])}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind.removeprefix("u") not in _BITS or not math.isfinite(computed):
        return ""
    size, target = 2.0 ** _BITS[kind.removeprefix("u")], result * len(values) if average else result
    times = math.floor((computed - target) / size + 0.5)
    if times == 0 or abs(computed - target - times * size) > 0.5 + 1e-6 * abs(computed):
        return ""
    count = "" if abs(times) == 1 else f"{abs(times)} × "
    return f" {MINUS if times > 0 else '+'} {count}{written(size)}"


def _sum_of_products(look: Look, parts: Sequence[_Part], result: float) -> str:
    left, right = (_values(look, part) for part in parts)
    terms = [f"{_wrapped(a)} × {_wrapped(b)}" for a, b in zip(left, right, strict=True)]
    if len(terms) > TERMS:
        terms = [*terms[: TERMS - 1], "…", terms[-1]]
    said, products = " + ".join(terms), [a * b for a, b in zip(left, right, strict=True)]
    total, size = sum(products), sum(map(abs, products))
    if look.meta["normalize"]:
        one, other = _lengths(left, right, total, result)
        said = f"({said}) / ({written(one)} × {written(other)})"
        return _related(look, said, total / (one * other), result, size / (one * other))
    wrap = _wrap(look, total, result, left)
    return f"= {said}{wrap}" if wrap else _related(look, said, total, result, size)


def _lengths(left: Sequence[float], right: Sequence[float], total: float, result: float) -> tuple[float, float]:
    """The lengths by which a normalized Dot divides: at least 1e-7 (`keras.ops.normalize`); on NumPy any but 0."""
    plain = math.hypot(*left), math.hypot(*right)
    floored = max(plain[0], _SHORTEST), max(plain[1], _SHORTEST)
    exact = plain[0] * plain[1]
    nearer = exact and abs(total / exact - result) < abs(total / (floored[0] * floored[1]) - result)
    return plain if nearer else floored


def _values(look: Look, part: _Part) -> list[float]:
    number, spans = part
    return [_value(look, number, index) for index in product(*(range(*span) for span in spans))]


def _value(look: Look, number: int, index: Sequence[int]) -> float:
    values = look.values[number]
    assert values is not None
    return float(values[tuple(index)])


def _wrapped(value: float) -> str:
    return f"({written(value)})" if value < 0 else written(value)


def _cell_name(look: Look, number: int, spans: Sequence[Span]) -> str:
    """Name an element, or the range of elements along the contracted axis: input 0 (0, 2, 0…3)."""
    index = [f"{first}…{past - 1}" if past - first > 1 else first for first, past in spans]
    return f"{look.panels[number]['title']} {tuple_text(index)}"


def _list_values(look: Look, box: Sequence[Span], at: Sequence[int]) -> tuple[str, str]:
    """List the value of each panel at this index, for panels that are linked by their axes alone."""
    said, cells = [], []
    for number, panel in enumerate(look.panels):
        if not look.is_drawable(number):
            continue
        spans = cells_in_box(look.meta, panel, box)
        index = [max(first, min(past - 1, at[axis])) for (first, past), axis in zip(spans, panel["axes"], strict=True)]
        said.append(f"{panel['title']}: {written(_value(look, number, index))}")
        cells.append(f"{panel['title']} {tuple_text(index)}")
    return "   ".join(said), "  ·  ".join(cells)


def _reaches(look: Look, number: int, at: Sequence[int], box: Sequence[Span]) -> str:
    """How many output elements an input element contributes to: one weight, 256 results."""
    if number == len(look.panels) - 1:
        return ""
    panel: dict[str, Any] = look.panels[number]
    index = cell_at(look.meta, panel, at)[0]
    count = prod(max(0, past - first) for first, past in cells_in_box(look.meta, look.panels[-1], box))
    text = look.meta["words"]["reaches_one" if count == 1 else "reaches"]
    values = {"panel": panel["title"], "index": tuple_text(index), "value": written(_value(look, number, index))}
    return str(text.format(**values, count=count))
