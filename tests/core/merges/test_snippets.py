"""The code of what is on screen, run: it gives the numbers on the screen."""

import ast
from itertools import product

import numpy as np
import pytest

from core import DIALECTS, MERGES, MergeError, align, merge, snippet
from core.merges.presets import PRESETS
from core.merges.samples import DTYPES, make_sample, sample_code

KERAS = ("keras-layer", "keras-function")
RUN = [pytest.param(name, marks=[pytest.mark.keras] * (name in KERAS)) for name in DIALECTS]
KNOWN = [name for name, row in PRESETS.items() if not any(None in shape for shape in row.shapes)]
REFUSED = [name for name in KNOWN if name.startswith("error-")]
FITTING = [name for name in KNOWN if name not in REFUSED]
SHAPES = {"Concatenate": [(2, 3, 5), (2, 3, 7)], "Dot": [(2, 3, 5), (2, 7, 5)], "Subtract": [(2, 5), (2, 3, 5)]}


def run(code, dialect):
    """What the code leaves in `y`."""
    if dialect in KERAS:
        pytest.importorskip("tensorflow")
    elif dialect != "numpy":
        pytest.importorskip(dialect)
    names: dict = {}
    exec(compile(code, dialect, "exec"), names)
    return names["y"]


def options(row):
    return {"axis": row.axis, "axes": row.axes, "normalize": row.normalize}


def both(operation, shapes, dialect, dtypes, sample="normal", **chosen):
    """The numbers of the snippet, and those of the engine, from the same samples."""
    made = list(enumerate(zip(shapes, dtypes, strict=True)))
    codes = [sample_code(sample, shape, number=n, seed=3, dtype=dtype) for n, (shape, dtype) in made]
    arrays = [make_sample(sample, shape, number=n, seed=3, dtype=dtype) for n, (shape, dtype) in made]
    y = run(snippet(operation, shapes, dialect, dtypes=dtypes, inputs=codes, **chosen), dialect)
    return np.asarray(y), merge(operation, arrays, **chosen).value


def check(operation, y, wanted, dialect=""):
    """To the bit but for two: sums of Dot depend on the order, and JAX multiplies by 1/3 where others divide by 3."""
    assert (y.shape, y.dtype) == (wanted.shape, wanted.dtype)
    if operation == "Dot":
        np.testing.assert_allclose(y, wanted, rtol=2e-6, atol=2e-6)
    elif operation == "Average" and dialect == "jax":
        np.testing.assert_array_max_ulp(y, wanted, maxulp=1)
    else:
        assert y.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize("preset", FITTING)
def test_presets_give_the_numbers_on_the_screen(preset, dialect):
    """Every preset that fits, in every dialect that is installed."""
    row = PRESETS[preset]
    kinds = ["float32"] * len(row.shapes)
    check(row.operation, *both(row.operation, row.shapes, dialect, kinds, row.sample, **options(row)))


MIXED = [
    ["float64", "float32"], ["float16", "int32"], ["int32", "int32"], ["uint8", "uint8"], ["uint8", "int8"],
    ["int8", "int8"], ["int64", "int16"], ["uint64", "uint64"], ["uint64", "int8"], ["bool", "int8"],
    ["uint16", "uint16"], ["uint16", "uint32"], ["uint32", "uint32"], ["uint8", "uint64"],
]  # fmt: skip


@pytest.mark.parametrize("dtypes", MIXED, ids="-".join)
@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize("operation", MERGES)
def test_dtypes_are_those_of_keras(operation, dialect, dtypes):
    """Also in libraries with rules of their own: the casts are written out."""
    sample = "one-hot" if operation == "Dot" else "normal"  # sums beyond 255 are undefined in TensorFlow
    check(operation, *both(operation, SHAPES.get(operation, [(2, 3, 1), (2, 5)]), dialect, dtypes, sample))


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize("operation", ["Add", "Multiply", "Average", "Maximum", "Concatenate"])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_any_number_of_inputs(operation, dialect, count):
    """One comes out as it went in; many are taken in their order."""
    shapes = [(2, 3, 5)] * count if operation == "Concatenate" else [(2, 3, 5), (2, 1, 5), (2, 5), (2, 3, 1)][:count]
    check(operation, *both(operation, shapes, dialect, ["float32"] * count), dialect)


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize("operation", ["Add", "Average"])
@pytest.mark.parametrize("shapes", [[(3, 3), (3, 1)], [(1, 1, 3), (1, 3, 1)]])
def test_the_bias_is_written_out(operation, dialect, shapes):
    """Other libraries do not know that accident, so the code reshapes."""
    check(operation, *both(operation, shapes, dialect, ["float32"] * 2))


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize(("axes", "normalize"), list(product([(2, 1), (-1, 1), (1, 2)], [False, True])))
def test_dot_in_every_form(dialect, axes, normalize):
    """Either axis of either input, normalised or not."""
    shapes = [(2, 3, 5), (2, 5, 7)] if axes != (1, 2) else [(2, 5, 3), (2, 7, 5)]
    check("Dot", *both("Dot", shapes, dialect, ["float32"] * 2, axes=axes, normalize=normalize))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int32", "bool"])
