"""Named, seeded tensors as values of an input, and the NumPy code that makes the same values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from ..dtypes import Array
from ..errors import invalid_request, shown
from ..sentences import Sentence as _  # marks text for the catalogues

DTYPES = (
    "float32",
    "float64",
    "float16",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
)
Sizes = tuple[int, ...]
_BLOCK = 262_144  # values that are drawn at a time


@dataclass(frozen=True)
class Sample:
    """One way to fill a tensor.

    Attributes:
        name: in links.
        title: for screens.
        code: (shape, first value, seed) -> a NumPy expression of the values.
        make: (shape, first value, seed) -> the values.
        scale: integers are rounded from this many times the value.
        draw: (generator, count) -> the next values of the same stream, for those that are made block by block.
        first: number of the input -> its first value unless another is chosen; None where no first value can be.
    """

    name: str
    title: str
    code: Callable[[Sizes, int, int], str]
    make: Callable[[Sizes, int, int], Array]
    scale: int = 1
    first: Callable[[int], int] | None = None
    draw: Callable[[np.random.Generator, int], Array] | None = None


def _range(first: int, count: int) -> str:
    return f"{first}, {first + count}" if first else str(count)


def _one_hot(shape: Sizes) -> Array:
    last = shape[-1] if shape else 1
    return np.eye(max(1, last))[np.arange(prod(shape[:-1])) % max(1, last)][:, :last].reshape(shape)


def _one_hot_code(shape: Sizes) -> str:
    last = shape[-1] if shape else 1
    rows = f"np.arange({prod(shape[:-1])}) % {max(1, last)}"
    return f"np.eye({max(1, last)})[{rows}][:, :{last}].reshape({shape})"


_ALL = (
    Sample(
        "counting", _("counting up"),
        lambda shape, first, seed: f"np.arange({_range(first, prod(shape))}).reshape({shape})",
        lambda shape, first, seed: np.arange(first, first + prod(shape)).reshape(shape),
        first=lambda number: 50 * number + 1,  # 1, 51, 101: a value tells which input it comes from
    ),
    Sample(
        "normal", _("normal: mean 0, std 1"),
        lambda shape, first, seed: f"np.random.default_rng({seed}).normal(size={shape})",
        lambda shape, first, seed: np.asarray(np.random.default_rng(seed).normal(size=shape)),
        scale=10, draw=lambda stream, count: stream.normal(size=count),
    ),
    Sample(
        "uniform", _("uniform: 0 to 1"),
        lambda shape, first, seed: f"np.random.default_rng({seed}).random({shape})",
        lambda shape, first, seed: np.asarray(np.random.default_rng(seed).random(shape)),
        scale=10, draw=lambda stream, count: stream.random(count),
    ),
    Sample(
        "constant", _("constant"),
        lambda shape, first, seed: f"np.full({shape}, {first})",
        lambda shape, first, seed: np.full(shape, first),
        first=lambda number: number + 2,
    ),
    Sample(
        "one-hot", _("one-hot along the last axis"),
        lambda shape, first, seed: _one_hot_code(shape),
        lambda shape, first, seed: _one_hot(shape),
    ),
    Sample(
        "ramp", _("ramp: 0 to 1 in even steps"),
        lambda shape, first, seed: f"np.linspace(0, 1, {prod(shape)}).reshape({shape})",
        lambda shape, first, seed: np.linspace(0, 1, prod(shape)).reshape(shape),
        scale=100,
    ),
)  # fmt: skip

SAMPLES: dict[str, Sample] = {row.name: row for row in _ALL}


def make_sample(
    name: str, shape: Sizes, *, number: int = 0, seed: int = 0, dtype: str = "float32", first: int | None = None
) -> Array:
    """One tensor.

    Args:
        name: out of `SAMPLES`.
        shape: without None.
        number: of the input, so that two inputs differ.
        seed: of the random ones.
        dtype: out of `DTYPES`; integers are rounded, booleans are "above the mean".
        first: where counting starts, or the constant; by default it differs from input to input.

    Raises:
        MergeError: no such sample or dtype.
    """
    sample = _find(name, dtype)
    if sample.draw is not None and dtype != "bool" and prod(shape) > _BLOCK:
        return _drawn(sample, shape, np.random.default_rng(seed + number), np.dtype(dtype))
    values = sample.make(shape, _first(sample, number, first), seed + number)
    if dtype == "bool":
        return np.asarray(values > (values.mean() if values.size else 0))
    return _cast(sample, values, np.dtype(dtype))


def _cast(sample: Sample, values: Array, dtype: np.dtype[Any]) -> Array:
    if dtype.kind != "f":
        values = np.round(values * sample.scale) if sample.scale > 1 else values
        return values.astype(np.int64).astype(dtype)
    return values.astype(dtype)


def _drawn(sample: Sample, shape: Sizes, stream: np.random.Generator, dtype: np.dtype[Any]) -> Array:
    """The same values block by block: float64 of all of them would take twice the memory of the result."""
    assert sample.draw is not None
    values = np.empty(prod(shape), dtype)
    for start in range(0, values.size, _BLOCK):
        part = values[start : start + _BLOCK]
        part[:] = _cast(sample, sample.draw(stream, part.size), dtype)
    return values.reshape(shape)


def sample_code(
    name: str, shape: Sizes, *, number: int = 0, seed: int = 0, dtype: str = "float32", first: int | None = None
) -> str:
    """NumPy code, one expression, that gives `make_sample` of the same arguments.

    Raises:
        MergeError: no such sample or dtype.
    """
    sample = _find(name, dtype)
    begun = _first(sample, number, first)
    code = sample.code(shape, begun, seed + number)
    if dtype == "bool":
        return f"({code} > {float(sample.make(shape, begun, seed + number).mean()) if prod(shape) else 0})"
    if np.dtype(dtype).kind != "f":
        rounded = f'({sample.scale} * {code}).round().astype("int64")' if sample.scale > 1 else code
        return f'{rounded}.astype("{dtype}")'
    return f'{code}.astype("{dtype}")'


def _first(sample: Sample, number: int, first: int | None) -> int:
    usual = sample.first(number) if sample.first else 0
    return usual if first is None or sample.first is None else first


def _find(name: str, dtype: str) -> Sample:
    if name not in SAMPLES:
        raise invalid_request(
            "There is no sample {name}; choose one of {names}.", name=shown(name), names=", ".join(SAMPLES)
        )
    if dtype not in DTYPES:
        raise invalid_request(
            "There is no dtype {name}; choose one of {names}.", name=shown(dtype), names=", ".join(DTYPES)
        )
    return SAMPLES[name]
