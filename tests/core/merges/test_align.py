"""How shapes line up: the facts of the design, each by hand."""

import numpy as np
import pytest

from core import MergeError, align
from tests.core.merges.symbolic import ask_symbolic
from tests.oracle import ask, keras

B, M, S, I, U, J, C, F = "batch", "matched", "stretched", "inserted", "unknown", "joined", "contracted", "free"  # noqa: E741  # stands for "inserted"

BY_HAND = [
    ("Multiply", [(5, 1, 5), (5, 4, 5)], {}, (5, 4, 5), [(B, S, M), (B, M, M)]),
    ("Multiply", [(2, 256), (2, 20, 20, 256)], {}, (2, 20, 20, 256), [(B, I, I, M), (B, M, M, M)]),
    ("Multiply", [(2, 3), (2, 5, 3)], {}, (2, 5, 3), [(B, I, M), (B, M, M)]),
    ("Multiply", [(2,), (2, 5, 3)], {}, (2, 5, 3), [(B, I, I), (B, M, M)]),
    ("Add", [(2, 1, 1, 7), (2, 3, 5, 1)], {}, (2, 3, 5, 7), [(B, S, S, M), (B, M, M, S)]),
    ("Maximum", [(2, 1, 3), (2, 1, 3)], {}, (2, 1, 3), [(B, M, M), (B, M, M)]),
    ("Average", [(2, 0, 3), (2, 1, 3)], {}, (2, 0, 3), [(B, M, M), (B, S, M)]),
    ("Minimum", [(2, 3), (2, 5, 1), (2, 7, 1, 1)], {}, (2, 7, 5, 3), [(B, I, I, M), (B, I, M, S), (B, M, S, S)]),
    ("Subtract", [(None, 3), (None, 5, 3)], {}, (None, 5, 3), [(B, I, M), (B, M, M)]),
    ("Multiply", [(None, 3), (7, 3)], {}, (7, 3), [(B, M), (B, M)]),
    ("Multiply", [(2, None), (2, 1)], {}, (2, None), [(B, U), (B, U)]),
    ("Multiply", [(2, None), (2, 5)], {}, (2, None), [(B, U), (B, U)]),
    ("Multiply", [(None, 20, 256), (20, None, 1)], {}, (20, None, 256), [(B, U, M), (B, U, S)]),
    ("Multiply", [(), ()], {}, (), [(), ()]),
    ("Add", [(2, 3, 5)], {}, (2, 3, 5), [(B, M, M)]),
    ("Concatenate", [(2, 3, 5), (2, 3, 7)], {}, (2, 3, 12), [(B, M, J), (B, M, J)]),
    ("Concatenate", [(2, 3, 5), (2, 7, 5)], {"axis": 1}, (2, 10, 5), [(B, J, M), (B, J, M)]),
    ("Concatenate", [(2, 3), (5, 3)], {"axis": 0}, (7, 3), [(J, M), (J, M)]),
    ("Concatenate", [(2, None, 5), (2, 3, 7)], {}, (2, None, 12), [(B, U, J), (B, U, J)]),
    ("Concatenate", [(2, None), (2, 3)], {}, (2, None), [(B, J), (B, J)]),
    ("Dot", [(2, 3, 5), (2, 5, 7)], {"axes": (2, 1)}, (2, 3, 7), [(B, F, C), (B, C, F)]),
    ("Dot", [(2, 3, 5), (2, 7, 5)], {}, (2, 3, 7), [(B, F, C), (B, F, C)]),
    ("Dot", [(3, 5), (3, 5)], {"axes": 1}, (3, 1), [(B, C), (B, C)]),
    ("Dot", [(2, 3, 5, 7), (2, 5)], {"axes": (2, 1)}, (2, 3, 7), [(B, F, C, F), (B, C)]),
]


