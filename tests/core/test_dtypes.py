"""Which dtype comes out, and which warnings it has."""

import ml_dtypes
import numpy as np
import pytest

from core import MERGES, MergeError, align, gradients, merge
from tests.oracle import ask

DTYPES = [
    ("Multiply", ["float64", "float64"], "float32"),
    ("Multiply", ["float16", "float16"], "float32"),
    ("Multiply", ["int32", "float16"], "float32"),
    ("Multiply", ["int64", "int64"], "int64"),
    ("Multiply", ["uint8", "uint8"], "uint8"),
    ("Multiply", ["uint8", "int8"], "int16"),
    ("Multiply", ["uint64", "uint64"], "uint32"),
    ("Add", ["uint64", "int8"], "float32"),
    ("Add", ["bool", "int8"], "int8"),
    ("Maximum", ["int16", "int16"], "int16"),
    ("Average", ["int64", "int64"], "float64"),
    ("Average", ["int32", "int32"], "float64"),
    ("Average", ["uint8", "uint8"], "float32"),
    ("Average", ["float64", "float64"], "float32"),
    ("Concatenate", ["bool", "bool"], "bool"),
    ("Concatenate", ["float64", "float64"], "float32"),
    ("Dot", ["int8", "int8"], "int32"),
    ("Dot", ["int64", "int64"], "int64"),
]


@pytest.mark.keras
@pytest.mark.parametrize(("operation", "dtypes", "wanted"), DTYPES)
def test_dtypes(operation, dtypes, wanted):
    """What comes out, here and in Keras."""
    inputs = [np.array([[0, 1, 1]]).astype(dtype) for dtype in dtypes]
    options = {"axes": -1} if operation == "Dot" else {}
    assert merge(operation, inputs).value.dtype == wanted
    assert ask(operation, inputs, **options).value.dtype == wanted


def test_uint8_wraps():
    """200 + 100 is 44, and 16 × 16 is 0: as in Keras, with a warning."""
    merged = merge("Add", [np.uint8([[200, 1]]), np.uint8([[100, 1]])])
    np.testing.assert_array_equal(merged.value, [[44, 2]])
    assert merge("Multiply", [np.uint8([[16]]), np.uint8([[16]])]).value[0, 0] == 0
    assert "The result stays uint8: values beyond 255 wrap around." in merged.warnings


@pytest.mark.parametrize(
    ("operation", "dtype", "text"),
    [
        ("Multiply", "float64", "Inputs of float64 are cast to float32 first."),
        ("Multiply", "uint64", "Keras on TensorFlow casts uint64 to uint32: values that do not fit wrap around."),
        ("Average", "int32", "The inputs are integers; the result is float64."),
        ("Dot", "int64", "Dot multiplies integers as float32"),
        ("Dot", "int8", "Dot multiplies integers as float32"),
        ("Dot", "uint8", "values outside the range of uint8 wrap around or are clipped"),
    ],
)
def test_dtypes_that_surprise_are_told(operation, dtype, text):
    """Each in one sentence."""
    warnings = merge(operation, [np.ones((2, 3), dtype), np.ones((2, 3), dtype)]).warnings
    assert any(text in warning for warning in warnings)


@pytest.mark.parametrize("operation", list(MERGES))
def test_nothing_to_tell_about_float32(operation):
    """The ordinary case is quiet."""
    assert merge(operation, [np.ones((2, 3), "float32")] * 2).warnings == ()


def test_too_large_for_float32():
    """1e39 becomes infinity, as in TensorFlow, without a warning of NumPy."""
    assert merge("Add", [np.array([[1e39]]), np.array([[1.0]])]).value[0, 0] == np.inf


@pytest.mark.parametrize("value", [[["a"]], [[1j]], [[None]], [[np.datetime64("2020")]]])
def test_no_real_numbers(value):
    """Refused in one sentence."""
    with pytest.raises(MergeError, match="A merge takes tensors of real numbers; this one has dtype"):
        merge("Add", [np.array(value), np.ones((1, 1))])


@pytest.mark.keras
@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2])
def test_small_floats(dtype):
    """Cast to float32 too, as the layer does."""
    inputs = [np.array([[1.5, -3, 0.25]]).astype(dtype), np.array([[2, 1, 4]]).astype(dtype)]
    merged = merge("Multiply", inputs)
    assert merged.value.dtype == ask("Multiply", inputs).value.dtype == np.float32
    np.testing.assert_array_equal(merged.value, [[3, -3, 1]])
    assert [str(dtype) for dtype in merged.dtypes] == [inputs[0].dtype.name] * 2
    assert f"Inputs of {inputs[0].dtype.name} are cast to float32 first." in merged.warnings


@pytest.mark.parametrize(("inputs", "text"), [
    ([[[1, 2], [3]], [[1, 2]]], "A tensor must be rectangular"),
    (None, "A merge layer takes a list with one entry per input; got None"),
    (5, "A merge layer takes a list with one entry per input; got 5"),
])  # fmt: skip
def test_no_tensors_at_all(inputs, text):
    """Refused in one sentence, in every function that takes them."""
    for call in (merge, gradients):
        with pytest.raises(MergeError, match=text):
            call("Add", inputs)
    if not isinstance(inputs, list):
        with pytest.raises(MergeError, match=text):
            align("Add", inputs)
