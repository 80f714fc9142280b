"""The calculation of the pinned element, as `browser/arithmetic.js` writes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from ui.export.drawing.cells import Span, box_of_cell, cell_at, cells_in_box, is_empty
from ui.export.drawing.numbers import MINUS, tuple_text, written
from ui.export.drawing.snapshot import Look

TERMS = 6  # terms of a long sum that are written out
_SIGNS = {"Add": " + ", "Subtract": " − ", "Multiply": " × ", "Average": " + ", "Maximum": ", ", "Minimum": ", "}
_FRAMES = {"Average": "({sum}) / {count}", "Maximum": "max({sum})", "Minimum": "min({sum})"}
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
    value = written(_value(look, len(look.panels) - 1, index))
    said = f"{tuple_text(index)}: {value} = {_right_side(look, parts)}"
    return said, "  ·  ".join(filter(None, [_reaches(look, mark.panel, mark.at, box), *named]))


def _right_side(look: Look, parts: Sequence[_Part]) -> str:
    name = look.meta["operation"]
    if name == "Dot":
        return _sum_of_products(look, parts)
    present = [part for part in parts if not is_empty(part[1])]
    values = [written(_value(look, number, [first for first, _ in spans])) for number, spans in present]
    if name == "Concatenate":
        return f"{values[0]} ({_cell_name(look, *present[0])})"
    terms = [f"({value})" if position and value.startswith(MINUS) else value for position, value in enumerate(values)]
    said = str(_SIGNS[name]).join(terms)
    framed: str = _FRAMES.get(name, "{sum}") if len(values) > 1 else "{sum}"
    return framed.format(sum=said, count=len(values))


def _sum_of_products(look: Look, parts: Sequence[_Part]) -> str:
    left, right = (_values(look, part) for part in parts)
    terms = [f"{_wrapped(a)} × {_wrapped(b)}" for a, b in zip(left, right, strict=True)]
    if len(terms) > TERMS:
        terms = [*terms[: TERMS - 1], "…", terms[-1]]
    said = " + ".join(terms)
    return (
        f"({said}) / ({written(math.hypot(*left))} × {written(math.hypot(*right))})" if look.meta["normalize"] else said
    )


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
