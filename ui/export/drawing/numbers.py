"""Formats numbers as the tensor view does: `browser/numbers.js` in Python, equal in every digit.

JavaScript rounds exact halves away from zero (ECMA-262, Number.prototype.toFixed), Python's formats to even; float32
holds many exact halves, hence Decimal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

MINUS = "\u2212"
_SHORT = 1e7  # integers below it are always written in full
_EXACT = 2.0**53  # up to here float64 holds every integer
_ALL_DIGITS = 4  # significant digits from which long integers are written in full


def written(value: float, digits: int = 4) -> str:
    """Format a value: integers up to 2⁵³ in full, others with so many significant digits.

    With fewer than 4 digits, integers from 1e7 on are shortened, too.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return _plain(value, digits).replace("-", MINUS)


def in_cell(value: float, most: float, *, full: bool = False) -> str:
    """Format a value inside a cell, with as many decimals as its neighbours.

    Args:
        value: to format.
        most: the largest magnitude around it.
        full: whether there is room for long integers.
    """
    if not math.isfinite(value) or value == int(value):
        return written(value, 4 if full else 2)
    if most >= 1e5 or most < 1e-2:
        return written(value, 2)
    text = _fixed(value, 0 if most >= 100 else 1 if most >= 10 else 2)
    return text.replace("-", "" if float(text) == 0 else MINUS)


def tuple_text(index: Sequence[Any]) -> str:
    """Format an index or a shape: (0, 2, 1); a single axis keeps Python's comma."""
    return f"({index[0]},)" if len(index) == 1 else f"({', '.join(map(str, index))})"


def _plain(value: float, digits: int) -> str:
    size = abs(value)
    if value == int(value) and (size < _SHORT or (digits >= _ALL_DIGITS and size <= _EXACT)):
        return str(int(value))
    if size >= 1e6 or size < 1e-3:
        return _exponential(value, max(0, digits - 2))
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(value))
    return repr(float(rounded)).removesuffix(".0")


def _fixed(value: float, decimals: int) -> str:
    return format(Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP), "f")


def _exponential(value: float, decimals: int) -> str:
    rounded = Context(prec=decimals + 1, rounding=ROUND_HALF_UP).create_decimal(Decimal(value))
    power = rounded.adjusted()
    mantissa = rounded.scaleb(-power).quantize(Decimal(1).scaleb(-decimals))
    return f"{mantissa}e{power}"
