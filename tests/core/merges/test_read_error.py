"""`read_error` on what people paste: real messages of three backends, older Keras, shapes in many notations, calls."""

import contextlib
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MERGES, MergeError, Request, Sentence, align, read_error
from core.limits import MAX_TEXT

MESSAGES = json.loads((Path(__file__).parent / "messages.json").read_text(encoding="utf-8"))
N = None


def wanted_shapes(entry):
    """The shapes that a message can tell, and whether it lacks the batch axis."""
    shapes = tuple(tuple(shape) for shape in entry["shapes"])
    if "Inputs have incompatible shapes" in entry["text"]:
        longer_first = sorted(shapes, key=len, reverse=True)
        return {tuple((None, *shape[1:]) for shape in longer_first[:2])}
    return {shapes}


@pytest.mark.parametrize("entry", MESSAGES, ids=lambda entry: f"{entry['backend']}-{entry['operation']}")
def test_messages_that_were_raised(entry):
    """Shapes as the message has them; the merge where the text names it; `align` rejects what was read."""
    read = read_error(entry["text"])
    assert read.shapes in wanted_shapes(entry)
    assert read.operation in (None, entry["operation"])
    if re.search(rf"\b{entry['operation']}\b", entry["text"]) or "at axis" in entry["text"]:
        assert read.operation == entry["operation"]
    if "at axis" in entry["text"]:
        axes = entry["options"]["axes"]
        positions = [
            axis % len(shape)
            for axis, shape in zip([axes, axes] if isinstance(axes, int) else axes, read.shapes, strict=True)
        ]
        found = read.options["axes"]
        assert [found, found] if isinstance(found, int) else list(found) == positions
    assert bool(read.notes) == ("Inputs have incompatible shapes" in entry["text"])
    with pytest.raises(MergeError):
        align(entry["operation"], read.shapes, **{**entry["options"], **read.options})


def test_there_are_enough_of_them():
    """All merges, three backends, with and without a traceback."""
    assert len(MESSAGES) >= 60
    assert {entry["operation"] for entry in MESSAGES} == set(MERGES)
    assert {entry["backend"] for entry in MESSAGES} == {"tensorflow", "jax", "numpy"}
    assert sum("Traceback" in entry["text"] for entry in MESSAGES) >= 9
    assert sum("\x1b[" in entry["text"] for entry in MESSAGES) >= 9


