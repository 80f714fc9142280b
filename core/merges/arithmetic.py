"""The calculation of one output element as text: `51 = 1 × 51`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..dtypes import Array
from .merge import Merged
from .operations import find
from .provenance import sources

_TERMS = 6  # of a sum that are written out


def arithmetic(merged: Merged, inputs: Sequence[Array], output_index: tuple[int, ...]) -> str:
    """The sum, product or choice that gives one output element.

    Args:
        merged: the result.
        inputs: the arrays that were merged.
        output_index: of the element.
    """
    row = find(merged.alignment.operation)
    cells = sources(merged.alignment, output_index)
    values = [[number(part[cell]) for cell in picked] for part, picked in zip(inputs, cells, strict=True)]
    result = number(merged.value[output_index])
    if row.rule == "dot":
        return f"{result} = {_sum(*values)}"
    flat = [value for picked in values for value in picked]
    if len(flat) == 1:
        return f"{result} = {flat[0]}"
    if row.symbol.isalpha():
        return f"{result} = {row.symbol}({', '.join(flat)})"
    return f"{result} = {f' {row.symbol} '.join(map(_operand, flat))}"


def number(value: np.generic | float) -> str:
    """A value in short form: 51, 0.25, 1.2e+09, nan."""
    plain = float(value)
    if not np.isfinite(plain):
        return str(plain)
    return str(int(plain)) if plain == int(plain) and abs(plain) < 1e7 else f"{plain:.4g}"


def _operand(value: str) -> str:
    return f"({value})" if value.startswith("-") else value


def _sum(first: Sequence[str], second: Sequence[str]) -> str:
    terms = [f"{_operand(a)} × {_operand(b)}" for a, b in zip(first, second, strict=True)]
    if len(terms) > _TERMS:
        terms = [*terms[: _TERMS - 2], "…", terms[-1]]
    return " + ".join(terms) or "0"
