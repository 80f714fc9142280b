"""Ask the installed Keras, on the backend that it runs on, and write its answers down.

Run it in an environment with Keras, one backend and NumPy:

    KERAS_BACKEND=torch python -m tests.core.merges.backends.recording torch 3000 answers.npz [first number]

The inputs of a case are made again from its number (`cases.py`), so a file holds the answers alone.
"""

from __future__ import annotations

import json
import sys
import warnings
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from tests.core.merges.backends.asking import Answer, ask, ask_gradients
from tests.core.merges.cases import case

OPERATIONS = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
BYTES = 48
GRADIENTS_EVERY = {"tensorflow": 1, "torch": 1, "jax": 3}  # JAX compiles many programs for each; all merges take turns


def numbered_case(number: int) -> tuple[str, list[np.ndarray], list[Any] | None, dict[str, Any]]:
    """(operation, inputs, masks, options) of a case; operations take turns."""
    operation = OPERATIONS[number % len(OPERATIONS)]
    content = np.random.default_rng([71, number]).bytes(BYTES)
    return operation, *case(operation, content, [73, number])


def gradient_case(number: int) -> tuple[str, list[np.ndarray], dict[str, Any], int] | None:
    """(operation, inputs, options, seed of the upstream gradient): small integers as float32, so that ties are many."""
    operation, inputs, masks, options = numbered_case(number)
    if masks is not None or any(value.size > 400 for value in inputs):
        return None
    random = np.random.default_rng([79, number])
    return operation, [random.integers(-3, 4, size=value.shape).astype(np.float32) for value in inputs], options, number


def upstream_of(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """The upstream gradient of a case."""
    return np.random.default_rng([83, seed]).integers(-3, 4, size=shape).astype(np.float32)


def record(count: int, backend: str, first: int = 0) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Answers to so many cases: a header as JSON, and the arrays that it counts through."""
    rows, arrays = [], []

    def keep(array: np.ndarray | None) -> int | None:
        if array is None:
            return None
        arrays.append(array)
        return len(arrays) - 1

    every = GRADIENTS_EVERY.get(backend, 0)
    for number in range(first, first + count):
        if backend == "jax" and number % 250 == 0:
            _forget_programs()
        operation, inputs, masks, options = numbered_case(number)
        answer = ask(operation, inputs, masks, **options)
        rows.append([keep(answer.value), keep(answer.mask), answer.kind, answer.text, None])
        asked = gradient_case(number) if every and number % every == 0 else None
        if asked is not None and answer.value is not None:
            found = _gradients(*asked)
            rows[-1][4] = [keep(one) for one in found.gradients] if not found.kind else [found.kind, found.text]
    header = {"backend": backend, "first": first, "count": count, "versions": _versions()}
    return header | {"date": date.today().isoformat(), "rows": rows}, arrays


def _gradients(operation: str, inputs: list[np.ndarray], options: dict[str, Any], seed: int) -> Answer:
    return ask_gradients(operation, inputs, partial(upstream_of, seed), **options)


def _forget_programs() -> None:
    """JAX keeps a compiled program for every shape: 1.5 MB a case."""
    import jax

    jax.clear_caches()


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("keras", "tensorflow", "tensorflow-cpu", "jax", "jaxlib", "torch", "numpy", "scipy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def write(path: str, header: dict[str, Any], arrays: list[np.ndarray]) -> None:
    """One compressed file: all arrays as bytes, one behind the other."""
    header["arrays"] = [[str(array.dtype), list(array.shape)] for array in arrays]
    content = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    text = json.dumps(header, separators=(",", ":")).encode()
    np.savez_compressed(path, header=np.frombuffer(text, np.uint8), content=np.frombuffer(content, np.uint8))


def read(path: Any) -> tuple[dict[str, Any], dict[int, Answer]]:
    """The header of a file, and its answers by number of the case."""
    with np.load(path, allow_pickle=False) as file:
        header, content = json.loads(file["header"].tobytes()), file["content"].tobytes()
    arrays, at = [], 0
    for name, shape in header["arrays"]:
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(name).itemsize
        arrays.append(np.frombuffer(content[at : at + size], dtype=name).reshape(shape))
        at += size
    take = lambda at: None if at is None else arrays[at]  # noqa: E731
    answers = []
    for value, mask, kind, text, back in header["rows"]:
        gradients = tuple(arrays[at] for at in back) if back and isinstance(back[0], int) else ()
        answers.append(Answer(take(value), take(mask), kind, text, gradients))
    return header, dict(enumerate(answers, start=header["first"]))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _backend, _count, _path, *_first = sys.argv[1:]
    write(_path, *record(int(_count), _backend, *map(int, _first)))