@pytest.mark.parametrize(("operation", "shapes", "options", "output", "roles"), BY_HAND)
def test_roles_and_result(operation, shapes, options, output, roles):
    """Axis 0 is pinned left, the rest is right-aligned, and each axis says what it does."""
    alignment = align(operation, shapes, **options)
    assert alignment.output_shape == output
    assert [entry.roles for entry in alignment.inputs] == roles
    assert alignment.shapes == tuple(shapes)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("operation", "shapes"),
    [
        ("Multiply", [(1, 4, 5), (5, 4, 5)]),
        ("Multiply", [(4, 3), (2, 4, 3)]),
        ("Multiply", [(2, 20, 20), (2, 20, 20, 256)]),
        ("Add", [(2, 20, 20, 128), (2, 10, 10, 128)]),
        ("Maximum", [(1, 4), (3, 4)]),
        ("Multiply", [(), (2, 4, 3)]),
        ("Subtract", [(2, 3)]),
        ("Subtract", [(2, 3)] * 3),
        ("Dot", [(2, 3)]),
        ("Concatenate", [(2, 1, 5), (2, 3, 5)]),
        ("Concatenate", [(2, 3), (2, 3, 3)]),
    ],
)
def test_what_keras_refuses_we_refuse(operation, shapes):
    """Also where NumPy would not."""
    options = {"axes": -1} if operation == "Dot" else {}
    assert ask(operation, [np.ones(shape, "float32") for shape in shapes], **options).value is None
    with pytest.raises(MergeError):
        align(operation, shapes)


def test_inserted_axes_come_right_after_the_batch():
    """(2,256) is read as (2,1,1,256)."""
    first, second = align("Multiply", [(2, 256), (2, 20, 20, 256)]).inputs
    assert (first.shape, first.expanded_shape, first.inserted) == ((2, 256), (2, 1, 1, 256), 2)
    assert (second.expanded_shape, second.inserted) == ((2, 20, 20, 256), 0)


def test_axes_are_counted_from_the_front():
    """Whatever was asked, so that a screen can mark them."""
    assert align("Concatenate", [(2, 3, 5), (2, 3, 7)], axis=-1).axis == 2
    assert align("Dot", [(2, 3, 5), (2, 5, 7)], axes=(-1, -2)).axes == (2, 1)
    assert align("Multiply", [(2, 3), (2, 3)]).axis is None


@pytest.mark.parametrize("name", ["Multiply", "multiply", "MULTIPLY"])
def test_names_of_class_and_function(name):
    """Both forms name the same merge."""
    assert align(name, [(2, 3), (2, 3)]).operation == "Multiply"


SILENT = [
    ("Multiply", [(2, 20, 20), (2, 20, 20, 20)], "with axes 2, 3 of (2, 20, 20, 20). It would also fit axes 1, 2"),
    ("Multiply", [(2, 20, 20, 256), (2, 20, 256)], "with axes 2, 3 of (2, 20, 20, 256). It would also fit axes 1"),
    ("Multiply", [(2, 7), (2, 7, 7)], "is aligned with axes 2 of (2, 7, 7). It would also fit axes 1"),
    ("Multiply", [(None, None, None, 64), (None, None, 64)], "axes 2, 3 of (None, None, None, 64). It would also fit"),
    ("Multiply", [(2, 7, 1), (2, 7)], "is aligned with axes 2 of (2, 7, 7). It would also fit axes 1"),
    ("Add", [(None, 4, 3), (1, 4, 3)], "a built model broadcasts the 1 and returns the other batch"),
    ("Multiply", [(None, 4, 3), (3, 4, 3)], "a run with another batch fails, unless it is 1"),
    ("Concatenate", [(None, 4, 3), (1, 4, 3)], "a run with another batch than 1 fails"),
    ("Dot", [(None, 4, 3), (5, 4, 3)], "a run with another batch than 5 fails"),
    ("Add", [(3, 3), (3, 1)], "treats input 1 of shape (3, 1) as a bias and adds it as (1, 3)"),
    ("Average", [(3, 3), (3, 1)], "treats input 1 of shape (3, 1) as a bias"),
    ("Multiply", [(2, None), (2, 5)], "Axis 1 is None in one input"),
    ("Concatenate", [(None, None, 3), (None, 5, 2)], "Axis 1 is None in one input"),
    ("Concatenate", [(None, None, 3), (None, 1, 2)], "Axis 1 is None in one input"),
    ("Add", [(None, 3, 3), (None, 3, 1)], "With a single sample, Keras on the TensorFlow backend treats input 1"),
    ("Average", [(None, 5, 5, 3), (None, 1, 5, 1)], "With a single sample"),
    ("Multiply", [(None, None, None, 64), (None, None, 64)], "is aligned with axes 2, 3"),
    ("Multiply", [(2, 3)], "With a single input there is nothing to merge"),
    ("Concatenate", [(2, 3)], "With a single input there is nothing to merge"),
    ("Concatenate", [(2, 3), (5, 3)], "Axis 0 is the batch axis"),
    ("Dot", [(2, 5), (2, 3, 5)], "axes=-1 counts from the end: axis 1 of input 0 and axis 2 of input 1."),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "shapes", "warning"), SILENT)
