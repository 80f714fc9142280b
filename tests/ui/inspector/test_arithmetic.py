"""The calculation that is written next to a value gives that value: for every merge, option, mask and dtype."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import merge
from sandbox.model_file.file import MergeEntry, Operand
from tests.ui.inspector.models import gate_file
from ui.export.drawing.snapshot import look_at
from ui.export.drawing.sums import explain
from ui.inspector.recorded import Tensors, computed_inputs, notes
from ui.inspector.values import merge_view
from ui.tensor_view import Selection

ELEMENTWISE = ("Add", "Multiply", "Average", "Maximum", "Minimum")
NUMBER = r"-?(?:inf|nan|\d[\d,]*\.?\d*(?:e[-+]?\d+)?)"


CAST = re.compile(r"(u?int\d+|b?float\d+)\((.*)\)")


def tensors_of(operation, inputs, *, masks=None, output=None, **options):
    """What a run would record of a merge, computed by the engine."""
    result = merge(operation, inputs, masks=masks, **options).value if output is None else output
    operands = tuple(Operand(f"layer{number}", 0, array.shape) for number, array in enumerate(inputs))
    entry = MergeEntry("m", "m", operation, "layer", operation, (), 0, operands, result.shape, dict(options))
    return Tensors(entry, tuple(inputs), result, tuple(masks or ()))


def written_at(tensors, index, view=None):
    """The value and the right side that are written for one element of the result."""
    view = merge_view(tensors)[0] if view is None else view
    look = look_at(view, Selection(cell=index, panel=len(tensors.inputs), at=index))
    text = explain(look)[0].replace("−", "-").replace("∞", "inf")
    return re.fullmatch(r"\([^)]*\): (\S+) [=≈] (.*)", text).groups()


def evaluated(right):
    """The number that a written calculation gives, and how large its parts are together."""
    if cast := CAST.fullmatch(right):
        value, parts = evaluated(cast[2])
        return cast_to(value, cast[1]), parts
    text = re.sub(r" \(.*?\(.*?\)\)$", "", right) if "input" in right else right  # Concatenate names the element
    text = text.replace(",", "") if "max(" not in text and "min(" not in text else text
    values = [abs(float(number.replace(",", ""))) for number in re.findall(NUMBER, text)]
    code = text.replace("×", "*").replace("inf", "float('inf')").replace("nan", "float('nan')")
    return float(eval(code, {"max": max, "min": min, "float": float})), values


def cast_to(value, dtype):
    """As TensorFlow converts a number: to infinity, to 0, or to the end of the integers."""
    if "int" in dtype:
        limits = np.iinfo(dtype)
        return float(limits.min if not limits.min <= value <= limits.max else value)
    with np.errstate(over="ignore"):
        found = float(np.float32(value) if dtype == "bfloat16" else np.dtype(dtype).type(value))
    return found if abs(found) >= 2.0**-126 else 0.0


def check(tensors, chance, count=12):
    """Random elements of the result: left and right side agree within the digits that are written."""
    view = merge_view(tensors)[0]
    assert view.alignment is not None  # otherwise no calculation is written
    drawn = view.panels[-1].value.shape
    for _ in range(count):
        index = tuple(int(chance.integers(size)) for size in drawn)
        left, right = written_at(tensors, index, view)
        if "…" in right:
            continue  # a long sum is not written in full
        value, parts = evaluated(right)
        shown = float(left.replace(",", ""))
        assert shown == pytest.approx(float(tensors.output[index]), rel=2e-3, abs=1e-6)
        assert value == pytest.approx(shown, rel=5e-3, abs=2e-3 * max([1e-3, *(p for p in parts if np.isfinite(p))])), (
            f"{left} = {right}"
        )


@settings(max_examples=40)
@given(st.sampled_from((*ELEMENTWISE, "Subtract")), st.integers(0, 2**31), st.booleans())
def test_elementwise(operation, seed, broadcast):
    """With and without broadcasting, negative values among them."""
    chance = np.random.default_rng(seed)
    shapes = [(2, 3, 5), (2, 1, 5) if broadcast else (2, 3, 5)]
    check(tensors_of(operation, [chance.normal(size=shape).astype("float32") for shape in shapes]), chance, 4)


@settings(max_examples=40)
@given(st.sampled_from(("Multiply", "Maximum", "Minimum")), st.integers(0, 2**31), st.booleans())
def test_masked(operation, seed, both):
    """A masked value counts as 1 in a product and is skipped in an extremum; all masked included."""
    chance = np.random.default_rng(seed)
    inputs = [chance.normal(size=(2, 5, 3)).astype("float32") for _ in range(2)]
    masks = [chance.random((2, 5)) < 0.5, (chance.random((2, 5)) < 0.5) if both else None]
    tensors = tensors_of(operation, inputs, masks=masks)
    check(tensors, chance, 8)
    assert any("Masked values" in note for note in notes(tensors)) == tensors.masked


def test_a_masked_product_by_hand():
    """The first value is masked, so the product is the second: -6 = 1 x (-6), not 0 x (-6)."""
    inputs = [np.array([[[0.0], [2.0]]], "float32"), np.array([[[-6.0], [5.0]]], "float32")]
    tensors = tensors_of("Multiply", inputs, masks=[np.array([[False, True]]), None])
    assert written_at(tensors, (0, 0, 0)) == ("-6", "1 × (-6)")
    assert written_at(tensors, (0, 1, 0)) == ("10", "2 × 5")


def test_a_normalized_dot_by_hand():
    """The lengths are written too: (3 x 5 + 4 x 12) / (5 x 13)."""
    inputs = [np.array([[3.0, 4.0]], "float32"), np.array([[5.0, 12.0]], "float32")]
    tensors = tensors_of("Dot", inputs, axes=1, normalize=True)
    assert written_at(tensors, (0, 0)) == ("0.9692", "(3 × 5 + 4 × 12) / (5 × 13)")


def test_lengths_below_the_smallest_by_hand():
    """Keras divides by 1e-7 at least; on NumPy by the length itself."""
    zero, unit, short = (np.array([[x, 0.0]], "float32") for x in (0.0, 1.0, 1e-8))
    options = {"axes": 1, "normalize": True}
    assert written_at(tensors_of("Dot", [zero, unit], **options), (0, 0)) == ("0", "(0 × 1 + 0 × 0) / (1.00e-7 × 1)")
    right = written_at(tensors_of("Dot", [short, unit], **options), (0, 0))[1]
    assert right == "(1.00e-8 × 1 + 0 × 0) / (1.00e-7 × 1)"
    right = written_at(tensors_of("Dot", [short, unit], output=unit[:, :1], **options), (0, 0))[1]
    assert right == "(1.00e-8 × 1 + 0 × 0) / (1.00e-8 × 1)"


def half(operation, inputs, dtype):
    """A merge of 16 bits as TensorFlow computes it, recorded from operands of 32 bits."""
    import ml_dtypes

    kind = np.float16 if dtype == "float16" else ml_dtypes.bfloat16
    parts = [part.astype(kind) for part in inputs]
    with np.errstate(over="ignore"):
        total = {"Add": parts[0] + parts[1], "Multiply": parts[0] * parts[1], "Subtract": parts[0] - parts[1]}[
            operation
        ]
    tensors = tensors_of(operation, inputs, output=total.astype("float32"))
    return replace(tensors, dtype=dtype), parts


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@settings(max_examples=30)
@given(st.sampled_from(("Add", "Multiply", "Subtract")), st.integers(0, 2**31), st.sampled_from((1.0, 300.0)))
def test_half_precision(dtype, operation, seed, scale):
    """The operands that are written are those that the layer computes with; what overflows is said."""
    chance = np.random.default_rng(seed)
    tensors, parts = half(operation, [chance.normal(size=(3, 5)).astype("float32") * scale for _ in range(2)], dtype)
    shown = computed_inputs(tensors, tensors.alignment())
    assert all(
        np.array_equal(np.asarray(one, "float32"), part.astype("float32"))
        for one, part in zip(shown, parts, strict=True)
    )
    assert [panel.dtype for panel in merge_view(tensors)[0].panels] == [dtype] * 3
    check(tensors, chance, 6)


def test_a_batch_of_one_beside_a_larger_one():
    """A built model broadcasts the batch of an array; the calculation is written for it too."""
    chance = np.random.default_rng(2)
    inputs = [chance.normal(size=shape).astype("float32") for shape in ((3, 2, 5), (1, 2, 5), (3, 5))]
    tensors = tensors_of("Add", inputs, output=inputs[0] + inputs[1] + inputs[2][:, None])
    assert tensors.alignment().inputs[1].roles[0] == "stretched"
    check(tensors, chance)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(("shapes", "axes"), [(((2, 5, 3), (2, 5, 3)), (2, 2)), (((2, 4, 3), (2, 3, 5)), (2, 1))])
def test_dot(shapes, axes, normalize):
    chance = np.random.default_rng(7)
    inputs = [chance.normal(size=shape).astype("float32") for shape in shapes]
    check(tensors_of("Dot", inputs, axes=axes, normalize=normalize), chance)


@pytest.mark.parametrize("axis", [1, -1])
def test_concatenate(axis):
    chance = np.random.default_rng(3)
    check(
        tensors_of("Concatenate", [chance.normal(size=(2, 3, 5)).astype("float32") for _ in range(3)], axis=axis),
        chance,
    )


@pytest.mark.parametrize(
    ("shapes", "lost"),
    [(((2, 5, 1), (2, 5, 3)), (0, 1)), (((2, 5, 3), (2, 5, 1)), (1, 2)), (((2, 1, 3), (2, 5, 3)), (0, 0))],
)
@pytest.mark.parametrize("operation", ["Multiply", "Maximum", "Minimum"])
def test_masked_everywhere_beside_a_broadcast_factor(operation, shapes, lost):
    """Where both are masked, a product is 0 and an extremum the first value, whichever of the two is broadcast."""
    chance = np.random.default_rng(5)
    inputs = [chance.normal(size=shape).astype("float32") for shape in shapes]
    masks = [np.ones(shape[:-1], bool) for shape in shapes]
    for mask in masks:
        mask[lost[0], min(lost[1], mask.shape[1] - 1)] = False
    check(tensors_of(operation, inputs, masks=masks), chance, 40)


@settings(max_examples=60)
@given(
    st.sampled_from(("Add", "Subtract", "Multiply", "Average", "Dot")),
    st.sampled_from(("uint8", "int8", "uint16", "int16")),
    st.integers(0, 2**31),
)
def test_integers_that_wrap_around(operation, dtype, seed):
    """What wraps around is written: 44 = 200 + 100 − 256."""
    dtype = dtype[:-2] + "8" if operation == "Dot" and dtype.endswith("16") else dtype  # sums of 16 bits are cut
    chance, limits = np.random.default_rng(seed), np.iinfo(dtype)
    inputs = [chance.integers(limits.min, limits.max, (2, 3), dtype, endpoint=True) for _ in range(2)]
    check(tensors_of(operation, inputs, **({"axes": 1} if operation == "Dot" else {})), chance, 3)


def test_a_sum_that_wraps_around_by_hand():
    """Once, several times, downwards, and in the sum of an average."""
    bytes_ = [np.array([[200, 3]], "uint8"), np.array([[100, 5]], "uint8")]
    assert written_at(tensors_of("Add", bytes_), (0, 0)) == ("44", "200 + 100 - 256")
    assert written_at(tensors_of("Add", bytes_), (0, 1)) == ("8", "3 + 5")
    assert written_at(tensors_of("Multiply", bytes_), (0, 0)) == ("32", "200 × 100 - 78 × 256")
    assert written_at(tensors_of("Subtract", bytes_), (0, 1)) == ("254", "3 - 5 + 256")
    assert written_at(tensors_of("Average", bytes_), (0, 0)) == ("22", "(200 + 100 - 256) / 2")


def test_integers_that_wrap_around_are_said():
    """The lab's own sentence: uint8 stays uint8, so 200 + 100 is 44."""
    inputs = [np.array([[200, 3]], "uint8"), np.array([[100, 4]], "uint8")]
    tensors = tensors_of("Add", inputs)
    assert tensors.output.tolist() == [[44, 7]]
    assert any("uint8" in note for note in notes(tensors))
    left, right = written_at(tensors, (0, 0))
    assert np.array(evaluated(right)[0]).astype(int) % 256 == int(left)


