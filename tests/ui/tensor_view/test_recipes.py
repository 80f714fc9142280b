"""Tensors that the browser makes of others: each bit as here, or the values themselves."""

import functools
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.gates import GATES
from core.gates.activations import sigmoid
from core.gates.resampling import upsample
from core.tensor_view import Panel, Recipe, Recipes, Reel, TensorView, digest_of, pack, payload
from ui.gallery import features as gallery
from ui.gallery.controls import FeatureChoice, GateChoice
from ui.gate import case as cases
from ui.gate.controls import MapChange, SliceChoice

SCRIPT = Path(__file__).with_name("make.mjs")


def coarse_map(shape, seed=3):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def in_browser(*asked):
    """The bits of what it makes, for (recipe, count of values)."""
    given = [
        {
            "how": recipe.how, "count": count, "amounts": recipe.amounts,
            "of": [{"bits": one.view(np.uint32).ravel().tolist(), "shape": one.shape} for one in recipe.sources],
        }
        for recipe, count in asked
    ]  # fmt: skip
    run = subprocess.run(["node", str(SCRIPT)], input=json.dumps(given), capture_output=True, text=True, check=True)
    return [np.array(bits, np.uint32) for bits in json.loads(run.stdout)]


def sent(view, known, received=(), packing=None):
    data = payload(view, None, received=received, recipe=known.find, packing=packing)
    return {one["digest"]: one for one in data["meta"]["tensors"]}, data


def test_by_hand():
    """The outermost values are repeated; those between are three quarters of one and a quarter of the other."""
    coarse = np.float32([1, 5, 1, 5]).reshape(1, 2, 2, 1)
    (bits,) = in_browser((Recipe("enlarge", (coarse,)), 16))
    assert bits.view(np.float32).reshape(4, 4).tolist() == [[1, 2, 4, 5]] * 4


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
def test_the_browser_interpolates_bit_for_bit(factor):
    """Each dimension another prime; values of all sizes, infinities and zeros of both signs."""
    coarse = coarse_map((2, 5, 7, 3)) * np.float32(10.0) ** np.random.default_rng(5).integers(-30, 30, (2, 5, 7, 3))
    coarse = coarse.astype(np.float32)
    coarse[0, 0, :3, 0] = [0.0, -0.0, 1e-45]
    fine = upsample(coarse, (factor, factor))
    (bits,) = in_browser((Recipe("enlarge", (coarse,)), fine.size))
    np.testing.assert_array_equal(bits, fine.view(np.uint32).ravel())