def test_silent_mistakes_are_named(operation, shapes, warning):
    """Legal, probably not meant."""
    (found,) = align(operation, shapes, axis=0 if warning.startswith("Axis 0") else -1).warnings
    assert warning in found


@pytest.mark.parametrize(
    "shapes",
    [
        [(None, 8, 8, 64), (None, None, 64)],
        [(None, None, None, 64), (None, 8, 64)],
        [(2, None, None, 64), (2, None, 64)],
    ],
)
def test_unknown_sizes_are_warned_of_as_known_ones(shapes):
    """The alignment that 8 and 8 would be warned of; beside it, that None cannot be checked."""
    assert any("is aligned with axes 2, 3" in warning for warning in align("Multiply", shapes).warnings)


@pytest.mark.parametrize(
    ("operation", "shapes"),
    [
        ("Multiply", [(5, 1, 5), (5, 4, 5)]),
        ("Multiply", [(2, 20, 20, 256), (2, 20, 20, 1)]),
        ("Multiply", [(2, 20, 20, 256), (2, 256)]),
        ("Multiply", [(3, 3), (3, 1)]),
        ("Subtract", [(3, 3), (3, 1)]),
        ("Add", [(3, 5), (3, 1)]),
        ("Add", [(None, 3), (None, 3)]),
        ("Concatenate", [(2, 3), (2, 5)]),
        ("Dot", [(2, 3, 5), (2, 7, 5)]),
        ("Add", [(2, 1, 1, 7), (2, 3, 5, 1)]),
        ("Multiply", [(None, None, None, 256), (None, 256)]),
        ("Multiply", [(None, 7, None, 256), (None, 256)]),
        ("Add", [(None, 5, 7, 256), (None, 1, 1, 256)]),
        ("Add", [(None, 7, 5, 256), (None, 7, 1, 1)]),
        ("Multiply", [(None, 3, 3), (None, 3, 1)]),
        ("Concatenate", [(None, None, 3), (None, None, 5)]),
        ("Multiply", [(None, None, None, 256), (None, None, None, 1)]),
    ],
)
def test_nothing_to_warn_of(operation, shapes):
    """Ordinary merges are left in peace."""
    assert align(operation, shapes).warnings == ()


@pytest.mark.keras
@pytest.mark.parametrize("operation", ["Add", "Average"])
def test_the_bias_of_the_tensorflow_backend(operation):
    """What is really added differs from what the shapes promise; only these two do it, and only to the second."""
    alignment = align(operation, [(1, 1, 3), (1, 3, 1)])
    assert [entry.read_shape for entry in alignment.inputs] == [(1, 1, 3), (1, 1, 3)]
    run = ask(operation, [np.ones((1, 1, 3), "float32"), np.ones((1, 3, 1), "float32")])
    assert alignment.output_shape == run.value.shape == (1, 1, 3)
    assert ask_symbolic(operation, [(1, 1, 3), (1, 3, 1)]) == (1, 3, 3)  # Keras's own promise is broken when it runs
    assert align("Multiply", [(1, 1, 3), (1, 3, 1)]).output_shape == (1, 3, 3)
    assert align(operation, [(1, 3, 3, 7), (1, 1, 3, 1)]).inputs[1].read_shape == (1, 3, 1, 1)


@pytest.mark.keras
def test_a_single_sample_turns_an_input_into_a_bias():
    """As the warning says: a built model on one sample, also in predict(); not on two."""
    x, column = keras.Input((3, 3)), keras.Input((3, 1))
    model = keras.Model([x, column], keras.layers.Add()([x, column]))
    zeros, values = np.zeros((2, 3, 3), "float32"), np.arange(6, dtype="float32").reshape(2, 3, 1)
    along_columns = np.broadcast_to(values[:1], (1, 3, 3))
    np.testing.assert_array_equal(model([zeros, values])[:1], along_columns)
    for run in (model, lambda inputs: model.predict(inputs, verbose=0)):
        np.testing.assert_array_equal(run([zeros[:1], values[:1]]), along_columns.swapaxes(1, 2))


@pytest.mark.keras
def test_a_known_column_beside_an_unknown_batch_is_a_bias():
    """In the graph already; the warning names the shape in which it is read."""
    alignment = align("Add", [(None, 3, 3), (1, 3, 1)])
    assert alignment.inputs[1].read_shape == (1, 1, 3)
    assert ask_symbolic("Add", [(None, 3, 3), (1, 3, 1)]) == alignment.output_shape


