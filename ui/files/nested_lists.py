"""Nested lists of numbers as arrays: what is ragged, too deep or too large is named by its position."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_RANK

Values = Any  # a number, an array, or a list of values


def list_shape(values: Values, place: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The shape of a nested list.

    Args:
        values: numbers, arrays, and lists of these.
        place: of these values in the list around them.

    Raises:
        MergeError: it is ragged, with the position of the first odd part, or nested too deeply.
    """
    if isinstance(values, np.ndarray):
        return tuple(values.shape)
    if not isinstance(values, list):
        _check_size(values)
        return ()
    if len(place) > MAX_RANK:
        raise invalid_request("The list is nested too deeply; at most {limit} axes are drawn.", limit=MAX_RANK)
    shapes = [list_shape(value, (*place, number)) for number, value in enumerate(values)]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise invalid_request(
                "The list is ragged: element {place} has the shape {shape}, the first one beside it {first}.",
                place=[*place, number],
                shape=shape,
                first=shapes[0],
            )
    return (len(values), *(shapes[0] if shapes else ()))


def array_of(values: Values) -> Array:
    """The array of values that are not ragged; without a dtype of its own float64, int64 or bool."""
    if isinstance(values, np.ndarray):
        return values
    if isinstance(values, list) and _holds_arrays(values):
        return np.stack([array_of(value) for value in values])
    return np.array(values, dtype=np.float64 if holds_floats(values) else None)


def as_dtype(values: Values, dtype: np.dtype[Any]) -> Array:
    """The values with a dtype.

    Raises:
        MergeError: they are ragged, or an integer does not fit the dtype.
    """
    list_shape(values)
    array = array_of(values) if _holds_arrays(values) else np.array(values, object)
    if dtype.kind in "iu" and array.size:
        limits = np.iinfo(dtype)
        with np.errstate(invalid="ignore"):
            ends = (array.min(), array.max())  # one of them is NaN if any value is
        for value in ends:
            if not limits.min <= value <= limits.max:
                raise invalid_request("{value} does not fit the dtype {dtype}.", value=str(value)[:30], dtype=dtype)
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def holds_floats(values: Values) -> bool:
    """Whether any value is a float, or an integer beyond 64 bits; an empty list counts as floats."""
    if isinstance(values, list):
        return not values or any(map(holds_floats, values))
    if isinstance(values, np.ndarray):
        return bool(values.dtype.kind == "f")
    return isinstance(values, float) or abs(int(values)) >= 2**63


def _holds_arrays(values: Values) -> bool:
    if isinstance(values, list):
        return any(map(_holds_arrays, values))
    return isinstance(values, np.ndarray)


def _check_size(value: float) -> None:
    try:
        float(value)
    except OverflowError:
        raise invalid_request("A number of {count} digits is too large.", count=len(str(value))) from None