@pytest.mark.parametrize("grid", [20, 40, 80, 160])
def test_the_maps_of_the_trained_gates(grid):
    """The map of the gate, and the recorded one of each moment."""
    found = cases.find_case(SliceChoice("sample", 1), grid)
    trace = cases.trace_gate(found)
    maps = [cases.chosen_map(found, trace, at, MapChange("none", {})) for at in range(len(cases.moments()))]
    fine = [trace.alpha, *maps]
    np.testing.assert_array_equal(np.concatenate(maps), cases.recorded_maps(found))
    recipes = [cases.RECIPES.find(digest_of(one)) for one in fine]
    assert all(one.sources[0].shape == (1, grid // 2, grid // 2, 1) for one in recipes)
    for bits, one in zip(in_browser(*((recipe, grid * grid) for recipe in recipes)), fine, strict=True):
        np.testing.assert_array_equal(bits, one.view(np.uint32).ravel())


def test_plan_of_a_message():
    """The coarse map stands before the fine one, which names it; a map that the browser has needs neither."""
    known, coarse, other = Recipes(1_000_000), coarse_map((1, 5, 7, 1)), coarse_map((1, 10, 14, 1))
    fine = upsample(coarse, (2, 2))
    known.note_enlarged(fine, coarse)
    view = TensorView((Panel("map", fine), Panel("other", other)))
    plan, data = sent(view, known)
    assert list(plan) == [digest_of(coarse), digest_of(fine), digest_of(other)]
    source = {"digest": digest_of(coarse), "shape": (1, 5, 7, 1)}
    assert plan[digest_of(fine)]["made"] == {"how": "enlarge", "of": [source]}
    assert "made" not in plan[digest_of(other)]
    np.testing.assert_array_equal(data["numbers"], np.concatenate([coarse.ravel(), other.ravel()]))
    plan, data = sent(view, known, received={digest_of(fine), digest_of(other)})
    assert list(plan) == [digest_of(fine), digest_of(other)]
    assert data["numbers"].size == 0
    plan, data = sent(view, known, received={digest_of(coarse), digest_of(other)})
    assert plan[digest_of(fine)]["made"]["of"] == [source]
    assert data["numbers"].size == 0


def test_frames_of_a_reel_take_a_fifth():
    """Coarse values that are halves are packed as such."""
    known = Recipes(10_000_000)
    coarse = (1 / (1 + np.exp(-coarse_map((7, 40, 40, 1))))).astype(np.float16).astype(np.float32)
    frames = upsample(coarse, (2, 2))
    for number in range(7):
        known.note_enlarged(frames[number : number + 1], coarse[number : number + 1])
    names = tuple(map(str, range(7)))
    view = TensorView((Panel("map", frames[:1]),), reels=(Reel("r", "Reel", 0, frames[:, None], names, names, 0),))
    sizes = [
        len(data["packed"]) + data["numbers"].nbytes
        for data in (sent(view, found, packing=lambda _, row: pack(row))[1] for found in (Recipes(0), known))
    ]
    assert sizes[1] < sizes[0] / 5


def test_other_maps_are_not_remembered():
    """One bit, another shape, one factor for each axis, and what is not enlarged."""
    known, coarse = Recipes(1_000_000), coarse_map((1, 5, 7, 1))
    fine = upsample(coarse, (2, 2))
    other = fine.copy()
    other.view(np.uint32)[0, 3, 3, 0] ^= 1
    uneven = upsample(coarse, (2, 3))
    for value in (other, uneven, coarse, fine[..., 0], fine[:0]):
        known.note_enlarged(value, coarse)
        assert known.find(digest_of(value)) is None
    known.note_enlarged(fine.astype(np.float64), coarse.astype(np.float64))
    assert known.find(digest_of(fine)) is None


def test_those_used_last_are_kept():
    """Up to a number of bytes of the sources; what is found is used, too."""
    coarse = [coarse_map((1, 3, 5, 1), seed) for seed in range(4)]
    fine = [upsample(one, (2, 2)) for one in coarse]
    known = Recipes(2 * coarse[0].nbytes)
    for which in (0, 1, 0, 2):
        known.note_enlarged(fine[which], coarse[which])
    assert [known.find(digest_of(one)) is not None for one in fine] == [True, False, True, False]
    (given,) = known.find(digest_of(fine[0])).sources
    assert not given.flags.writeable
    known.note_enlarged(fine[3], coarse[3])
    assert [known.find(digest_of(one)) is not None for one in fine] == [True, False, False, True]


def features_and(weights_shape, seed=5):
    draw = np.random.default_rng(seed)
    features, weights = (draw.normal(size=shape).astype(np.float32) for shape in ((2, 11, 13, 17), weights_shape))
    features.flags.writeable = False
    return features, weights


@pytest.mark.parametrize("shape", [(2, 11, 13, 1), (2, 1, 1, 17), (1, 11, 1, 17), (1, 1, 13, 1), (1, 1, 1, 1)])
def test_the_browser_multiplies_bit_for_bit(shape):
    """A map, weights of channels, of rows, of columns, and one number; each dimension another prime."""
    features, weights = features_and(shape)
    known, product = Recipes(1_000_000), features * weights
    known.note_product(product, features, weights)
    found = known.find(digest_of(product))
    assert (found.how, found.sources[0] is features) == ("multiply", True)
    (bits,) = in_browser((found, product.size))
    np.testing.assert_array_equal(bits, product.view(np.uint32).ravel())


def test_a_product_of_what_is_itself_made():
    """The map is interpolated first: each source stands before what is made of it."""
    coarse = coarse_map((1, 5, 7, 1))
    fine = upsample(coarse, (2, 2))
    features = coarse_map((1, 10, 14, 19))
    features.flags.writeable = False
    product, known = features * fine, Recipes(1_000_000)
    known.note_enlarged(fine, coarse)
    known.note_product(product, features, fine)
    plan, data = sent(TensorView((Panel("product", product),)), known)
    assert list(plan) == [digest_of(one) for one in (features, coarse, fine, product)]
    assert data["numbers"].size == features.size + coarse.size


def test_products_that_are_not_remembered():
    """Another bit, weights that are not few, features that may be written to, and values that are not finite."""
    features, weights = features_and((2, 11, 13, 1))
    product = features * weights
    other = product.copy()
    other.view(np.uint32)[0, 3, 5, 7] ^= 1
    endless = weights.copy()
    endless[0, 0, 0] = np.inf
    known = Recipes(1_000_000)
    for value, first, second in (
        (other, features, weights), (features * features, features, features), (product, features.copy(), weights),
        (features * endless, features, endless), (product[:, :5], features, weights), (product, features, weights[0]),
    ):  # fmt: skip
        known.note_product(value, first, second)
        assert known.find(digest_of(value)) is None


def test_features_are_not_kept_for_their_product():
    """When they are gone, the product crosses as values."""
    features, weights = features_and((2, 11, 13, 1))
    known, product = Recipes(1_000_000), features * weights
    known.note_product(product, features, weights)
    assert known.find(digest_of(product))
    del features
    assert known.find(digest_of(product)) is None


@pytest.mark.parametrize("name", ["cbam", "scse", "se"])
def test_products_inside_of_a_gate_of_the_gallery(name):
    """What the gallery computes is remembered: the features times the weights of channels or positions."""
    features = gallery.features_of(FeatureChoice(seed=3, slice=1))
    trace = gallery.run(GateChoice(name, next(iter(GATES[name].variants))), features)
    x = trace.step("x").value
    products = [
        step for step in trace.merges
        if step.alignment.operation == "Multiply" and any(trace.step(one).value is x for one in step.inputs)
    ]  # fmt: skip
    assert products
    for step in products:
        found = gallery.RECIPES.find(digest_of(step.value))
        (bits,) = in_browser((found, step.value.size))
        np.testing.assert_array_equal(bits, step.value.view(np.uint32).ravel())


def constant(value):
    value.flags.writeable = False
    return value


def drawn(*shapes):
    return [constant(coarse_map(shape, seed)) for seed, shape in enumerate(shapes, start=11)]


@pytest.mark.parametrize(
    ("how", "shapes"),
    [
        ("add", [(2, 11, 13, 17), (1, 1, 1, 17)]), ("add", [(2, 1, 1, 17), (2, 11, 13, 1)]),
        ("subtract", [(2, 11, 13, 17), (2, 11, 13, 17)]),
        ("multiply", [(2, 11, 13, 17), (2, 11, 1, 17), (2, 1, 13, 1)]),
        ("maximum", [(2, 11, 13, 17), (2, 11, 13, 17)]),
        ("relu", [(2, 11, 13, 17)]), ("complement", [(2, 11, 13, 17)]),
    ],
)  # fmt: skip
def test_the_browser_combines_bit_for_bit(how, shapes):
    """Tensors of one shape, weights along some axes, sources of which none has the shape of the result."""
    step = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "maximum": np.maximum}
    alone = {"relu": lambda one: np.maximum(one, np.float32(0)), "complement": lambda one: np.float32(1) - one}
    sources, known = drawn(*shapes), Recipes(1_000_000)
    result = constant(functools.reduce(step[how], sources) if how in step else alone[how](*sources))
    known.note_combined(how, result, *sources)
    found = known.find(digest_of(result))
    assert found.how == how
    assert all(one is other for one, other in zip(found.sources, sources, strict=True))
    (bits,) = in_browser((found, result.size))
    np.testing.assert_array_equal(bits, result.view(np.uint32).ravel())


def test_a_sum_is_made_where_its_parts_are_there():
    """In the browser, in the same view, or made of what is; otherwise it crosses itself, not its parts."""
    (x, other, few), known = drawn((2, 11, 13, 17), (2, 11, 13, 17), (2, 1, 1, 17)), Recipes(1_000_000)
    product = constant(x * few)
    total = constant(product + other)
    known.note_product(product, x, few)
    known.note_combined("add", total, product, other)
    view = TensorView((Panel("sum", total),))
    names = [digest_of(one) for one in (x, few, product, other, total)]
    assert list(sent(view, known)[0]) == names[4:]
    assert list(sent(view, known, received={names[2]})[0]) == names[4:]
    plan, data = sent(view, known, received={names[0], names[3]})
    assert list(plan) == names
    assert [one["digest"] for one in plan[names[4]]["made"]["of"]] == [names[2], names[3]]
    assert data["numbers"].size == few.size
    plan, data = sent(TensorView((Panel("sum", total), Panel("other", other))), known, received={names[0]})
    assert "made" in plan[names[4]]
    assert data["numbers"].size == few.size + other.size


def test_two_that_are_made_of_each_other():
    """One of them crosses."""
    (x,), known = drawn((2, 11, 13, 17)), Recipes(1_000_000)
    cut = constant(np.maximum(x, np.float32(0)))
    rest, back = constant(np.float32(1) - cut), constant(np.float32(1) - (np.float32(1) - cut))
    again = constant(np.float32(1) - back)
    assert digest_of(again) == digest_of(rest)
    known.note_combined("complement", back, rest)
    known.note_combined("complement", again, back)
    plan, data = sent(TensorView((Panel("one", rest), Panel("other", back))), known)
    assert ["made" in one for one in plan.values()].count(True) == 1
    assert data["numbers"].size == x.size
    known.note_combined("relu", cut, cut)
    assert known.find(digest_of(cut)) is None


def test_a_sigmoid_with_differences_in_the_last_bits():
    """Values of all sizes; NumPy's own result, and one that differs more."""
    draw = np.random.default_rng(7)
    value = constant((draw.normal(size=(2, 11, 13, 17)) * 10.0 ** draw.integers(-3, 2, (2, 11, 13, 17))).astype("f4"))
    result = sigmoid(value)
    other = constant((result.view(np.int32) + draw.integers(-5, 6, result.shape, np.int32)).view(np.float32))
    for one in (constant(result), other):
        known = Recipes(1_000_000)
        known.note_combined("sigmoid", one, value)
        found = known.find(digest_of(one))
        (bits,) = in_browser((found, one.size))
        np.testing.assert_array_equal(bits, one.view(np.uint32).ravel())
        assert np.abs(found.sources[1]).max() <= 10


def test_sigmoids_that_are_not_made(monkeypatch):
    """Another function; values that are not finite; an exponential too near to the middle between two float32."""
    value = coarse_map((2, 11, 13, 17))
    endless = value.copy()
    endless[0, 0, 0, 0] = np.inf
    for one, result in ((value, np.tanh(value)), (endless, sigmoid(endless))):
        known = Recipes(1_000_000)
        known.note_combined("sigmoid", constant(result), constant(one))
        assert known.find(digest_of(result)) is None
    result = constant(sigmoid(value))
    known.note_combined("sigmoid", result, value)
    assert known.find(digest_of(result))
    monkeypatch.setattr("core.tensor_view.recipes._UNSURE", 2**22)
    assert known.find(digest_of(result)) is None


def test_the_map_of_bam_is_made_of_its_sum():
    """Twelve kilobytes of differences, a vector and a map cross for the product with the features."""
    features = gallery.features_of(FeatureChoice(seed=3, slice=1))
    trace = gallery.run(GateChoice("bam", "paper"), features)
    product = trace.step("weighed").value
    view = TensorView((Panel("x", features.x), Panel("y", product)))
    plan, data = sent(view, gallery.RECIPES, {digest_of(features.x)}, packing=lambda _, row: pack(row))
    assert "made" in plan[digest_of(product)]
    assert len(data["packed"]) + data["numbers"].nbytes < 20_000
    (bits,) = in_browser((gallery.RECIPES.find(digest_of(trace.alpha)), trace.alpha.size))
    np.testing.assert_array_equal(bits, trace.alpha.view(np.uint32).ravel())


def test_what_is_not_combined_so_is_not_made():
    """Another bit; and nothing once a source is gone."""
    (x, few), known = drawn((2, 11, 13, 17), (2, 1, 1, 17)), Recipes(1_000_000)
    wrong = x + few
    wrong.view(np.uint32)[0, 3, 5, 7] ^= 1
    known.note_combined("add", constant(wrong), x, few)
    assert known.find(digest_of(wrong)) is None
    total = constant(x + few)
    known.note_combined("add", total, x, few)
    assert known.find(digest_of(total))
    del few
    assert known.find(digest_of(total)) is None


@pytest.mark.parametrize(
    ("name", "known", "most"), [("film", ["x"], 600), ("coordinate", ["x"], 10_300), ("scse", ["x"], 700),
                                ("highway", ["transformed", "carried"], 0), ("residual", ["x", "branch"], 0)]
)  # fmt: skip
def test_outputs_of_gates_of_the_gallery(name, known, most):
    """Few values cross for the output of a gate of whose steps the browser has some."""
    features = gallery.features_of(FeatureChoice(seed=3, slice=1))
    trace = gallery.run(GateChoice(name, next(iter(GATES[name].variants))), features)
    view = TensorView((Panel("output", trace.output),))
    plan, data = sent(view, gallery.RECIPES, received={digest_of(trace.step(one).value) for one in known})
    assert "made" in plan[digest_of(trace.output)]
    assert data["numbers"].size <= most