@pytest.mark.keras
def test_keras_cannot_add_an_empty_batch_to_itself():
    """Since TensorFlow takes the second for a bias; the text is Keras's own."""
    empty = np.ones((0, 2), "float32")
    with pytest.raises(MergeError) as caught:
        align("Add", [(0, 2), (0, 2)])
    assert caught.value.keras_message == ask("Add", [empty, empty]).text
    assert ask("Multiply", [empty, empty]).value.shape == (0, 2)


BAD_REQUESTS = [
    (("Multiply", []), {}, "A merge layer should be called on a list of at least 1 input"),
    (("Dot", []), {}, "A merge layer should be called on a list of at least 1 input"),
    (("Concatenate", []), {}, "A merge layer should be called on a list of at least 1 input"),
    (("Divide", [(2, 3)]), {}, "There is no merge 'Divide'; choose one of Add, Subtract, Multiply"),
    (("", [(2, 3)]), {}, "There is no merge ''; choose one of"),
    ((None, [(2, 3)]), {}, "There is no merge None; choose one of"),
    ((7, [(2, 3)]), {}, "There is no merge 7; choose one of"),
    (("Add", [(2, -3), (2, 3)]), {}, "Sizes must be at least 0; (2, -3) has a negative one."),
    (("Add", [(2, 3.5), (2, 3)]), {}, "A shape consists of integers or None; got (2, 3.5)."),
    (("Add", [(2, "3"), (2, 3)]), {}, "A shape consists of integers or None; got (2, '3')."),
    (("Add", ["2,3", (2, 3)]), {}, "A shape consists of integers or None"),
    (("Add", (2, 3)), {}, "A merge layer should be called on a list of inputs. Received: input_shape=(2, 3)"),
    (("Concatenate", [(2, 3), (2, 3)]), {"axis": 1.0}, "The axis of `Concatenate` should be an integer. Received"),
    (("Concatenate", [(2, 3), (2, 3)]), {"axis": None}, "The axis of `Concatenate` should be an integer"),
    (("Concatenate", [(2, 3), (2, 3)]), {"axis": "a"}, "The axis of `Concatenate` should be an integer"),
    (("Concatenate", [(2, 3), (2, 3)]), {"axis": -4}, "Axis -4 does not exist in shape (2, 3)."),
    (("Concatenate", [(2, 3), (2, 3)]), {"axis": 4}, "Axis 4 does not exist; there are the axes 0 to 1."),
    (("Dot", [(2, 3), (2, 3)]), {"axes": 5}, "Axis 5 does not exist in shape (2, 3)."),
    (("Dot", [(2, 3), (2, 3)]), {"axes": "a"}, "Invalid type for argument `axes`"),
    (("Dot", [(2, 3), (2, 3)]), {"axes": (1, 1, 1)}, "Invalid format for argument `axes`: it should contain two"),
    (("Dot", [(2, 3), (2, 3)]), {"axes": (1, 1.0)}, "Invalid format for argument `axes`: list elements"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "options", "text"), BAD_REQUESTS)
def test_requests_that_make_no_sense(arguments, options, text):
    """Each gets its own text."""
    with pytest.raises(MergeError) as caught:
        align(*arguments, **options)
    assert text in str(caught.value)


def test_options_of_other_merges_are_left_alone():
    """Multiply has no axis to be wrong."""
    assert align("Multiply", [(2, 3), (2, 3)], axis="a", axes="b").output_shape == (2, 3)


def test_integers_of_numpy_are_sizes():
    """As they come out of `array.shape` arithmetic."""
    alignment = align("Concatenate", [np.array([2, 3]), (np.int64(2), 5)], axis=np.int8(1))
    assert alignment.output_shape == (2, 8)
    assert all(type(size) is int for size in alignment.output_shape)


@pytest.mark.parametrize("axis", [-3, -9, -1_000])
def test_no_axis_is_at_fault_where_the_chosen_one_does_not_exist(axis):
    """The sizes of axis 0 are equal; nothing about it is wrong."""
    with pytest.raises(MergeError) as raised:
        align("Concatenate", [(2, 3), (2, 4)], axis=axis)
    assert raised.value.axes == ()
    assert [one.roles for one in raised.value.partial] == [("batch", "")] * 2
    assert raised.value.fixes[0].options == {"axis": 1}
