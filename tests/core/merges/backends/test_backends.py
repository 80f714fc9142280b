"""The table of backends, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core import BACKENDS, MergeError, align, gradients, merge

LARGE = [np.array([[2**40 + 3, 5]]), np.array([[7, 2**33 + 1]])]


@pytest.mark.parametrize(
    ("operation", "backend", "dtype", "values"),
    [
        ("Add", "tensorflow", "int64", [2**40 + 10, 2**33 + 6]),
        ("Add", "jax", "int32", [10, 6]),
        ("Add", "torch", "int64", [2**40 + 10, 2**33 + 6]),
        ("Add", "numpy", "int32", [10, 6]),
        ("Maximum", "tensorflow", "int64", [2**40 + 3, 2**33 + 1]),
        ("Maximum", "jax", "int32", [7, 5]),
        ("Maximum", "torch", "int32", [7, 5]),
        ("Maximum", "numpy", "int32", [7, 5]),
        ("Concatenate", "jax", "int32", [3, 5, 7, 1]),
        ("Concatenate", "numpy", "int64", [2**40 + 3, 5, 7, 2**33 + 1]),
        ("Average", "tensorflow", "float64", [2**39 + 5, 2**32 + 3]),
        ("Average", "jax", "float32", [5, 3]),
        ("Average", "torch", "float32", [2**39, 2**32]),
        ("Average", "numpy", "float64", [5, 3]),
    ],
)
def test_large_integers(operation: str, backend: str, dtype: str, values: list[int]) -> None:
    """Integers beyond 2^31."""
    value = merge(operation, LARGE, backend=backend).value
    assert value.dtype == dtype
    assert value.tolist() == [values]


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_small_things(backend: str) -> None:
    """uint8 wraps everywhere, a column is a bias on TensorFlow alone, subnormal values stay on PyTorch and NumPy."""
    bytes_ = [np.full((1, 1), 200, np.uint8)] * 2
    assert merge("Average", bytes_, backend=backend).value == 72
    column = merge("Add", [np.zeros((3, 3)), np.array([[1.0], [2.0], [3.0]])], backend=backend).value[0].tolist()
    assert column == ([1, 2, 3] if backend == "tensorflow" else [1, 1, 1])
    tiny = merge("Add", [np.full((1, 1), 1e-40, np.float32)] * 2, backend=backend).value
    assert (tiny > 0) == (backend in ("torch", "numpy"))


def test_jax_chooses_where_it_multiplies_by_bool() -> None:
    """XLA makes a float times a bool of the output's shape a choice: inf times False is 0, 1e-40 times True stays."""
    values = np.array([[np.inf, np.nan, 1e-40, -5]], np.float32)
    every = np.array([[False, False, True, True]])
    for inputs in ([values, every], [every, values], [values, np.ones((1, 1), np.float32), every]):
        chosen = merge("Multiply", inputs, backend="jax").value
        kept = np.float32(1e-40) if len(inputs) == 2 else 0  # the step before makes it 0
        np.testing.assert_array_equal(chosen, np.array([[0, 0, kept, -5]], np.float32))
    with np.errstate(invalid="ignore"):
        stretched = merge("Multiply", [values, every[:, :1]], backend="jax").value
    np.testing.assert_array_equal(stretched, [[np.nan, np.nan, 0, -0.0]])
    one = [np.full((2, 1), np.inf, np.float32), np.array([[False], [True]])]
    np.testing.assert_array_equal(merge("Dot", one, axes=1, backend="jax").value, [[0], [np.inf]])
    assert np.isnan(merge("Dot", one, axes=1, backend="torch").value[0, 0])


def test_a_cast_to_float32_keeps_subnormal_values_but_on_tensorflow() -> None:
    """Maximum of one input copies it."""
    kept = {name: merge("Maximum", [np.array([[1e-40]])], backend=name).value.item() > 0 for name in BACKENDS}
    assert kept == {"tensorflow": False, "jax": True, "torch": True, "numpy": True}


def test_masks_that_do_not_fit_on_jax() -> None:
    """JAX compares shapes of equal rank in another function, which raises another class."""
    jax = BACKENDS["jax"]
    text = jax.mask_text((0, 0, 2, 1), (0, 3, 2, 1))
    assert text == "or got incompatible shapes for broadcasting: (0, 0, 2, 1), (0, 3, 2, 1)."
    assert jax.mask_text((2, 5), (2, 3, 5)) == "Incompatible shapes for broadcasting: shapes=[(2, 5), (2, 3, 5)]"


def test_gradients_at_a_tie() -> None:
    """All to the first on TensorFlow, half each on JAX and PyTorch, none on NumPy."""
    same = [[[2.0]], [[2.0]]]
    shares = {
        name: [float(one[0, 0]) for one in gradients("Maximum", same, backend=name)] for name in list(BACKENDS)[:3]
    }
    assert shares == {"tensorflow": [1, 0], "jax": [0.5, 0.5], "torch": [0.5, 0.5]}
    with pytest.raises(MergeError, match="NumPy computes no gradients"):
        gradients("Maximum", same, backend="numpy")


@pytest.mark.parametrize("name", ["theano", "", None, 3, [1]])
def test_an_unknown_backend(name: object) -> None:
    """The choices are named."""
    with pytest.raises(MergeError, match="choose one of tensorflow, jax, torch, numpy"):
        align("Add", [(2, 3), (2, 3)], backend=name)  # type: ignore[arg-type]
