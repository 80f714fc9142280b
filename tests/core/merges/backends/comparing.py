"""The engine compared with answers of Keras on a backend: values, dtypes, shapes, masks, error texts and gradients.

    python -m tests.core.merges.backends.comparing answers.npz [earlier.npz]

prints a line for each case in which the two disagree, or in which Keras answered otherwise earlier.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from core import MergeError, gradients, merge
from core.dtypes import autocast
from core.merges.backends import find_backend
from core.merges.backends.row import clipped_norm
from core.merges.merge import merge_row
from core.merges.operations import find
from tests.core.merges.backends.recording import Answer, gradient_case, numbered_case, read, upstream_of


def disagreements(backend: str, answers: dict[int, Answer]) -> dict[int, str]:
    """What differs between the engine and the answers of Keras, one line per number of a case."""
    found = {}
    for number, answer in answers.items():
        operation, inputs, masks, options = numbered_case(number)
        problem = difference(backend, operation, inputs, masks, options, answer)
        if not problem and answer.gradients:
            problem = _gradients_differ(backend, number, answer)
        if problem:
            found[number] = f"{number} {operation} {options} {[(v.shape, str(v.dtype)) for v in inputs]}: {problem}"
    return found


def difference(
    backend: str, operation: str, inputs: list[Any], masks: list[Any] | None, options: dict[str, Any], answer: Answer
) -> str:
    """What differs between the engine and one answer of Keras: value, dtype, shape, mask, or the error and its class.

    "" where they agree.
    """
    try:
        row, engine = find(operation), find_backend(backend)
        ours = merge_row(row, inputs, masks=masks, backend=engine, fixes=False, **options)
    except MergeError as error:
        return _error_differs(error, answer, operation)
    if answer.value is None:
        return f"Keras rejects it: {answer.text!r}"
    if ours.value.shape != ours.alignment.output_shape:
        return f"returns {ours.value.shape}, aligned to {ours.alignment.output_shape}"
    if (ours.value.dtype, ours.value.shape) != (answer.value.dtype, answer.value.shape):
        return f"{ours.value.dtype} {ours.value.shape}, Keras {answer.value.dtype} {answer.value.shape}"
    if (ours.mask is None) != (answer.mask is None) or not (
        ours.mask is None or np.array_equal(ours.mask, answer.mask)
    ):
        return "mask"
    return "" if _close(backend, operation, inputs, options, ours.value, answer.value) else "value"


def _error_differs(error: MergeError, answer: Answer, operation: str) -> str:
    if answer.value is not None:
        return f"we reject it: {error.keras_message!r}"
    wanted = answer.text
    if error.accident is not None:  # Keras fails by accident; ours is clearer
        wanted = answer.text.removeprefix(f"Exception encountered when calling {operation}.call().")
    raised = error.keras_message if error.accident is None else error.accident
    if raised != wanted:
        return f"text {raised!r}, Keras {answer.text!r}"
    return "" if error.raised_as == answer.kind else f"{error.raised_as}, Keras {answer.kind}: {answer.text!r}"


def _close(backend: str, operation: str, inputs: list[Any], options: dict[str, Any], ours: Any, theirs: Any) -> bool:
    """Integers to the bit, element-wise floats to 1 ulp of float32, Dot and Average to 1e-6 of their terms.

    A Dot of integers that is summed in float32 depends on the order of the sum where the terms are large.
    """
    if ours.dtype.kind != "f":
        rounded = operation == "Dot" and find_backend(backend).dot_dtype(ours.dtype).kind == "f"
        large = any(np.abs(value.astype(float)).max(initial=0) > 9 for value in inputs)
        return (rounded and large) or np.array_equal(ours, theirs)
    finite = np.isfinite(ours) & np.isfinite(theirs)
    if operation in ("Dot", "Average"):
        factors = [np.abs(value.astype(np.float32)) for value in _normalized(backend, operation, inputs, options)]
        bounded = [np.nan_to_num(value, nan=0, posinf=0) for value in factors]
        terms = merge(operation, bounded, backend=backend, **{**options, "normalize": False}).value
        near = np.zeros(ours.shape, bool)
        near[finite] = np.abs(ours[finite] - theirs[finite]) <= 1e-6 * terms[finite]
        near |= (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        if operation == "Dot":  # inf or NaN depends on the order of the sum, and on fused multiplication and addition
            near |= np.isinf(terms) & _both_signs(inputs, {**options, "normalize": False})
        return bool(near.all())
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return False
    return bool((np.abs(ours[finite] - theirs[finite]) <= np.spacing(np.abs(theirs[finite]))).all())


def _both_signs(inputs: list[Any], options: dict[str, Any]) -> Any:
    """Where an element of Dot has positive and negative products; also where a factor is infinite or NaN."""
    with np.errstate(over="ignore"):
        floats = [value.astype(np.float32) for value in inputs]
    signs = [np.where(np.isfinite(value), np.sign(value), np.float32(np.nan)) for value in floats]
    total = merge("Dot", signs, **options).value
    return np.abs(total) != merge("Dot", [np.abs(value) for value in signs], **options).value


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
    """Each to 1e-6 of its terms: whether a sum in which they cancel is exactly 0 depends on its order."""
    asked = gradient_case(number)
    assert asked is not None
    operation, inputs, options, seed = asked
    flow = upstream_of(seed, merge(operation, inputs, backend=backend, **options).value.shape)
    ours = gradients(operation, inputs, flow, backend=backend, **options)
    terms = _gradient_terms(backend, operation, inputs, flow, options)
    for one, other, most in zip(ours, answer.gradients, terms, strict=True):
        finite = np.isfinite(one) & np.isfinite(other)
        if one.shape != other.shape or not np.array_equal(one[~finite], other[~finite], equal_nan=True):
            return "gradient"
        if not (np.abs(one[finite] - other[finite]) <= 1e-6 * most[finite]).all():
            return "gradient"
    return ""


def _gradient_terms(
    backend: str, operation: str, inputs: list[Any], flow: Any, options: dict[str, Any]
) -> tuple[Any, ...]:
    """For each element of each gradient, the sum of the absolute values of its terms."""
    size = [np.abs(value) for value in inputs]
    if operation in ("Add", "Average", "Concatenate"):
        return gradients("Add" if operation == "Average" else operation, size, np.abs(flow), backend=backend, **options)
    if operation in ("Subtract", "Maximum", "Minimum"):
        return gradients("Multiply", [np.ones_like(value) for value in inputs], np.abs(flow), backend=backend)
    if not options.get("normalize"):
        return gradients(operation, size, np.abs(flow), backend=backend, **options)
    axes = options["axes"] if isinstance(options["axes"], tuple) else (options["axes"],) * 2
    units = [clipped_norm(value, axis) for value, axis in zip(size, axes, strict=True)]
    found = gradients(operation, units, np.abs(flow), backend=backend, **{**options, "normalize": False})
    return tuple(
        (terms + unit * np.sum(terms * unit, axis=axis, keepdims=True)) * _inverse_norm(value, axis)
        for terms, unit, value, axis in zip(found, units, size, axes, strict=True)
    )


def _inverse_norm(value: Any, axis: int) -> Any:
    with np.errstate(divide="ignore"):
        return np.minimum(1 / np.sqrt(np.sum(np.square(value), axis=axis, keepdims=True)), 1e7)


def changed(answers: dict[int, Answer], earlier: dict[int, Answer]) -> list[str]:
    """One line per case whose answer has changed by more than the order of a sum."""
    return [
        f"{number}: other than earlier"
        for number in answers.keys() & earlier.keys()
        if _summary(answers[number]) != _summary(earlier[number])
    ]


def _summary(answer: Answer) -> tuple[Any, ...]:
    value = None if answer.value is None else (str(answer.value.dtype), answer.value.shape)
    mask = None if answer.mask is None else answer.mask.tolist()
    return value, mask, answer.kind, answer.text, len(answer.gradients)


def main(paths: list[str]) -> int:
    """Print the lines; 1 if there are any."""
    header, answers = read(paths[0])
    lines = list(disagreements(header["backend"], answers).values())
    lines += changed(answers, read(paths[1])[1]) if len(paths) > 1 else []
    print(*lines, f"{len(answers)} cases of {header['backend']} compared, {len(lines)} lines.", sep="\n")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
