"""The one table of merges. A new merge is one function and one row; menus, pages, tests and docs read the table.

Source: keras/src/layers/merging/ of Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..dtypes import Array
from ..errors import invalid_request, shown
from ..sentences import Sentence as _  # marks text for the catalogues

Pair = tuple[Array, Array]


def add_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """d(a + b): 1 and 1."""
    return upstream, upstream


def subtract_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """d(a - b): 1 and -1."""
    return upstream, np.negative(upstream)


def multiply_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """d(a * b): b and a."""
    return np.multiply(upstream, second), np.multiply(upstream, first)


def maximum_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """D max(a, b): the upstream gradient goes to the larger; to the first if equal."""
    return _choose(upstream, np.greater_equal(first, second))


def minimum_gradient(upstream: Array, first: Array, second: Array) -> Pair:
    """D min(a, b): the upstream gradient goes to the smaller; to the first if equal."""
    return _choose(upstream, np.less_equal(first, second))


def _choose(upstream: Array, first_wins: Array) -> Pair:
    nothing = upstream.dtype.type(0)
    return np.where(first_wins, upstream, nothing), np.where(first_wins, nothing, upstream)


Rule = Literal["elementwise", "concatenate", "dot"]
Masking = Literal["or", "ones", "skip"]


def _mean(total: Array, count: int, dtype: np.dtype[Any]) -> Array:
    mean: Array = np.true_divide(total.astype(dtype, copy=False), dtype.type(count))
    return mean


@dataclass(frozen=True, eq=False)  # looked up once, then compared and hashed by identity
class Operation:
    """One row of the table.

    Attributes:
        name: Keras's class; its lower-case form is Keras's function.
        symbol: between the operands.
        summary: one sentence for screens.
        rule: how shapes are aligned; see `core/merges/align.py`.
        step: element-wise merges only: combines the running result with the next input.
        step_gradient: (upstream, first, second) -> the gradient of each; same shapes as upstream.
        mean: whether the total is divided by the number of inputs after the last step.
        takes_bias: whether the step is Keras's addition, which may read its second operand as a bias.
        exactly: the number of inputs if it is fixed.
        masking: how masked values are treated: as others ("or"), as 1 ("ones"), or skipped ("skip").
        kernel: TensorFlow's name of the step, as in its errors.
        numpy: the step as NumPy code, {0} and {1} for the operands; PyTorch and JAX share the names.
    """

    name: str
    symbol: str
    summary: str
    rule: Rule = "elementwise"
    step: Callable[..., Any] = np.add
    step_gradient: Callable[[Array, Array, Array], tuple[Array, Array]] = add_gradient
    mean: bool = False
    takes_bias: bool = False
    exactly: int | None = None
    masking: Masking = "or"
    kernel: str = ""
    numpy: str = ""

    @property
    def function(self) -> str:
        """Keras's functional form: `multiply(inputs)` is `Multiply()(inputs)`."""
        return self.name.lower()

    def finish(self, total: Array, count: int, dtype: np.dtype[Any]) -> Array:
        """The result, from the total of the steps, the number of inputs and the dtype to divide in."""
        return _mean(total, count, dtype) if self.mean else total


_TABLE = (
    Operation(
        "Add", "+", _("Element-wise sum."),
        step=np.add, takes_bias=True, kernel="AddV2", numpy="{0} + {1}",
    ),
    Operation(
        "Subtract", "−", _("Element-wise difference: first input minus second."),
        step=np.subtract, step_gradient=subtract_gradient, exactly=2, kernel="Sub", numpy="{0} - {1}",
    ),
    Operation(
        "Multiply", "×", _("Element-wise product. With an attention map as one input, it gates the other."),
        step=np.multiply, step_gradient=multiply_gradient, masking="ones", kernel="Mul", numpy="{0} * {1}",
    ),
    Operation(
        "Average", "avg", _("Element-wise mean."),
        step=np.add, mean=True, takes_bias=True, kernel="AddV2", numpy="{0} + {1}",
    ),
    Operation(
        "Maximum", "max", _("Element-wise maximum."),
        step=np.maximum, step_gradient=maximum_gradient, masking="skip", kernel="Maximum", numpy="maximum({0}, {1})",
    ),
    Operation(
        "Minimum", "min", _("Element-wise minimum."),
        step=np.minimum, step_gradient=minimum_gradient, masking="skip", kernel="Minimum", numpy="minimum({0}, {1})",
    ),
    Operation(
        "Concatenate", "⧺", _("Concatenation along one axis; no broadcasting."),
        rule="concatenate",
    ),
    Operation(
        "Dot", "·", _("Batched dot product: contracts one axis of each input."),
        rule="dot", exactly=2,
    ),
)  # fmt: skip

MERGES: dict[str, Operation] = {row.name: row for row in _TABLE}


def find(name: str) -> Operation:
    """The row of a merge, by class name or function name.

    Raises:
        MergeError: names the known merges.
    """
    text = name if isinstance(name, str) else ""  # anything else may not even be hashable
    row = MERGES.get(text) or next((row for row in MERGES.values() if row.function == text.lower()), None)
    if row is None:
        raise invalid_request(
            "There is no merge {name}; choose one of {names}.", name=shown(name), names=", ".join(MERGES)
        )
    return row
