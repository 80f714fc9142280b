"""Calls in pasted values: what a library prints around its values, and the few that make simple arrays.

Nothing is evaluated: each name that is known has a row here, and all others are rejected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from core.dtypes import Array
from core.errors import invalid_request
from core.limits import MAX_RANK, check_elements
from ui.files.nested_lists import Values, array_of, as_dtype, list_shape

_FLOATS = {"bfloat16": "float32", "half": "float16", "double": "float64", "float": "float64", "longdouble": "float64"}
_OTHERS = {"int": "int64", "bool_": "bool", "long": "int64", "short": "int16", "intp": "int64"}
_DTYPES = _FLOATS | _OTHERS | {
    name: name
    for name in (
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
        "float64",
    )
}  # fmt: skip
_TYPE_CODES = {"b": "int8", "B": "uint8", "h": "int16", "H": "uint16", "i": "int32", "I": "uint32", "l": "int64",
               "L": "uint64", "q": "int64", "Q": "uint64", "f": "float32", "d": "float64"}  # fmt: skip
_DATA = ("data", "object", "value", "initial_value")  # keywords that hold the values
_NUMBERS = ("float", "int", "Decimal", "longdouble", "float128")  # classes of one number, which may be text
_OF_VALUES = (
    "array", "asarray", "tensor", "Tensor", "as_tensor", "constant", "convert_to_tensor", "Variable", "Array",
    "DeviceArray", "ndarray", "matrix", "masked_array", "list", "tuple", "deque", "Parameter", "ListWrapper", "Size",
    "NDArray", "ArrayImpl",
)  # fmt: skip
# Without a dtype: what a library makes of floats and of integers. Tensors without a library are those of PyTorch.
_DEFAULTS = {
    "tf": ("float32", "int32"), "jnp": ("float32", "int32"), "jax": ("float32", "int32"),
    "keras": ("float32", "int32"), "torch": ("float32", "int64"),
}  # fmt: skip
_OF_TORCH = ("tensor", "as_tensor", "Parameter", "Tensor")


class UnknownCallError(ValueError):
    """A call that is not in the tables, or with other arguments than it takes."""


def dtype_of(text: str) -> np.dtype[Any] | None:
    """The dtype that a library calls so, such as np.float32, torch.int8, '>i4' or <class 'float'>; None if unknown."""
    plain = re.sub(r"^<class '|'>$|['\"]", "", text).rsplit(".", 1)[-1]
    if plain in _DTYPES:
        return np.dtype(_DTYPES[plain])
    if re.fullmatch(r"[<>=|]?[biuf][1248]", plain):
        return np.dtype(plain).newbyteorder("=")
    return None


def called(name: str, given: Sequence[Values], named: Mapping[str, Values]) -> Values:
    """What a call makes.

    Args:
        name: with the library, such as "np.array".
        given: its arguments; texts and names of dtypes as `str`.
        named: its keyword arguments, likewise.

    Raises:
        UnknownCallError: for every other call.
        MergeError: the values do not fit, or are too many.
    """
    library, plain = name.split(".", 1)[0], name.rsplit(".", 1)[-1]
    dtype = _dtype_among(given, named)
    numbers = [one for one in given if not isinstance(one, str)]
    if plain in _NUMBERS and len(given) == 1:
        return _number(given[0], int if plain == "int" else float)
    if plain == "Fraction" and len(numbers) == 2 and numbers[1]:
        return float(numbers[0]) / float(numbers[1])
    single = dtype_of(plain)
    if single is not None and len(numbers) == 1:
        return as_dtype(numbers[0], single)
    found = _MADE[plain](numbers, named) if plain in _MADE else _given_values(plain, given, numbers, named)
    if dtype is None and name == "torch.Tensor":  # always of floats
        dtype = np.dtype(np.float32)
    if dtype is None and (library in _DEFAULTS or plain in _OF_TORCH):
        dtype = _default(found, *_DEFAULTS.get(library, _DEFAULTS["torch"]))
    return found if dtype is None else as_dtype(found, dtype)


def _given_values(name: str, given: Sequence[Values], numbers: Sequence[Values], named: Mapping[str, Values]) -> Values:
    """The values that a call such as array(...) is given."""
    data = [*numbers, *(named[one] for one in _DATA if one in named and not isinstance(named[one], str))]
    if name not in _OF_VALUES or len(data) != 1:
        raise UnknownCallError
    code = given[0].strip("'") if name == "array" and given and isinstance(given[0], str) else ""
    if code in _TYPE_CODES:  # array.array('d', [1.0])
        return as_dtype(data[0], np.dtype(_TYPE_CODES[code]))
    shape = named.get("shape", named.get("size"))
    if isinstance(data[0], list) and not data[0] and isinstance(shape, list) and 0 in shape:
        return _filled(shape, 0.0)
    return data[0]


def _default(values: Values, floats: str, integers: str) -> np.dtype[Any]:
    """The dtype that a library gives these values."""
    list_shape(values)
    dtype = array_of(values).dtype
    return np.dtype({"float64": floats, "int64": integers}.get(str(dtype), dtype))


def reshaped(values: Values, sizes: Sequence[Values]) -> Array:
    """The values in another shape, where one size may be -1.

    Raises:
        UnknownCallError: the sizes are no shape.
        MergeError: the values do not fit it.
    """
    array = array_of(values)
    shape = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], list) else list(sizes)
    if not all(isinstance(size, int) and not isinstance(size, bool) for size in shape) or len(shape) > MAX_RANK:
        raise UnknownCallError
    try:
        return array.reshape(tuple(shape))
    except ValueError:
        raise invalid_request(
            "{count} values do not fit the shape {shape}.", count=array.size, shape=tuple(shape)
        ) from None


def _number(value: Values, kind: Callable[[Any], Values]) -> Values:
    """An argument of float(...) and the like: a number, or one as text."""
    if not isinstance(value, str):
        return value
    try:
        return kind(Decimal(value.strip("'\"")))
    except (InvalidOperation, ValueError, OverflowError):
        raise UnknownCallError from None


def _dtype_among(given: Sequence[Values], named: Mapping[str, Values]) -> np.dtype[Any] | None:
    texts = [one for one in (named.get("dtype"), *given[1:]) if isinstance(one, str)]
    return next(filter(None, map(dtype_of, texts)), None)


def _is_nested(value: Values) -> bool:
    return isinstance(value, (list, np.ndarray))


# --- calls that make simple arrays; sizes are checked before anything is allocated


def _filled(shape: Values, value: float) -> Array:
    sizes = shape if isinstance(shape, list) else [shape]
    if not all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in sizes):
        raise UnknownCallError
    check_elements([tuple(sizes)], ())
    if len(sizes) > MAX_RANK:
        raise invalid_request("{count} axes were typed; at most {limit} are drawn.", count=len(sizes), limit=MAX_RANK)
    return np.full(sizes, value)


def _zeros(numbers: Sequence[Values], named: Mapping[str, Values]) -> Array:
    sizes = [*numbers, *(named[name] for name in ("shape", "size") if name in named)]
    return _filled(sizes[0] if len(sizes) == 1 else sizes, 0.0)


def _full(numbers: Sequence[Values], named: Mapping[str, Values]) -> Array:
    values = [*numbers, *(named[name] for name in ("shape", "size", "fill_value", "value") if name in named)]
    if len(values) != 2 or _is_nested(values[1]):
        raise UnknownCallError
    return _filled(*values)


def _counting(numbers: Sequence[Values], _named: Mapping[str, Values]) -> Array:
    if not 1 <= len(numbers) <= 3 or any(map(_is_nested, numbers)) or (len(numbers) == 3 and not numbers[2]):
        raise UnknownCallError
    start, stop, step = {1: (0, *numbers, 1), 2: (*numbers, 1), 3: tuple(numbers)}[len(numbers)]
    count = (stop - start) / step
    if not abs(count) < 2**60 or max(map(abs, (start, stop, step))) >= 2**62:
        raise UnknownCallError
    check_elements([(max(0, int(np.ceil(count))),)], ())
    return np.arange(start, stop, step)


def _spaced(numbers: Sequence[Values], named: Mapping[str, Values]) -> Array:
    number = numbers[2] if len(numbers) == 3 else named.get("num", named.get("steps", 50))
    if len(numbers) not in (2, 3) or type(number) is not int or number < 0 or any(map(_is_nested, numbers)):
        raise UnknownCallError
    check_elements([(number,)], ())
    return np.linspace(float(numbers[0]), float(numbers[1]), number)


def _identity(numbers: Sequence[Values], named: Mapping[str, Values]) -> Array:
    if not 1 <= len(numbers) <= 2:
        raise UnknownCallError
    found = _filled([numbers[0], named.get("M", numbers[-1])], 0.0)
    np.fill_diagonal(found, 1)
    return found


_MADE: dict[str, Callable[[Sequence[Values], Mapping[str, Values]], Array]] = {
    "arange": _counting, "range": _counting, "linspace": _spaced, "zeros": _zeros, "full": _full, "eye": _identity,
    "identity": _identity, "ones": lambda numbers, named: _zeros(numbers, named) + 1,
}  # fmt: skip
