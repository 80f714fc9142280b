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
from core.merges.merge import merge_row
from core.merges.operations import find
from tests.core.merges.backends.recording import Answer, gradient_case, numbered_case, read, upstream_of


def disagreements(backend: str, answers: dict[int, Answer]) -> dict[int, str]:
    """What differs between the engine and the answers of Keras, one line per number of a case."""
    found = {}
    for number, answer in answers.items():
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
        row, engine = find(operation), find_backend(backend)
        ours = merge_row(row, inputs, masks=masks, backend=engine, fixes=False, **options)
    except MergeError as error:
        if answer.value is not None:
            return f"we reject it: {error.keras_message!r}"
        text = answer.text.removeprefix(f"Exception encountered when calling {operation}.call().")
        if error.keras_message != answer.text and (error.accident is None or error.accident != text):
            return f"text {error.keras_message!r}, Keras {answer.text!r}"
        return "" if error.raised_as == answer.kind else f"{error.raised_as}, Keras {answer.kind}: {answer.text!r}"
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
    """Integers to the bit, element-wise floats to 1 ulp of float32, Dot and Average to 1e-6 of their terms.

    A Dot of integers that is summed in float32 depends on the order of the sum where the terms are large.
    """
    if ours.dtype.kind != "f":
        rounded = operation == "Dot" and find_backend(backend).dot_dtype(ours.dtype).kind == "f"
        large = any(np.abs(value.astype(float)).max(initial=0) > 9 for value in inputs)
        return (rounded and large) or np.array_equal(ours, theirs)
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