OLDER = [  # of Keras 1 and 2, TensorFlow 1, PyTorch and JAX
    ("ValueError: Operands could not be broadcast together with shapes (64, 48, 48) (1, 1, 64)",
     N, ((N, 64, 48, 48), (N, 1, 1, 64)), {}),
    ("A `Concatenate` layer requires inputs with matching shapes except for the concat axis. Got inputs shapes: "
     "[(None, 16, 16, 512), (None, 17, 17, 512)]", "Concatenate", ((N, 16, 16, 512), (N, 17, 17, 512)), {}),
    ("Can not merge tensors with different batch sizes. Got tensors with shapes : [(32, 5), (16, 5)]",
     N, ((32, 5), (16, 5)), {}),
    ("Dimension incompatibility 300 != 5. Layer shapes: (None, 5, 300), (None, 8, 5)",
     "Dot", ((N, 5, 300), (N, 8, 5)), {}),
    ("Dimensions must be equal, but are 20 and 10 for '{{node model/multiply/mul}} = Mul[T=DT_FLOAT](a, b)' with input "
     "shapes: [?,20,20,256], [?,10,10,1].", "Multiply", ((N, 20, 20, 256), (N, 10, 10, 1)), {}),
    ("Dimension 1 in both shapes must be equal, but are 30 and 29. Shapes are [?,30,30] and [?,29,29]. for "
     "'concatenate_1/concat' (op: 'ConcatV2') with input shapes: [?,30,30,64], [?,29,29,64], [].",
     "Concatenate", ((N, 30, 30, 64), (N, 29, 29, 64)), {}),
    ('Exception encountered when calling layer "multiply_3" (type Multiply).\n\nInputs have incompatible shapes.\n\n'
     'Call arguments received by layer "multiply_3" (type Multiply):\n  • inputs=[\'tf.Tensor(shape=(None, 64, 48, '
     "48), dtype=float32)', 'tf.Tensor(shape=(None, 1, 1, 64), dtype=float32)']",
     "Multiply", ((N, 64, 48, 48), (N, 1, 1, 64)), {}),
    ('Exception encountered when calling layer "concatenate" (type Concatenate).\n\n{{function_node __wrapped__Co}} '
     "ConcatOp : Dimension 1 in both shapes must be equal: shape[0] = [1,30,30,64] vs. shape[1] = [1,29,29,64] "
     "[Op:ConcatV2] name: concat\n\nCall arguments received by layer \"concatenate\" (type Concatenate):\n  • "
     "inputs=['tf.Tensor(shape=(1, 30, 30, 64), dtype=float32)', 'tf.Tensor(shape=(1, 29, 29, 64), dtype=float32)']",
     "Concatenate", ((1, 30, 30, 64), (1, 29, 29, 64)), {}),
    ("Incompatible shapes: [32,28,28] vs. [32,28,1] [Op:Sub]", "Subtract", ((32, 28, 28), (32, 28, 1)), {}),
    ("mul got incompatible shapes for broadcasting: (2, 4, 3), (2, 5, 3).", "Multiply", ((2, 4, 3), (2, 5, 3)), {}),
    ("Incompatible shapes for broadcasting: shapes=[(2, 4, 3), (2, 5, 3)]", N, ((2, 4, 3), (2, 5, 3)), {}),
    ("operands could not be broadcast together with shapes (2,3) (2,4) ", N, ((2, 3), (2, 4)), {}),
    ("A `Concatenate` layer should be called on a list of inputs. Received: input_shape=[TensorShape([1, 1, 3]), "
     "(None, 4, 3)]", "Concatenate", ((1, 1, 3), (N, 4, 3)), {}),
    ("ValueError: A `Dot` layer should be called on a list of 2 inputs. Received: input_shape=[(None, 4), (None, 4), "
     "(None, 4)]", "Dot", ((N, 4), (N, 4), (N, 4)), {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "operation", "shapes", "options"), OLDER)
def test_older_messages(text, operation, shapes, options):
    """Also where the wording has changed since."""
    read = read_error(text)
    assert (read.operation, read.shapes, read.options) == (operation, shapes, options)


NOTATIONS = [
    ("(2,3) and (2,4)", ((2, 3), (2, 4))),
    ("[(None, 96, 96, 64), (None, 1, 1, 64)]", ((N, 96, 96, 64), (N, 1, 1, 64))),
    ("[[None, 96, 96, 64], [None, 1, 1, 64]]", ((N, 96, 96, 64), (N, 1, 1, 64))),
    ("((None, 5), (None, 7))", ((N, 5), (N, 7))),
    ("5x1x5 and 5x4x5", ((5, 1, 5), (5, 4, 5))),
    ("20×20×256 with 20 × 20 × 1", ((20, 20, 256), (20, 20, 1))),
    ("5,1,5 5,4,5", ((5, 1, 5), (5, 4, 5))),
    ("None,64,48,48 None,1,1,64", ((N, 64, 48, 48), (N, 1, 1, 64))),
    ("(5,1,5)x(5,4,5)", ((5, 1, 5), (5, 4, 5))),
    ("(?, 20, 1), (?, 20, 5)", ((N, 20, 1), (N, 20, 5))),
    ("TensorShape([None, 20, 3]) and TensorShape([None, 10, 3])", ((N, 20, 3), (N, 10, 3))),
    ("(TensorShape([Dimension(None), Dimension(3)]), TensorShape([Dimension(None), Dimension(4)]))", ((N, 3), (N, 4))),
    ("torch.Size([2, 3]) torch.Size([2, 5])", ((2, 3), (2, 5))),
    ("<KerasTensor shape=(None, 20, 3), dtype=float32, sparse=False, name=keras_tensor_1> and <KerasTensor "
     "shape=(None, 10, 3), dtype=float32, sparse=False, name=keras_tensor_2>", ((N, 20, 3), (N, 10, 3))),
    ("KerasTensor(type_spec=TensorSpec(shape=(None, 7, 7, 512), dtype=tf.float32, name=None), name='a') "
     "KerasTensor(type_spec=TensorSpec(shape=(None, 10), dtype=tf.float32, name=None))", ((N, 7, 7, 512), (N, 10))),
    ("np.arange(25).reshape(5, 1, 5), np.arange(100).reshape(5, 4, 5)", ((5, 1, 5), (5, 4, 5))),
    ("np.arange(25).reshape((5, 1, 5)) * np.arange(100).reshape((5, -1, 5))", ((5, 1, 5), (5, 4, 5))),
    ("x = np.ones((2, 3)); y = np.zeros((2, 5), dtype='float32')", ((2, 3), (2, 5))),
    ("tf.random.normal((2, 3, 5)), np.random.rand(2, 5)", ((2, 3, 5), (2, 5))),
    ("a = keras.Input(shape=(20, 20, 256))\nb = keras.Input((10, 10, 1))", ((N, 20, 20, 256), (N, 10, 10, 1))),
    ("keras.Input(batch_shape=(4, 3)), keras.Input(batch_shape=(4, 5))", ((4, 3), (4, 5))),
    ("float32[2,4,3] float32[2,5,3]", ((2, 4, 3), (2, 5, 3))),
    ("(5,), (5, 3)", ((5,), (5, 3))),
    ("（2，3）和（2，4）", ((2, 3), (2, 4))),
    ("（2，3）、（２，４）", ((2, 3), (2, 4))),
    ("形状：【None、20】，【None、1】", ((N, 20), (N, 1))),
    ("a的形状是5x1x5，b的形状是5,4,5。", ((5, 1, 5), (5, 4, 5))),
    ("a has the shape (None, 20, 20) and b the shape (None, 20, 20, 256).", ((N, 20, 20), (N, 20, 20, 256))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shapes"), NOTATIONS)
def test_shapes_in_any_notation(text, shapes):
    """Without a merge, which the text does not name."""
    assert read_error(text) == Request(None, shapes)


FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})


@given(st.lists(st.lists(st.none() | st.integers(0, 9_999), min_size=2, max_size=6).map(tuple), min_size=1, max_size=4))
def test_full_width_characters_are_read_as_ascii(shapes):
    """From an East Asian keyboard, with Chinese between the shapes."""
    text = "和".join(map(str, shapes))
    assert read_error(text.translate(FULL_WIDTH)) == read_error(text) == Request(None, tuple(shapes))


CALLS = [
    ("y = Multiply()([a, b]) with a (None, 20, 20, 1) and b (None, 20, 20, 256)", "Multiply",
     ((N, 20, 20, 1), (N, 20, 20, 256)), {}),
    ("Concatenate(axis=1)([x, y])  # x: (None, 16, 16, 16, 512), y: (None, 16, 16, 16, 256)", "Concatenate",
     ((N, 16, 16, 16, 512), (N, 16, 16, 16, 256)), {"axis": 1}),
    ("keras.layers.concatenate([a, b], axis=-1): (2, 3, 5), (2, 7, 5)", "Concatenate", ((2, 3, 5), (2, 7, 5)),
     {"axis": -1}),
    ("Dot(axes=(2, 1))([q, k]) of (None, 7, 10), (None, 10, 8)", "Dot", ((N, 7, 10), (N, 10, 8)), {"axes": (2, 1)}),
    ("layers.dot([q, k], axes=[2, 2], normalize=True) (None, 7, 10) (None, 8, 10)", "Dot", ((N, 7, 10), (N, 8, 10)),
     {"axes": (2, 2)}),
    ("Dot --axes 1 None,5,300 None,8,300", "Dot", ((N, 5, 300), (N, 8, 300)), {"axes": 1}),
    ("Multiply 64,48,48 1,1,64", "Multiply", ((64, 48, 48), (1, 1, 64)), {}),
    ("a = keras.Input((20, 20, 256)); b = keras.layers.Conv2D(64, 3)(a); c = keras.Input((20, 20, 64))\n"
     "keras.layers.Subtract()([b, c])", "Subtract", ((N, 20, 20, 256), (N, 20, 20, 64)), {}),
    ("x1 = np.arange(10).reshape(5, 2)\nx2 = np.arange(10, 20).reshape(5, 2)\ny = keras.layers.maximum([x1, x2])",
     "Maximum", ((5, 2), (5, 2)), {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "operation", "shapes", "options"), CALLS)
def test_code_of_a_call(text, operation, shapes, options):
    """The merge and its options, and only the shapes of tensors."""
    read = read_error(text)
    assert (read.operation, read.shapes, read.options, read.code) == (operation, shapes, options, "")


WRONG = [
    ("TypeError: too many positional arguments\n  y = keras.layers.Concatenate(axis=1)(left, right)", "Concatenate",
     "y = keras.layers.Concatenate(axis=1)([left, right])"),
    ("y = Add()(a, b)", "Add", "y = keras.layers.Add()([a, b])"),
    ("TypeError: add() takes 1 positional argument but 2 were given", "Add", "y = keras.layers.Add()([a, b])"),
    ("TypeError: Concatenate.__init__() takes from 1 to 2 positional arguments but 3 were given", "Concatenate",
     "y = keras.layers.Concatenate()([a, b])"),
    ("merged = Multiply([x, gate])\nTypeError: Merge.__init__() takes 1 positional argument but 2 were given",
     "Multiply",
     "y = keras.layers.Multiply()([x, gate])"),
    ("TypeError: unsupported operand type(s) for %: 'TrackedList' and 'int'\n  Concatenate([a, b])([a, b])",
     "Concatenate", "y = keras.layers.Concatenate()([a, b])"),
    ("Average()({'x': x, 'y': y})\nKeyError: 0", "Average", "y = keras.layers.Average()(list(inputs.values()))"),
    ("A merge layer should be called on a list of inputs. Received: input_shape=(2, 3) (not a list of shapes)", None,
     "y = layer([a, b])"),
    ("A `Concatenate` layer should be called on a list of at least 1 input. Received: input_shape=(2, 3)",
     "Concatenate",
     "y = keras.layers.Concatenate()([a, b])"),
    ("A `Dot` layer should be called on a list of 2 inputs. Received: input_shape=(2, 3)", "Dot",
     "y = keras.layers.Dot(axes=-1)([a, b])"),
    ("TypeError: Dot.__init__() missing 1 required positional argument: 'axes'", "Dot",
     "y = keras.layers.Dot(axes=-1)([a, b])"),
    ("merged = merge([left, right], mode='concat', concat_axis=1)", "Concatenate",
     "y = keras.layers.Concatenate(axis=1)([left, right])"),
    ("model.add(Merge([left, right], mode='sum'))", "Add", "y = keras.layers.Add()([left, right])"),
    ("merge([a, b], mode='dot', dot_axes=[2, 1])", "Dot", "y = keras.layers.Dot(axes=[2, 1])([a, b])"),
    ("merge([a, b], mode='cos', dot_axes=1)", "Dot", "y = keras.layers.Dot(axes=1, normalize=True)([a, b])"),
    ("m = merge([u, v, w], mode=\"mul\")", "Multiply", "y = keras.layers.Multiply()([u, v, w])"),
    ("ImportError: cannot import name 'merge' from 'keras.layers'", None, "y = layer([a, b])"),
    ("y = keras.layers.Add()([c, x])\nAttributeError: 'tensorflow.python.framework.ops.EagerTensor' object has no "
     "attribute 'sparse'", "Add",
     "y = keras.layers.Add()([x, constant])"),
    ("ValueError: A `Concatenate` layer should be called on a list of inputs. Received: "
     "input_shape=[TensorShape([1, 1, 3]), (None, 4, 3)]", "Concatenate",
     "y = keras.layers.Concatenate()([x, constant])"),
    ("AttributeError: module 'keras.layers' has no attribute 'Merge'", None, "y = layer([a, b])"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "operation", "code"), WRONG)
def test_forms_of_a_wrong_call(text, operation, code):
    """Two arguments, tensors in the constructor, a dict, a bare tensor, the merge of Keras 1: the line that works."""
    read = read_error(text)
    assert (read.operation, read.code) == (operation, code)
    assert all(isinstance(note, Sentence) for note in read.notes)
    assert read.notes


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "Multiply", "what is (3)?", "f(2, 3)", "\x00", "Conv2D(64, 3)(x)"]
)
def test_texts_without_shapes(text):
    """Say so."""
    with pytest.raises(MergeError, match="No shapes were found in this text"):
        read_error(text)