@pytest.mark.parametrize(("dtype", "digits"), [("float16", 3), ("bfloat16", 2)])
def test_half_precision_is_said(dtype, digits):
    """2048 = 2049 + 1 in float16: rounded, and the note says to how many digits."""
    inputs = [np.array([[2049.0]], "float32"), np.array([[1.0]], "float32")]
    tensors = tensors_of("Add", inputs, output=np.array([[2048.0]], "float32"))
    found = notes(Tensors(tensors.entry, tensors.inputs, tensors.output, (), dtype))
    assert any(f"about {digits} significant digits" in note for note in found)


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize("name", ["unet_with_operators", "transformer", "three_inputs", "nested_twice", "sequential"])
def test_models_as_people_write_them(name):
    """Every merge of a real model that has run: the written calculation gives the recorded value."""
    from sandbox.model_file.file import read_model
    from sandbox.model_run.handle import open_model
    from tests.sandbox.keras_models import MODELS, inputs_for, saved

    model = MODELS[name]()
    content = saved(model)
    handle, chance = open_model(content), np.random.default_rng(1)
    try:
        run = handle.run(inputs_for(model)).result(300)
        assert run.failure is None
        for entry in read_model(content).merges:
            found = handle.tensors(entry.id).result(60)
            dtype = run.records[entry.id].output.dtype
            check(
                Tensors(entry, found.inputs, found.output, tuple(getattr(found, "masks", ())), dtype), chance, count=3
            )
    finally:
        handle.close()


def test_the_gate_file_itself():
    """The small model of the page tests, computed by the engine."""
    from sandbox.model_file.file import read_model
    from tests.ui.inspector.test_files import recorded

    for tensors in recorded(read_model(gate_file())):
        check(tensors, np.random.default_rng(5))
