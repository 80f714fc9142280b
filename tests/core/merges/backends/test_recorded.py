"""The engine against answers that Keras gave on each backend, recorded in an environment of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from core import MergeError, gradients, merge
from core.dtypes import autocast
from core.merges.backends import find_backend
from tests.core.merges.backends.recording import Answer, gradient_case, numbered_case, read, upstream_of

ANSWERS = Path(__file__).parent / "answers"
LEAST = {"numpy": 3_000, "torch": 3_000, "jax": 300}  # JAX compiles every shape
# Numbers of the cases that still disagree, with the reason; a case that agrees again must be removed.
KNOWN: dict[str, dict[int, str]] = {"numpy": {}, "torch": {}, "jax": {}}
RECORDED = [name for name in LEAST if (ANSWERS / f"{name}.npz").exists()]


def disagreements(backend: str) -> dict[int, str]:
    """What differs, one line per number of a case, without fixes, which take most of the time and have own tests."""
    with mock.patch("core.merges.align.find_fixes", return_value=()):
        return _disagreements(backend)


def _disagreements(backend: str) -> dict[int, str]:
    found = {}
    for number, answer in enumerate(read(ANSWERS / f"{backend}.npz")[1]):
        operation, inputs, masks, options = numbered_case(number)
        problem = _differs(backend, operation, inputs, masks, options, answer)
        if not problem and answer.gradients:
            problem = _gradients_differ(backend, number, answer)
        if problem:
            found[number] = f"{number} {operation} {options} {[(v.shape, str(v.dtype)) for v in inputs]}: {problem}"
    return found


def _differs(
    backend: str, operation: str, inputs: list[Any], masks: list[Any] | None, options: dict[str, Any], answer: Answer
) -> str:
    if masks is not None and any(m is not None and v.ndim == 0 for m, v in zip(masks, inputs, strict=True)):
        return ""  # the mask of a scalar is rejected at once (docs/sources.md)
    try:
        ours = merge(operation, inputs, masks=masks, backend=backend, **options)
    except MergeError as error:
        if answer.value is not None:
            return f"we reject it: {error.keras_message!r}"
        text = answer.text.removeprefix(f"Exception encountered when calling {operation}.call().")
        same = error.keras_message == answer.text or (error.accident is not None and error.accident == text)
        return "" if same else f"text {error.keras_message!r}, Keras {answer.text!r}"
    if answer.value is None:
        return f"Keras rejects it: {answer.text!r}"
    if (ours.value.dtype, ours.value.shape) != (answer.value.dtype, answer.value.shape):
        return f"{ours.value.dtype} {ours.value.shape}, Keras {answer.value.dtype} {answer.value.shape}"
    if (ours.mask is None) != (answer.mask is None) or not (
        ours.mask is None or np.array_equal(ours.mask, answer.mask)
    ):
        return "mask"
    return "" if _close(backend, operation, inputs, options, ours.value, answer.value) else "value"


def _close(backend: str, operation: str, inputs: list[Any], options: dict[str, Any], ours: Any, theirs: Any) -> bool:
    """Integers to the bit, element-wise floats to 1 ulp of float32, Dot and Average to 1e-6 of their terms."""
    if ours.dtype.kind != "f":
        return np.array_equal(ours, theirs)
    finite = np.isfinite(ours) & np.isfinite(theirs)
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return False
    if operation in ("Dot", "Average"):
        floats = [np.abs(value.astype(np.float32)) for value in _normalized(backend, operation, inputs, options)]
        terms = merge(operation, floats, backend=backend, **{**options, "normalize": False}).value
        return bool((np.abs(ours[finite] - theirs[finite]) <= 1e-6 * terms[finite]).all())
    return bool((np.abs(ours[finite] - theirs[finite]) <= np.spacing(np.abs(theirs[finite]))).all())


def _normalized(backend: str, operation: str, inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    """The factors whose products Dot sums; integers may wrap around in their norm."""
    if not options.get("normalize"):
        return inputs
    axes = options["axes"] if isinstance(options["axes"], tuple) else (options["axes"],) * 2
    row = find_backend(backend)
    held = [row.convert(autocast(value)) for value in inputs]
    with np.errstate(all="ignore"):
        return [row.normalize(value, axis % value.ndim) for value, axis in zip(held, axes, strict=True)]


def _gradients_differ(backend: str, number: int, answer: Answer) -> str:
    asked = gradient_case(number)
    assert asked is not None
    operation, inputs, options, seed = asked
    shape = merge(operation, inputs, backend=backend, **options).value.shape
    chosen = dict(options)
    ours = gradients(operation, inputs, upstream_of(seed, shape), backend=backend, **chosen)
    for one, other in zip(ours, answer.gradients, strict=True):
        if one.shape != other.shape or not np.allclose(one, other, rtol=2e-5, atol=2e-5, equal_nan=True):
            return "gradient"
    return ""


@pytest.mark.parametrize("backend", RECORDED)
def test_every_recorded_case_agrees(backend: str) -> None:
    """Value, dtype, shape, mask, error text and gradients."""
    header, answers = read(ANSWERS / f"{backend}.npz")
    assert header["backend"] == backend
    assert header["versions"]["keras"].startswith("3.15.")
    assert len(answers) >= LEAST[backend]
    found = disagreements(backend)
    known = KNOWN[backend]
    assert [line for number, line in found.items() if number not in known] == []
    assert [number for number in known if number not in found] == []


if __name__ == "__main__":
    import sys

    for line in disagreements(sys.argv[1]).values():
        print(line)
