"""What is no tensor, shape, index or name is rejected at once with an error message, never by an accident of Python."""

import time

import numpy as np
import pytest

from core import MergeError, align, gradients, merge, reach, snippet, sources
from core.gates import run_gate
from core.merges.shape_text import parse_shape


def nested(depth: int) -> list:
    inner: list = [1]
    for _ in range(depth):
        inner = [inner]
    return inner


ONES = np.ones((2, 3), "float32")
DEEP = np.ones((1,) * 64, "float32")
NAMES = (["Add"], {"Add": 1}, None, 7, b"Add", "Add\x00", nested(5_000))
SHAPES = (
    None,
    7,
    "2,3",
    ["2,3", "2,3"],
    [b"23", b"23"],
    [(2, 3.0)],
    [(2, "3")],
    [(2, ...)],
    [nested(5_000)],
    [None],
    [],
)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: type(name).__name__)
def test_names_that_are_none(name):
    """Whatever stands where the name of a merge should."""
    with pytest.raises(MergeError, match=r"There is no merge .+; choose one of Add, Subtract"):
        align(name, [(2, 3), (2, 3)])


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_shapes_that_are_none(number):
    """The alignment and each kind of code refuse them alike."""
    shapes = SHAPES[number]
    said = set()
    for ask in (
        align,
        *(lambda name, given, kind=kind: snippet(name, given, kind) for kind in ("numpy", "keras-layer")),
    ):
        if ask is align or shapes:  # Keras's code for no inputs is what Keras refuses
            with pytest.raises(MergeError) as caught:
                ask("Subtract", shapes)
            said.add(str(caught.value))
    assert len(said) == 1


@pytest.mark.parametrize("name", ["Add", "Concatenate", "Dot", "Subtract"])
def test_a_thousand_inputs_are_refused_at_once(name):
    """A thousand inputs have a million changes that might help."""
    started = time.process_time()
    with pytest.raises(MergeError):
        align(name, [(2, 3 + number % 2, 5) for number in range(1_001)])
    assert time.process_time() - started < 2


def test_many_inputs_that_clash():
    """Each of them might be the one to change; past 26, the names in code, no fix is offered."""
    started = time.process_time()
    with pytest.raises(MergeError) as caught:
        align("Add", [(2, 3 + number % 2) for number in range(15_000)])
    assert caught.value.fixes == ()
    assert time.process_time() - started < 5


def test_lists_that_are_nested_too_deeply():
    """Said so, and not that they are ragged."""
    for ask in (merge, gradients):
        with pytest.raises(MergeError, match="nested too deeply: a tensor has at most 64 axes"):
            ask("Add", [nested(5_000), nested(5_000)])


def test_more_axes_than_can_be_computed():
    """NumPy holds 64 axes; a product of two such tensors would have 125."""
    with pytest.raises(MergeError, match="A tensor of 64 axes is too large; at most 32 axes are computed"):
        merge("Dot", [DEEP, DEEP])
    for name in ("Multiply", "Concatenate"):
        with pytest.raises(MergeError, match="A tensor of 64 axes is too large; at most 20 axes are computed"):
            gradients(name, [DEEP, DEEP])
    assert gradients("Dot", [DEEP.reshape((1,) * 20)] * 2, axes=19)[0].shape == (1,) * 20


@pytest.mark.parametrize("cell", [7, None, "01", ("0", "1"), (0.0, 1), (np.nan, 0), (None, 0), (2**70, 0), ((0,), 1)])
def test_cells_that_are_none(cell):
    """Named in the error, whatever they are."""
    alignment = align("Add", [(2, 3), (2, 3)])
    for ask in (sources, lambda plan, index: reach(plan, 1, index)):
        with pytest.raises(IndexError, match="There is no element"):
            ask(alignment, cell)


@pytest.mark.parametrize("number", [2, -1, None, "0", 1.0, 2**70])
def test_inputs_that_are_none(number):
    """Counted from 0, and no further."""
    with pytest.raises(IndexError, match=r"There is no input .+; there are 2 inputs, counted from 0"):
        reach(align("Add", [(2, 3), (2, 3)]), number, (0, 0))


@pytest.mark.parametrize("seed", ["a", None, 1.5, [1]])
def test_seeds_that_are_none(seed):
    """A gate says so before it runs."""
    with pytest.raises(MergeError, match="A seed is an integer"):
        run_gate("se", np.ones((2, 3, 5, 8)), seed=seed)


def test_shapes_as_people_of_other_keyboards_type_them():
    """What cannot be seen is spelled out; how many axes were typed is counted to the last."""
    for text, said in {
        "5×1×5": "Separate sizes with commas, for example 5,1,5; 5×1×5 contains another character.",
        "5：1": "Separate sizes with commas, for example 5,1,5; 5:1 contains another character.",
        "5,4\u202e": "4\\u202e is not an integer.",
        "\u200f5,4": "\\u200f5 is not an integer.",
        "\ud800": "\\ud800 is not an integer.",
        "1," * 9_999 + "1": "Got 10000 axes; at most 6 are drawn.",
    }.items():
        with pytest.raises(MergeError) as caught:
            parse_shape(text)
        assert str(caught.value) == said


@pytest.mark.parametrize("dtype", [">i4", ">u2", ">i8", ">f4"])
def test_byte_order_of_another_machine(dtype):
    """The result has the native order, as a Keras tensor has."""
    value = merge("Add", [np.ones((2, 3), dtype)]).value
    assert value.dtype.isnative
    assert value.dtype == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize("operation", ["Maximum", "Minimum", "Multiply", "Add", "Concatenate"])
def test_one_input_with_a_mask_is_copied(operation):
    """Writing to the result does not change the input."""
    given = np.ones((2, 3), "float32")
    merge(operation, [given], masks=[np.array([True, False])]).value[:] = 7
    assert (given == 1).all()


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="this machine has no longer floats")
def test_floats_longer_than_tensorflow_has():
    """Are not cut in silence."""
    with pytest.raises(MergeError, match="Keras has no dtype"):
        merge("Add", [np.ones((2, 3), np.longdouble)] * 2)


def test_one_dtype_for_two_inputs():
    """Is counted, not zipped."""
    with pytest.raises(MergeError, match="got 1 dtypes for 2 inputs"):
        snippet("Add", [(2, 3), (2, 3)], "numpy", dtypes=["float32"])


def test_axes_that_are_truth_values():
    """Are an int to Python, so Keras takes them, and names them as they were passed."""
    with pytest.raises(MergeError, match="at axis True"):
        align("Dot", [(2, 3), (2, 5)], axes=True)