@pytest.mark.parametrize("text", [None, 7, b"(2, 3)", "1," * MAX_TEXT])
def test_texts_that_are_none_or_too_long(text):
    """Are not read at all."""
    with pytest.raises(MergeError, match="at most 100,000 characters"):
        read_error(text)


PARTS = [
    "(",
    ")",
    "[",
    "]",
    "1",
    ",",
    " ",
    "x",
    "None",
    "?",
    "shape=",
    "Multiply",
    "merge(",
    "\n",
    "np.arange(",
    "Dot(axes=",
    "-",
    "0x",
    "·",
]
HARD = [
    part * (MAX_TEXT // len(part))
    for part in (*PARTS, "1,", "(1", "[(1,", "1x1x", "((", "1 x ", "ones((", "merge([a, ")
]


@pytest.mark.parametrize("text", HARD, ids=lambda text: repr(text[:8]))
def test_hard_texts_take_linear_time(text):
    """The longest texts of the worst kinds, in processor time, so that other load does not count."""
    started = time.process_time()
    with contextlib.suppress(MergeError):
        read_error(text)
    assert time.process_time() - started < 3


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=60).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_rejected(text):
    """Never another exception; what was read can be aligned or is rejected with a reason."""
    try:
        read = read_error(text)
    except MergeError:
        return
    assert read.shapes or read.code
    if read.operation and read.shapes:
        try:
            align(read.operation, read.shapes, **read.options)
        except MergeError as error:
            assert str(error)
