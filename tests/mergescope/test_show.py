"""`show`: the same view as the app for arrays of any framework; for incompatible shapes the reason and the fixes."""

import numpy as np
import pytest

import mergescope
from core import merge
from core.tensor_view import payload, values_view
from mergescope.arrays import as_numpy, backend_of

X = np.arange(2 * 5 * 7 * 3, dtype="float32").reshape(2, 5, 7, 3)
A = np.linspace(0, 1, 2 * 5 * 7, dtype="float32").reshape(2, 5, 7, 1)


@pytest.fixture(autouse=True)
def english():
    mergescope.set_language("en")


def plain(meta):
    """As JSON has it."""
    import json

    return json.loads(json.dumps(meta))


def test_the_view_is_that_of_the_app():
    """The same plan and the same numbers as the Merge lab gets."""
    widget = mergescope.show("Multiply", X, A)
    merged = merge("Multiply", [X, A])
    wanted = payload(values_view(merged.alignment, [X, A, merged.value]), None)
    assert plain(widget.meta) == plain(wanted["meta"])
    assert widget.numbers == wanted["numbers"].tobytes()
    assert widget.selection.cell is None


def test_a_terminal_shows_the_shapes():
    """It draws no widgets."""
    assert repr(mergescope.show("Multiply", X, A)).startswith(f"TensorWidget: input 0 {X.shape}, input 1 {A.shape}")


def test_multiply_is_the_default():
    assert mergescope.show(X, A).meta == mergescope.show("Multiply", X, A).meta


def test_options_reach_the_merge():
    """Axis, axes and normalize."""
    joined = mergescope.show("Concatenate", X, X, axis=1)
    assert joined.meta["panels"][-1]["shape"] == [2, 10, 7, 3]
    product = mergescope.show("Dot", X[0], np.swapaxes(X[0], 1, 2), axes=(2, 1), normalize=True)
    assert product.meta["normalize"] is True
    assert product.view.panels[-1].value.max() <= 1.0001


def test_one_array_is_shown_by_itself():
    (panel,) = mergescope.show(X).meta["panels"]
    assert panel["shape"] == [2, 5, 7, 3]


def test_a_mismatch_is_explained():
    """Keras's message, the reason, and the fixes with their code; in a notebook as escaped HTML."""
    found = mergescope.show("Multiply", np.ones((2, 5, 7)), np.ones((2, 3, 7)))
    assert isinstance(found, mergescope.Mismatch)
    text = repr(found)
    assert "Inputs have incompatible shapes" in text
    assert "Fixes:" in text
    assert "keras." in text
    assert found.error.axes == ((0, 1), (1, 1))
    page = found._repr_html_()
    assert page.count("<li>") == len(found.error.fixes) > 0
    assert "<script" not in page


def test_strict_raises():
    with pytest.raises(mergescope.MergeError, match="incompatible shapes"):
        mergescope.show("Add", np.ones((2, 5)), np.ones((2, 3)), strict=True)


def test_foreign_text_is_escaped():
    """The name of an operation that there is not comes back as text."""
    page = mergescope.show("<script>alert(1)</script>", X)._repr_html_()
    assert "<script" not in page
    assert "&lt;script" in page


def test_what_is_no_array_is_named():
    class Symbolic:
        def __array__(self, *_, **__):
            raise NotImplementedError

    for value in (Symbolic(), {"a": 1}, [[1], [2, 3]]):
        with pytest.raises(mergescope.MergeError, match=f"{type(value).__name__} cannot be read as an array"):
            mergescope.show(X, value)
    with pytest.raises(mergescope.MergeError, match="nothing to show"):
        mergescope.show("Multiply")


class Exporter:
    """Of a library that has DLPack only."""

    def __init__(self, array):
        self._array = array

    def __dlpack__(self, **options):
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


