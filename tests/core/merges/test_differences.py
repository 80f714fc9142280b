"""Where backends differ, by hand; and the warnings about what a backend loses without an error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import BACKENDS, MERGES, MergeError, backend_differences, merge
from core.merges.backends.page import backends_markdown
from core.merges.gradient_differences import gradient_differences
from tests.cycles import left_by

ROOT = Path(__file__).parents[3]
LARGE = [np.array([[2**40 + 3, 5]]), np.array([[7, 2**33 + 1]])]
BYTES = [np.full((1, 1), 200, np.uint8)] * 2
COLUMN = [np.zeros((3, 3), np.float32), np.array([[1], [2], [3]], np.float32)]
TINY = [np.full((1, 1), 1e-40, np.float32)] * 2
FLOATS = [np.ones((2, 3), np.float32)] * 2


def kinds(operation, inputs, **options):
    return {found.backend: found.kind for found in backend_differences(operation, inputs, **options)}


@pytest.mark.parametrize(
    ("operation", "inputs", "options", "expected"),
    [
        ("Add", LARGE, {}, {"jax": "value", "numpy": "value"}),
        ("Maximum", LARGE, {}, {"jax": "value", "torch": "value", "numpy": "value"}),
        ("Concatenate", LARGE, {}, {"jax": "value"}),
        ("Average", LARGE, {}, {"jax": "value", "torch": "dtype", "numpy": "value"}),
        ("Average", BYTES, {}, {"numpy": "dtype"}),
        ("Add", COLUMN, {}, {"jax": "value", "torch": "value", "numpy": "value"}),
        ("Add", COLUMN, {"backend": "jax"}, {"tensorflow": "value"}),
        ("Multiply", COLUMN, {}, {}),
        ("Add", TINY, {}, {"torch": "value", "numpy": "value"}),
        ("Add", TINY, {"backend": "torch"}, {"tensorflow": "value", "jax": "value"}),
        ("Multiply", [np.array([[0, 3]])] * 2, {"backend": "torch"}, {"jax": "dtype", "numpy": "dtype"}),
        ("Maximum", [np.ones((2, 3), bool)] * 2, {}, {"jax": "error", "torch": "error", "numpy": "error"}),
        ("Multiply", FLOATS, {"masks": [np.ones(2, bool), None]}, {}),
        ("Add", FLOATS, {"masks": [np.ones(2, bool)] * 2}, {"numpy": "mask"}),
        ("Dot", [np.ones((2, 3), int)] * 2, {"normalize": True}, dict.fromkeys(["jax", "torch", "numpy"], "error")),
        ("Multiply", [np.ones((2, 3)), np.ones((2, 5))], {}, {}),
        ("Add", [np.full((1, 1), np.nan), np.full((1, 1), np.inf)], {}, {}),
    ],
)  # fmt: skip
def test_which_backends_differ(operation, inputs, options, expected):
    """By hand; 200 + 200 as uint8 is 144, whose half is 72 on every backend."""
    assert kinds(operation, inputs, **options) == expected


def test_the_difference_and_its_reason():
    """int64 cut to int32: 2^40 + 10 becomes 10."""
    found = backend_differences("Add", LARGE)
    assert found[0].title == "JAX"
    assert found[0].text == (
        "JAX returns other values at 2 of 2 elements; first at [0, 0]: 10 (int32), on TensorFlow 1099511627786 (int64)."
    )
    assert found[0].reasons[0] == ("JAX", BACKENDS["jax"].notes[0].text)
    assert backend_differences("Add", COLUMN)[0].reasons == (
        ("TensorFlow", "Add and Average may read a column as a bias and add it along another axis."),
    )
    assert backend_differences("Average", BYTES)[0].text == "NumPy returns float64; TensorFlow returns float32."
    refused = backend_differences("Multiply", [np.ones((2, 3), bool)] * 2, backend="jax")
    assert refused[0].text.startswith(
        "TensorFlow rejects these inputs: InvalidArgumentError: Value for attr 'T' of bool"
    )
    assert ("TensorFlow", "bool is rejected by all element-wise merges.") in refused[0].reasons


def test_rounding_is_no_difference():
    """Dot divides by the norm in another way on NumPy, which changes only the last bits."""
    random = np.random.default_rng(5)
    inputs = [random.normal(size=(3, 5, 7)).astype(np.float32), random.normal(size=(3, 5, 11)).astype(np.float32)]
    assert kinds("Dot", inputs, axes=1, normalize=True) == {}


def test_the_page_in_docs_is_made_of_the_table():
    """And its dtypes are those of `merge`."""
    assert (ROOT / "docs" / "backends.md").read_text(encoding="utf-8") == backends_markdown()
    for line in backends_markdown().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in MERGES:
            assert cells[2:] == [_dtype_of(cells[0], cells[1], name) for name in BACKENDS]


def _dtype_of(operation, dtype, backend):
    try:
        return str(merge(operation, [np.zeros((1, 1), dtype)] * 2, backend=backend).value.dtype)
    except MergeError:
        return "rejected"


def test_bad_requests():
    """An unknown backend, an unknown merge, no list."""
    for arguments in (("Add", FLOATS, "theano"), ("Sum", FLOATS, "jax"), ("Add", FLOATS[0], "jax")):
        with pytest.raises(MergeError):
            backend_differences(*arguments[:2], backend=arguments[2])


CUT = "Keras on {} casts {} to {}: values that do not fit wrap around."


@pytest.mark.parametrize(
    ("operation", "dtype", "losing"),
    [
        ("Add", "int64", ["jax", "numpy"]),
        ("Maximum", "int64", ["jax", "torch", "numpy"]),
        ("Concatenate", "int64", ["jax"]),
        ("Average", "int64", ["jax", "numpy"]),
        ("Add", "int32", []),
        ("Add", "uint64", ["tensorflow", "jax", "numpy"]),
        ("Concatenate", "uint64", ["jax"]),
    ],
)
def test_integers_cut_without_an_error(operation, dtype, losing):
    """Warned about on every backend that does it, and on no other."""
    inputs = [np.ones((2, 3), dtype)] * 2
    for name, row in BACKENDS.items():
        if name == "torch" and dtype == "uint64":
            continue  # rejected
        expected = CUT.format(row.title, dtype, dtype.replace("64", "32"))
        assert (expected in merge(operation, inputs, backend=name).warnings) == (name in losing)


def test_uint32_as_int32():
    """PyTorch has no maximum of uint32 in Keras: 3,000,000,000 becomes negative."""
    large = [np.full((1, 1), 3_000_000_000, np.uint32)] * 2
    for name in BACKENDS:
        found = merge("Maximum", large, backend=name)
        lost = name == "torch"
        assert (CUT.format("PyTorch", "uint32", "int32") in found.warnings) == lost
        assert (int(found.value[0, 0]) < 0) == lost


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_sums_that_wrap_before_the_mean(backend):
    """And no backend but TensorFlow is warned about TensorFlow."""
    warning = "The inputs are summed as uint8 before the sum is divided: sums beyond 255 wrap around."
    assert warning in merge("Average", BYTES, backend=backend).warnings
    assert warning not in merge("Average", BYTES[:1], backend=backend).warnings
    dot = " ".join(merge("Dot", [np.ones((2, 3), np.int32)] * 2, backend=backend).warnings)
    assert ("TensorFlow" in dot) == (backend == "tensorflow")
    assert ("as int32" in dot) == (backend != "tensorflow")


def test_gradients_that_differ():
    """At a tie, at a norm of 0, and where a backend has none."""
    ones = [np.ones((1, 2), np.float32)] * 2
    found = {one.backend: one for one in gradient_differences("Maximum", ones)}
    assert list(found) == ["jax", "torch", "numpy"]
    assert {one.kind for one in found.values()} == {"gradient"}
    assert found["jax"].text == (
        "JAX computes another gradient of input 0 at 2 of 2 elements; first at [0, 0]: 0.5, on TensorFlow 1.0."
    )
    assert [title for title, _ in found["jax"].reasons] == ["JAX", "TensorFlow"]
    assert found["numpy"].text == "NumPy computes no gradients."
    assert [one.backend for one in gradient_differences("Maximum", ones, backend="jax")] == ["tensorflow", "numpy"]
    assert [one.backend for one in gradient_differences("Add", ones)] == ["numpy"]
    zero = [np.zeros((1, 2), np.float32), ones[0]]
    found = {one.backend: one for one in gradient_differences("Dot", zero, axes=1, normalize=True)}
    assert found["torch"].reasons == (
        ("PyTorch", "The gradient of Dot with normalize=True is NaN where the norm is 0."),
    )
    with pytest.raises(MergeError, match="NumPy computes no gradients"):
        gradient_differences("Add", ones, backend="numpy")


def test_results_that_are_too_large_are_not_computed():
    """Also where the chosen backend rejects the inputs and another would not."""
    shapes = [(2, 30, 1, 30, 1, 30, 1), (2, 1, 30, 1, 30, 1, 30)]
    with pytest.raises(MergeError, match=r"The result .* elements; at most"):
        backend_differences("Multiply", [np.zeros(shape, np.float32) for shape in shapes])


def test_an_error_does_not_keep_the_arrays():
    """Until garbage is collected they would stay with the frames of its traceback."""
    for operation in MERGES:
        assert left_by(lambda operation=operation: kinds(operation, [np.ones((2, 3, 5)), np.ones((2, 4, 7))])) == 0
