"""What is rejected, why, and how to fix it; the texts come from the real layer, they are not copied."""

import copy
import pickle
import re

import numpy as np
import pytest

from core import MERGES, Fix, MergeError, Sentence, align, merge
from core.errors import Call, PartialInput
from tests.oracle import ask, keras

TABLE = [  # the reference, section 4.1: (merge, shapes, options, the axes at fault)
    ("Multiply", [(3, 20, 20, 256), (3, 10, 10, 1)], {}, {(0, 1), (0, 2), (1, 1), (1, 2)}),
    ("Multiply", [(2, 20, 20), (2, 20, 20, 256)], {}, {(0, 2), (1, 3)}),
    ("Add", [(2, 3, 5), (2, 7, 5), (2, 1, 5)], {}, {(0, 1), (1, 1)}),
    ("Maximum", [(2, 3), (2, 5, 7)], {}, {(0, 1), (1, 2)}),
    ("Average", [(2, 4), (1, 4)], {}, {(0, 0), (1, 0)}),
    ("Minimum", [(4, 3), (2, 4, 3)], {}, {(0, 0), (1, 0)}),
    ("Multiply", [(), (2, 5, 3)], {}, {(0, 0)}),
    ("Subtract", [(2, 3)], {}, set()),
    ("Subtract", [(2, 3)] * 3, {}, set()),
    ("Concatenate", [(2, 3, 5), (2, 7, 5)], {}, {(0, 1), (1, 1)}),
    ("Concatenate", [(2, 3, 5), (3, 3, 5)], {"axis": 1}, {(0, 0), (1, 0)}),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": 2}, {(0, 1), (1, 1)}),
    ("Concatenate", [(2, 3), (2, 3, 3)], {}, {(1, 1)}),
    ("Dot", [(2, 3)], {"axes": 1}, set()),
    ("Dot", [(2, 3)] * 3, {"axes": 1}, set()),
    ("Dot", [(1, 5, 2), (1, 2, 4)], {"axes": (1, 2)}, {(0, 1), (1, 2)}),
    ("Dot", [(2, 5), (3, 5)], {"axes": 1}, {(0, 0), (1, 0)}),
    ("Dot", [(2, 5), (2, 5)], {"axes": 0}, {(0, 0), (1, 0)}),
    ("Dot", [(3,), (3,)], {"axes": 0}, {(0, 0), (1, 0)}),
]


def refusal(operation, shapes, **options):
    with pytest.raises(MergeError) as caught:
        align(operation, shapes, **options)
    return caught.value


@pytest.mark.keras
@pytest.mark.parametrize(("operation", "shapes", "options", "axes"), TABLE)
def test_the_text_is_that_of_keras(operation, shapes, options, axes):
    """Letter for letter, from `align` and from `merge`, with the axes at fault."""
    arrays = [np.ones(shape, "float32") for shape in shapes]
    theirs = ask(operation, arrays, **options)
    ours = refusal(operation, shapes, **options)
    assert ours.keras_message == theirs.text
    assert ours.raised_as == theirs.kind
    assert set(ours.axes) == axes
    with pytest.raises(MergeError) as caught:
        merge(operation, arrays, **options)
    assert caught.value.keras_message == theirs.text


@pytest.mark.keras
@pytest.mark.parametrize("operation", list(MERGES))
@pytest.mark.parametrize("shape", [(2, 3), (5,), (2, 1, 3)])
def test_one_tensor_instead_of_a_list(operation, shape):
    """The same text as the layer, and putting it in a list is among the fixes where that helps."""
    layer = keras.layers.Dot(axes=-1) if operation == "Dot" else getattr(keras.layers, operation)()
    with pytest.raises(ValueError) as theirs:  # noqa: PT011  # the text is compared below
        layer(np.ones(shape, "float32"))
    with pytest.raises(MergeError) as ours:
        merge(operation, np.ones(shape, "float32"))
    assert ours.value.keras_message == str(theirs.value)
    assert ours.value.keras_message == refusal(operation, shape).keras_message
    assert ours.value.fixes or (operation, shape) == ("Dot", (5,))  # which needs two axes


