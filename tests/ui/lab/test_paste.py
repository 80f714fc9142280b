"""The box of the Merge lab: errors of Keras, shapes and arrays become the values of the controls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import MergeError, align
from ui.files.uploads import read_list
from ui.lab.paste import array_texts, read_paste
from ui.lab.presets import link_to

TOO_MANY = "A merge takes at most 6 inputs here; 7 were given."


def read(text, operation="Multiply"):
    return dict(read_paste(text, operation=operation).values)


@pytest.mark.parametrize(
    ("text", "operation", "shapes"),
    [
        ("(2, 20, 20, 256) (2, 20, 20)", "Multiply", ["2,20,20,256", "2,20,20"]),
        ("5x1x5 and 5x4x5", "Multiply", ["5,1,5", "5,4,5"]),
        ("[(None, 96, 96, 64), (None, 1, 1, 64)]", "Multiply", ["None,96,96,64", "None,1,1,64"]),
        (
            "ValueError: A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
            "Received: input_shape=[(2, 16, 16, 512), (2, 15, 16, 256)]",
            "Concatenate",
            ["2,16,16,512", "2,15,16,256"],
        ),
    ],
)
def test_shapes_and_errors(text, operation, shapes):
    """The operation, if the text names one, and the shapes with their batch axis."""
    values = read(text)
    assert values["op"] == operation
    assert [values[f"s{number}"] for number in range(values["n"])] == shapes


def test_the_batch_axis_that_keras_leaves_out():
    """It is put back as None, and a note says so."""
    found = read_paste("Inputs have incompatible shapes. Received shapes (7, 11, 13) and (7, 11)", operation="Add")
    assert (found.values["s0"], found.values["s1"]) == ("None,7,11,13", "None,7,11")
    assert any("batch" in note for note in found.notes)


def test_the_message_of_keras_itself():
    """What the engine raises for incompatible shapes, letter for letter as Keras, is read back."""
    with pytest.raises(MergeError) as caught:
        align("Add", ((2, 3, 5), (2, 7, 5)))
    values = read(caught.value.keras_message)
    assert [values["s0"][-3:], values["s1"][-3:]] == ["3,5", "7,5"]


def test_counting_arrays_stay_editable():
    """np.arange with reshape becomes a counting sample with its first value and dtype."""
    values = read("a = np.arange(25).reshape(5, 1, 5)\nb = np.arange(50, 150).reshape((5, 4, 5))")
    assert values == {
        "op": "Multiply", "n": 2, "s0": "5,1,5", "f0": "counting", "d0": "int64", "start0": "0",
        "s1": "5,4,5", "f1": "counting", "d1": "int64", "start1": "50",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>\n"
        "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([3., 4.], dtype=float32)>",
        ">>> a = np.array([1., 2.])\n>>> b = np.array([3., 4.])",
        "tensor([1., 2.]), tensor([3., 4.], grad_fn=<AddBackward0>)",
    ],
)
def test_tensors_as_libraries_print_them(text):
    """One below the other, or with a comma between them; the texts are read again by the page."""
    values = read(text)
    assert [values["n"], values["f0"], values["f1"]] == [2, "list", "list"]
    assert [read_list(values[f"v{number}"]).tolist() for number in (0, 1)] == [[1, 2], [3, 4]]


def test_zeros_are_zeros():
    """Not the sizes that they are made with."""
    assert read_list(read("np.zeros((2, 3))\nnp.ones((2, 3))")["v0"]).tolist() == [[0.0] * 3] * 2


def test_other_arrays_are_typed_values():
    """Nested lists are kept as they were pasted."""
    values = read("[[1.5, 2], [3, 4]]\n[[5, 6], [7, 8]]", operation="Add")
    assert values == {
        "op": "Add",
        "n": 2,
        "f0": "list",
        "v0": "[[1.5, 2], [3, 4]]",
        "f1": "list",
        "v1": "[[5, 6], [7, 8]]",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("np.arange(24).reshape(5, 5)", "has 24 values, which do not fit the shape (5, 5)"),
        ("\n".join(["[[1, 2]]"] * 7), TOO_MANY),
        (",".join(["(2,3)"] * 7), TOO_MANY),
        ("Received: input_shape=[" + ", ".join(["(2, 3)"] * 7) + "]", TOO_MANY),
        ("(2,3) " * 30, "A merge takes at most 6 inputs here; 26+ were given."),
        ("x" * 20_001, "The text has 20,001 characters; at most 20,000 are read."),
        ("hello", "No shapes were found"),
    ],
)
def test_what_cannot_be_read(text, said):
    """One sentence with the reason."""
    with pytest.raises(MergeError) as caught:
        read(text)
    assert said in str(caught.value)


@given(st.text(max_size=200) | st.text(alphabet="[]()0123456789., \nnparange=reshape", max_size=80))
def test_nothing_else_is_ever_raised(text):
    """Any text gives values or a MergeError."""
    try:
        read(text)
    except MergeError as error:
        assert str(error)


def test_lists_of_shapes_are_no_arrays():
    """Shapes in brackets, and error messages with brackets, are left to the reader of errors."""
    assert array_texts("[(5, 1, 5), (5, 4, 5)]") == []
    assert array_texts("Received: input_shape=[(2, 3), (2, 5)]") == []
    assert array_texts("array([[1, 2]]), array([[3], [4]])") == ["array([[1, 2]])", "array([[3], [4]])"]


def test_a_link_has_no_defaults():
    """But it is not empty, which would show the lab as it was left."""
    assert link_to(read("(2,3) (2,4)")) == {"s0": "2,3", "s1": "2,4"}
    assert link_to(read("(2,3) (2,4)", "Dot")) == {"op": "Dot", "s0": "2,3", "s1": "2,4"}
    assert link_to({"op": "Multiply", "axis": "2"}) == {"axis": "2"}
    assert link_to({"op": "Multiply"}) == {"op": "Multiply"}
