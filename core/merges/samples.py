"""Named, seeded tensors as values of an input, and the NumPy code that makes the same values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from core.dtypes import Array
from core.errors import invalid_request, shown
from core.sentences import Sentence as _  # marks text for the catalogues

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


@dataclass(frozen=True)
class Sample:
    """One way to fill a tensor.

    Attributes:
        name: in links.
        title: for screens.
        code: (shape, number of the input, seed) -> a NumPy expression of the values.
        make: the same as a function (shape, number, seed) -> values.
        scale: integers are the value times this, rounded.
    """

    name: str
    title: str
    code: Callable[[Sizes, int, int], str]
    make: Callable[[Sizes, int, int], Array]
    scale: int = 1


def _start(number: int) -> int:
    return 50 * number + 1  # 1, 51, 101: a value shows at a glance which input it comes from


def _one_hot(shape: Sizes) -> Array:
    last = shape[-1] if shape else 1
    return np.eye(max(1, last))[np.arange(prod(shape[:-1])) % max(1, last)][:, :last].reshape(shape)


def _one_hot_code(shape: Sizes) -> str:
    last = shape[-1] if shape else 1
    rows = f"np.arange({prod(shape[:-1])}) % {max(1, last)}"
    return f"np.eye({max(1, last)})[{rows}][:, :{last}].reshape({shape})"


_ALL = (
    Sample(
        "counting", _("counting: 1, 2, 3, …"),
        lambda shape, number, seed: f"np.arange({_start(number)}, {_start(number) + prod(shape)}).reshape({shape})",
        lambda shape, number, seed: np.arange(_start(number), _start(number) + prod(shape)).reshape(shape),
    ),
    Sample(
        "normal", _("normal: mean 0, std 1"),
        lambda shape, number, seed: f"np.random.default_rng({seed + number}).normal(size={shape})",
        lambda shape, number, seed: np.asarray(np.random.default_rng(seed + number).normal(size=shape)),
        scale=10,
    ),
    Sample(
        "uniform", _("uniform: 0 to 1"),
        lambda shape, number, seed: f"np.random.default_rng({seed + number}).random({shape})",
        lambda shape, number, seed: np.asarray(np.random.default_rng(seed + number).random(shape)),
        scale=10,
    ),
    Sample(
        "constant", _("constant"),
        lambda shape, number, seed: f"np.full({shape}, {number + 2})",
        lambda shape, number, seed: np.full(shape, number + 2),
    ),
    Sample(
        "one-hot", _("one-hot along the last axis"),
        lambda shape, number, seed: _one_hot_code(shape),
        lambda shape, number, seed: _one_hot(shape),
    ),
    Sample(
        "ramp", _("ramp: 0 to 1 in even steps"),
        lambda shape, number, seed: f"np.linspace(0, 1, {prod(shape)}).reshape({shape})",
        lambda shape, number, seed: np.linspace(0, 1, prod(shape)).reshape(shape),
        scale=100,
    ),
)  # fmt: skip

SAMPLES: dict[str, Sample] = {row.name: row for row in _ALL}


def make_sample(name: str, shape: Sizes, *, number: int = 0, seed: int = 0, dtype: str = "float32") -> Array:
    """One tensor.

    Args:
        name: out of `SAMPLES`.
        shape: without None.
        number: of the input, so that two inputs differ.
        seed: of the random ones.
        dtype: out of `DTYPES`; integers are rounded, bool is "above the mean".

    Raises:
        MergeError: no such sample or dtype.
    """
    sample = _find(name, dtype)
    values = sample.make(shape, number, seed)
    if dtype == "bool":
        return np.asarray(values > (values.mean() if values.size else 0))
    if np.dtype(dtype).kind != "f":
        values = np.round(values * sample.scale) if sample.scale > 1 else values
        return values.astype(np.int64).astype(dtype)
    return values.astype(dtype)


def sample_code(name: str, shape: Sizes, *, number: int = 0, seed: int = 0, dtype: str = "float32") -> str:
    """NumPy code, one expression, that gives `make_sample` of the same arguments.

    Raises:
        MergeError: no such sample or dtype.
    """
    sample = _find(name, dtype)
    code = sample.code(shape, number, seed)
    if dtype == "bool":
        return f"({code} > {float(sample.make(shape, number, seed).mean()) if prod(shape) else 0})"
    if np.dtype(dtype).kind != "f":
        rounded = f'({sample.scale} * {code}).round().astype("int64")' if sample.scale > 1 else code
        return f'{rounded}.astype("{dtype}")'
    return f'{code}.astype("{dtype}")'


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