@pytest.mark.keras
@pytest.mark.parametrize("axes", ["a", None, 1.0, (1, 2, 3), (1,), (1.0, 2), ["a", 1], {1, 2}])
def test_axes_that_the_constructor_of_dot_refuses(axes):
    """Its own texts; no shapes would help."""
    with pytest.raises((TypeError, ValueError)) as theirs:
        keras.layers.Dot(axes=axes)
    ours = refusal("Dot", [(2, 3), (2, 3)], axes=axes)
    assert ours.keras_message == str(theirs.value)
    assert ours.raised_as == theirs.type.__name__
    assert ours.fixes == ()


@pytest.mark.keras
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32"])
@pytest.mark.parametrize("normalize", [False, True])
def test_the_frame_names_the_dtypes(dtype, normalize):
    """An error from inside the call repeats what the layer got, after its own casting."""
    arrays = [np.ones((2, 5), dtype), np.ones((3, 5), dtype)]
    with pytest.raises(MergeError) as caught:
        merge("Dot", arrays, axes=1, normalize=normalize)
    assert caught.value.keras_message == ask("Dot", arrays, axes=1, normalize=normalize).text


@pytest.mark.keras
@pytest.mark.parametrize("operation", ["Add", "Multiply", "Maximum", "Average", "Subtract", "Minimum"])
def test_truth_values(operation):
    """TensorFlow has no arithmetic for them; the explanation says what to do."""
    arrays = [np.ones((2, 3), bool), np.ones((2, 3), bool)]
    with pytest.raises(MergeError, match="cast the inputs to float32 first") as caught:
        merge(operation, arrays)
    assert caught.value.keras_message == ask(operation, arrays).text


NOT_TOGETHER = "which cannot be broadcast together: sizes must be equal, or 1."
EXPLANATIONS = [
    ("Multiply", [(2, 3, 5), (2, 7, 5)], {}, f"The sizes on axis 1 are 3, 7, {NOT_TOGETHER}"),
    ("Multiply", [(2, 7), (2, 5, 3)], {}, "Keras inserts the missing axes right after the batch axis, so (2, 7) is "
     "read as (2, 1, 7). On axis 2 the sizes are then 3, 7"),
    ("Multiply", [(1, 4), (5, 4)], {}, "Axis 0 is the batch axis. When a merge layer is called, its size must be "),
    ("Multiply", [(), (5, 4)], {}, "A scalar has no batch axis"),
    ("Subtract", [(5, 4)] * 3, {}, "Subtract takes exactly 2 inputs; it got 3."),
    ("Dot", [(5, 4)], {}, "Dot takes exactly 2 inputs; it got 1."),
    ("Dot", [(2, 3), (2, 5)], {}, "The contracted axes must have the same size; they have 3 and 5."),
    ("Dot", [(2, 3), (2, 5)], {"axes": 3}, "Axis 3 does not exist; input 0 has 2 axes, counted from 0."),
    ("Concatenate", [(2, 1, 50), (2, 10)], {}, "Inputs 0 and 1 have 3 and 2 axes; all inputs must have the same "),
    ("Concatenate", [(2, 89, 89, 8), (2, 88, 88, 8)], {}, "89 is not a multiple of 2: pooled to 44 and upsampled "
     "again it becomes 88. Multiples of 2 work."),
    ("Add", [(2, 90, 90, 8), (2, 88, 88, 8)], {}, "90 is not a multiple of 4: pooled to 22 and upsampled again it "),
    ("Concatenate", [(2, 3, 5), (2, 7, 5)], {}, "Only axis -1, along which the inputs are concatenated, may differ; "
     "all other axes must match exactly"),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": -3}, "Axis -3 does not exist; input 0 has the axes 0 to 1."),
    ("Add", [], {}, "The list of inputs is empty; a merge needs at least one."),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "shapes", "options", "text"), EXPLANATIONS)
def test_the_explanation_names_axes_and_sizes(operation, shapes, options, text):
    """In our words, as a sentence that a screen can translate."""
    explanation = refusal(operation, shapes, **options).explanation
    assert text in explanation
    assert isinstance(explanation, Sentence)