def test_every_snippet_parses(preset, dialect, dtype):
    """It is Python, it imports what it uses, it ends in `y` and its shape."""
    row = PRESETS[preset]
    try:
        code = snippet(row.operation, row.shapes, dialect, dtypes=[dtype] * len(row.shapes), **options(row))
    except MergeError:
        assert preset in REFUSED
        return
    tree = ast.parse(code)
    imported = {name.asname or name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    used = {
        node.value.id for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert used - {"x0", "x1", "y"} <= imported
    assert code.endswith("print(y.shape)\n")


@pytest.mark.keras
@pytest.mark.parametrize("dialect", KERAS)
@pytest.mark.parametrize("preset", REFUSED)
def test_what_does_not_fit_fails_in_keras_too(preset, dialect):
    """The code can still be copied, to see the error at home."""
    row = PRESETS[preset]
    code = snippet(row.operation, row.shapes, dialect, **options(row))
    with pytest.raises(MergeError) as ours:
        align(row.operation, row.shapes, axis=row.axis, axes=row.axes)
    with pytest.raises(ValueError) as theirs:  # noqa: PT011  # the text is compared below
        run(code, dialect)
    assert str(theirs.value) == ours.value.keras_message


@pytest.mark.parametrize("dialect", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("preset", REFUSED)
def test_what_does_not_fit_has_no_plain_code(preset, dialect):
    """There is nothing to write down; the error is that of `align`."""
    row = PRESETS[preset]
    with pytest.raises(MergeError) as caught:
        snippet(row.operation, row.shapes, dialect, **options(row))
    assert caught.value.fixes


UNKNOWN = [
    ("Multiply", [(None, 20, 7), (20, None, 1)], (20, 20, 7)),
    ("Multiply", [(None, 3), (None, 5, 3)], (2, 5, 3)),
    ("Add", [(3, None), (3, 1, 5, 7)], (3, 1, 5, 7)),
    ("Concatenate", [(None, 3, 5), (7, None, 2)], (7, 3, 7)),
    ("Concatenate", [(2, None), (2, 3)], (2, 6)),
    ("Dot", [(None, 3, 5), (7, 2, 5)], (7, 3, 2)),
    ("Dot", [(None, None), (None, None)], (2, 1)),
    ("Maximum", [(2, None)], (2, 2)),
]


@pytest.mark.keras
@pytest.mark.parametrize(("operation", "shapes", "output"), UNKNOWN)
def test_unknown_sizes(operation, shapes, output):
    """Keras takes them as they are; elsewhere None becomes a size that fits the other inputs."""
    plain = run(snippet(operation, shapes, "numpy"), "numpy")
    assert plain.shape == output
    for dialect in KERAS:
        symbolic = run(snippet(operation, shapes, dialect), dialect)
        assert tuple(symbolic.shape) == align(operation, shapes).output_shape


@pytest.mark.parametrize("dialect", ["matlab", "", "Keras", None])
def test_no_such_dialect(dialect):
    """Names those that there are."""
    with pytest.raises(MergeError, match="choose one of keras-layer, keras-function, numpy, torch, jax"):
        snippet("Add", [(2, 3), (2, 3)], dialect)


def test_as_a_person_would_write_it():
    """The note's example, letter for letter."""
    assert snippet("Multiply", [(5, 1, 5), (5, 4, 5)], "keras-layer") == (
        "import keras\nimport numpy as np\n\n"
        'x0 = np.arange(1, 26).reshape((5, 1, 5)).astype("float32")\n'
        'x1 = np.arange(51, 151).reshape((5, 4, 5)).astype("float32")\n\n'
        "y = keras.layers.Multiply()([x0, x1])\nprint(y.shape)\n"
    )
    assert "y = keras.layers.multiply([x0, x1])" in snippet("Multiply", [(5, 1, 5), (5, 4, 5)], "keras-function")
    assert "y = keras.layers.dot([x0, x1], axes=1, normalize=True)" in snippet(
        "Dot", [(3, 5), (3, 5)], "keras-function", axes=1, normalize=True
    )
    assert "x0 = x0.reshape(2, 1, 3)  # as Keras reads it" in snippet("Add", [(2, 3), (2, 5, 3)], "numpy")


def test_all_dtypes_have_code():
    """Also those that only some libraries can add."""
    for dtype in DTYPES:
        y, wanted = both("Concatenate", [(2, 3), (2, 5)], "numpy", [dtype, dtype])
        check("Concatenate", y, wanted)


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy"])
@pytest.mark.parametrize("operation", MERGES)
@pytest.mark.parametrize(
    "dtypes",
    [["float32", "float32"], ["int64", "int64"], ["int64", "uint32"], ["uint16", "int16"], ["bool", "int8"]],
    ids="-".join,
)
def test_plain_code_has_the_casts_of_the_backend(operation, backend, dtypes):
    """NumPy code gives the numbers that Keras gives on the chosen backend."""
    sample = "one-hot" if operation == "Dot" else "counting"
    shapes = SHAPES.get(operation, [(2, 5, 1), (2, 5)])
    y, wanted = both(operation, shapes, "numpy", dtypes, sample, backend=backend)
    check(operation, y, wanted)


def test_the_backend_is_chosen_before_keras_is_imported():
    """In the first lines; TensorFlow, the default, needs none."""
    for dialect in KERAS:
        code = snippet("Add", [(2, 3), (2, 3)], dialect, backend="jax")
        assert code.startswith('import os\n\nos.environ["KERAS_BACKEND"] = "jax"\n\nimport keras\n')
        assert "os" not in snippet("Add", [(2, 3), (2, 3)], dialect)
    column = snippet("Add", [(3, 3), (3, 1)], "numpy", backend="jax")
    assert "bias" in snippet("Add", [(3, 3), (3, 1)], "numpy")
    assert "bias" not in column
    with pytest.raises(MergeError, match="There is no backend"):
        snippet("Add", [(2, 3), (2, 3)], "numpy", backend="theano")