@pytest.mark.parametrize(
    "given",
    [
        X[::-1, :, ::-1][::-1, :, ::-1], np.asfortranarray(X), X.astype(">f4"), X.tolist(), np.ma.masked_array(X),
        memoryview(X), Exporter(X), np.broadcast_to(X, X.shape),
    ],
    ids=["negative strides", "Fortran", "big-endian", "list", "nothing masked", "memoryview", "DLPack", "read-only"],
)  # fmt: skip
def test_however_an_array_is_stored(given):
    assert mergescope.show("Multiply", given, A).numbers == mergescope.show("Multiply", X, A).numbers


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.array([["1", "2"]]), "<U1 is no dtype of numbers"),
        (np.array([[b"1"]]), r"\|S1 is no dtype of numbers"),
        (np.array([["2020-01-01"]], "M8[D]"), r"datetime64\[D\] is no dtype of numbers"),
        (np.array([[3]], "m8[s]"), r"timedelta64\[s\] is no dtype of numbers"),
        (np.zeros((2, 3), [("a", "f4"), ("b", "i4")]), "is no dtype of numbers"),
        (np.zeros((2, 3), [("a", "f4")]), "is no dtype of numbers"),
        (np.ones((2, 3), object), r"ndarray holds Python objects .* x\.astype"),
        (np.ma.masked_less(X, 3), "masked elements"),
        (X + 1j, "Complex numbers cannot be drawn"),
    ],
    ids=["texts", "bytes", "dates", "durations", "fields", "one field", "objects", "masked", "complex"],
)
def test_what_holds_no_real_numbers_is_rejected(given, message):
    """Alone and as an input: nothing is converted or left out without a word."""
    for call in ((given,), ("Multiply", X, given)):
        with pytest.raises(mergescope.MergeError, match=message):
            mergescope.show(*call)


def test_tables_of_pandas():
    """Of numbers they are arrays; a column of objects has to be converted."""
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame([[1.0, 2.0], [3.0, 4.0]])
    assert mergescope.show("Add", table, table).view.panels[-1].value.tolist() == [[2, 4], [6, 8]]
    missing = pandas.DataFrame({"a": [1, 2], "b": pandas.Series([1, None], dtype=object)})
    with pytest.raises(mergescope.MergeError, match="na_value"):
        mergescope.show("Add", missing, missing)


def test_a_list_of_arrays_are_the_inputs():
    """As Keras's layers take them; a nested list of numbers is an array."""
    assert mergescope.show("Multiply", [X, A]).numbers == mergescope.show("Multiply", X, A).numbers
    assert len(mergescope.show("Add", X.tolist()).view.panels) == 2


def test_too_many_elements_are_not_computed():
    """A result that would not fit is named before it exists."""
    found = mergescope.show("Multiply", np.ones((1, 3000, 1), "int8"), np.ones((1, 1, 3000), "int8"))
    assert "9,000,000 elements" in repr(found)


def test_both_languages():
    """Words of the view and of errors."""
    mergescope.set_language("zh")
    assert mergescope.show(X, A).meta["words"]["play"] == "播放"
    assert "incompatible shapes" not in repr(mergescope.show("Add", np.ones((2, 5)), np.ones((2, 3)))).splitlines()[-1]
    with pytest.raises(mergescope.MergeError, match="no language 'fr'"):
        mergescope.set_language("fr")


def test_bfloat16_is_widened():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    assert as_numpy(X.astype(ml_dtypes.bfloat16)).dtype == np.float32


@pytest.mark.keras
def test_tensors_of_tensorflow_and_keras():
    """Eager tensors and variables; a symbolic tensor has no values."""
    import keras
    import tensorflow as tf

    tensor = tf.constant(X)
    np.testing.assert_array_equal(as_numpy(tensor), X)
    np.testing.assert_array_equal(as_numpy(tf.cast(tensor, "bfloat16")), X)
    np.testing.assert_array_equal(as_numpy(keras.Variable(A)), A)
    assert backend_of((X, tensor)) == "tensorflow"
    with pytest.raises(mergescope.MergeError, match="KerasTensor cannot be read"):
        mergescope.show(keras.Input((5,)), X)
    with pytest.raises(mergescope.MergeError, match="cannot be read"):
        as_numpy(tf.ragged.constant([[1], [2, 3]]))
