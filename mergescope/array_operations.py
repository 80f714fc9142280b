"""Follows operators and functions on JAX's and NumPy's arrays in an eager run with Keras.

Neither reports what it executes, so the functions of Keras's backend, those of `jax.numpy` and the operators of JAX's
arrays are replaced for the time of a run. What these do not compute is not followed: there, any array that is no
weight counts as computed from the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np

from .engine import MERGES, OPERATORS
from .keras_internals import backend_functions
from .watch import Called, Watch

_MERGES = {
    "multiply": "Multiply", "add": "Add", "subtract": "Subtract", "maximum": "Maximum", "minimum": "Minimum",
    "concatenate": "Concatenate",
}  # fmt: skip
_OTHERS = ("divide", "true_divide", "power", "matmul", "dot", "tensordot", "einsum", "where", "stack")
_SIGNS = {"mul": "multiply", "add": "add", "sub": "subtract", "truediv": "true_divide", "matmul": "matmul"}


def counts(weights: list[Any]) -> Callable[[Any], bool]:
    """Whether an array may have been computed from the inputs: it has axes and is no weight.

    Args:
        weights: the arrays of all variables of the model.
    """
    kept = {id(one): one for one in weights}
    return lambda x: (
        hasattr(x, "dtype") and hasattr(x, "ndim") and x.ndim > 0 and id(x) not in kept and not hasattr(x, "trainable")
    )


@contextmanager
def followed_functions(watch: Watch, backend: str) -> Iterator[None]:
    """Within the block, functions and operators in this thread are reported to a watch.

    Args:
        watch: of the run.
        backend: "jax" or "numpy".
    """
    inside: list[str] = []  # of a replaced function, which may call others

    def reporting(name: str, function: Callable[..., Any], *, swapped: bool = False) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if watch.idle or inside:
                return function(*args, **kwargs)
            inside.append(name)
            try:
                result = function(*args, **kwargs)
            finally:
                inside.pop()
            return result if result is NotImplemented else _report(watch, name, args, kwargs, result, swapped)

        return call

    with ExitStack() as stack:
        for owner in _owners(backend):
            for name in (*_MERGES, *_OTHERS):
                stack.enter_context(_replaced(owner, name, partial(reporting, name)))
        for owner in _operator_classes(backend):
            for sign, name in _SIGNS.items():
                stack.enter_context(_replaced(owner, f"__{sign}__", partial(reporting, name)))
                stack.enter_context(_replaced(owner, f"__r{sign}__", partial(reporting, name, swapped=True)))
        yield


def _owners(backend: str) -> list[Any]:
    if backend != "jax":
        return [backend_functions]
    import jax.numpy as jnp  # noqa: PLC0415  # only on this backend

    return [backend_functions, jnp]


def _operator_classes(backend: str) -> list[Any]:
    if backend != "jax":
        return []
    import jax  # noqa: PLC0415  # only on this backend

    return [type(jax.numpy.zeros(1)), jax.core.Tracer]


@contextmanager
def _replaced(owner: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Replace an attribute of a module or class; one that is not there is left out."""
    original = vars(owner).get(name)
    if original is None:
        yield
        return
    setattr(owner, name, make(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


def _report(watch: Watch, name: str, args: Any, kwargs: dict[str, Any], result: Any, swapped: bool) -> Any:
    operands = _arrays(args)
    operands = operands[::-1] if swapped else operands
    if sum(watch.source(one) is not None for one in operands) < 2 or not hasattr(result, "shape"):
        watch.carried(operands, [result])
        return result
    operation = _MERGES.get(name, "")
    options: dict[str, Any] = {}
    if operation == "Concatenate":
        options = {"axis": int(kwargs.get("axis", args[1] if len(args) > 1 else 0))}
    elif len(operands) != 2:
        operation = ""
    written = MERGES[operation].function if operation else name
    kind = OPERATORS[operation] if operation else "operation"
    return watch.met(Called(written, operation or name, written, operation, kind, options), operands, result)


def _arrays(values: Any) -> list[Any]:
    """The arrays among arguments, those in lists too."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, (list, tuple)):
            found += [one for one in value if hasattr(one, "shape")]
        elif hasattr(value, "shape") and not isinstance(value, np.dtype):
            found.append(value)
    return found