ACCIDENTS = [
    ("Add", [], {}, "not subscriptable"),
    ("Concatenate", [], {}, "has no len"),
    ("Concatenate", [(), ()], {}, "modulo by zero"),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": -4}, "out of range"),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": "a"}, "not all arguments converted"),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": None}, "unsupported operand"),
    ("Concatenate", [(2, 3), (2, 3)], {"axis": 1.0}, "must be integers or slices"),
    ("Dot", [(2, 3), (2, 3)], {"axes": 5}, "tuple index out of range"),
    ("Dot", [(), (2, 3)], {"axes": -1}, "modulo by zero"),
]


@pytest.mark.keras
@pytest.mark.parametrize(("operation", "shapes", "options", "text"), ACCIDENTS)
def test_accidents_of_keras_get_a_clear_text(operation, shapes, options, text):
    """What Keras really prints is kept beside it."""
    arrays = [np.ones(shape, "float32") for shape in shapes]
    theirs = ask(operation, arrays, **{**({"axes": -1} if operation == "Dot" else {}), **options})
    ours = refusal(operation, shapes, **options)
    assert text in theirs.text
    assert ours.accident == theirs.text
    assert ours.raised_as == theirs.kind
    assert text not in str(ours)


def _all_kinds():
    yield refusal("Multiply", [(2, 3), (2, 5)])
    yield refusal("Dot", [(2, 5), (3, 5)])
    yield refusal("Concatenate", [(), ()])
    yield refusal("Divide", [])
    yield MergeError("a text of Keras {with braces}")


@pytest.mark.parametrize("error", list(_all_kinds()), ids=lambda error: error.explanation[:20])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e)), MergeError.but])
def test_errors_survive_a_journey(error, again):
    """Between processes, through a cache, and with other fixes, nothing of them is lost."""
    other = again(error)
    for name in ("keras_message", "explanation", "axes", "fixes", "accident", "partial", "raised_in_call", "raised_as"):
        assert getattr(other, name) == getattr(error, name)
    assert (str(other), type(other.explanation)) == (str(error), type(error.explanation))
    assert isinstance(other, ValueError)


def test_other_fixes():
    """`but` changes what it is given, and nothing else."""
    error = refusal("Dot", [(2, 5), (3, 5)])
    fix = Fix("do something", ((2, 3), (2, 3)))
    other = error.but(fixes=[fix], call=Call("Dot", ((2, 5),), ("int8",)))
    assert (other.fixes, other.axes) == ((fix,), error.axes)
    assert "dtype=int8" in other.keras_message
    assert error.fixes != (fix,)


def test_another_call_does_not_touch_what_was_said_before_it():
    """Errors from Keras's checks carry no frame, and get none."""
    error = refusal("Multiply", [(2, 3), (2, 5)])
    assert error.but(call=Call("Multiply", (), ())).keras_message == error.keras_message
    assert not error.raised_in_call


def test_as_text():
    """Keras's text first, ours below it; once where both are the same."""
    error = refusal("Multiply", [(2, 3), (2, 5)])
    assert str(error) == f"{error.keras_message}\n{error.explanation}"
    assert str(refusal("Divide", [])).count("Divide") == 1


@pytest.mark.keras
def test_no_colours_of_a_terminal():
    """Keras prints some around errors from inside a call."""
    with pytest.raises(ValueError, match="different batch sizes") as caught:
        keras.layers.Dot(axes=1)([np.ones((2, 5), "float32"), np.ones((3, 5), "float32")])
    assert re.search(r"\x1b\[", str(caught.value))
    assert "\x1b" not in refusal("Dot", [(2, 5), (3, 5)]).keras_message


def test_the_partial_alignment():
    """How far the inputs were aligned: expanded as Keras does, the axes at fault marked; nothing for a bad request."""
    error = refusal("Multiply", [(2, 7), (2, 3, 5)])
    assert error.partial == (
        PartialInput((2, 7), (2, 1, 7), ("batch", "inserted", "clashing")),
        PartialInput((2, 3, 5), (2, 3, 5), ("batch", "", "clashing")),
    )
    assert refusal("Divide", []).partial == ()
