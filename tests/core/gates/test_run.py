"""The gates: by hand, on any input, on bad input, and as a table that grows."""

import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MergeError, merge
from core.gates import GATES, Gate, Variant, gate_shapes, gate_snippet, run, run_gate
from core.gates.gradients import gate_gradients
from core.gates.trace import Label

VARIANTS = list(GATES["attention"].variants)


def normal(shape, seed=0):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype("float32")


def test_the_gate_with_a_window_of_two_by_hand():
    """One position of g, one channel, θ with the shipped network's window of 2×2: every step by hand."""
    weights = {
        "theta_x/kernel": np.full((2, 2, 1, 1), 0.5), "phi_g/kernel": np.full((1, 1, 1, 1), 2), "phi_g/bias": [1],
        "psi/kernel": np.full((1, 1, 1, 1), 3), "psi/bias": [-30],
    }  # fmt: skip
    x, g = np.array([1, 2, 3, 4], "float32").reshape(1, 2, 2, 1), np.full((1, 1, 1, 1), 2, "float32")
    trace = run_gate("attention", x, g=g, weights=weights)
    values = {step.name: step.value.ravel().tolist() for step in trace.steps}
    assert values["theta_x"] == [5]
    assert values["phi_g"] == [5]
    assert values["sum"] == values["relu"] == [10]
    assert values["psi"] == [0]
    assert values["sigmoid"] == [0.5]
    assert values["alpha"] == [0.5] * 4
    assert values["gated"] == [0.5, 1, 1.5, 2]
    gradients = gate_gradients(trace)
    assert gradients.to("alpha").ravel().tolist() == [1, 2, 3, 4]  # the sum over channels of x
    assert gradients.to("psi").ravel().tolist() == [2.5]  # 10 * 0.5 * (1 - 0.5)
    np.testing.assert_allclose(gradients.to("x").ravel(), 0.5 + 2.5 * 3 * 0.5)
    np.testing.assert_allclose(gradients.parts["x"]["gated"].ravel(), 0.5)
    np.testing.assert_allclose(gradients.to("g").ravel(), 2.5 * 3 * 2)


def test_the_window_of_the_paper_is_one():
    """θ is 1×1: x is sampled at every second row and column. A given kernel may have any window."""
    x, g = normal((2, 6, 10, 7)), normal((2, 3, 5, 11))
    trace = run_gate("attention", x, g=g)
    kernel = trace.weights["theta_x/kernel"]
    assert kernel.shape == (1, 1, 7, 3)
    np.testing.assert_allclose(trace.step("theta_x").value, x[:, ::2, ::2] @ kernel[0, 0], rtol=1e-5, atol=1e-6)
    for window in ((2, 2), (3, 3), (1, 2), (5, 4)):
        trace = run_gate("attention", x, g=g, weights={"theta_x/kernel": normal((*window, 7, 3))})
        assert trace.step("theta_x").shape == (2, 3, 5, 3)


def test_merges_carry_their_alignment():
    """Add has two equal shapes; Multiply broadcasts the map over the channels."""
    trace = run_gate("attention", normal((2, 6, 10, 7)), g=normal((2, 3, 5, 11)))
    assert [step.alignment.operation for step in trace.merges] == list(GATES["attention"].merges)
    assert trace.step("gated").alignment.inputs[1].roles == ("batch", "matched", "matched", "stretched")
    assert trace.step("gated").inputs == ("x", "alpha")
    assert trace.step("gated").equation == "x̂ = x × α"
    assert [step.name for step in trace.steps[:2]] == ["x", "g"]


@pytest.mark.parametrize(
    ("variant", "g_channels", "count"),
    [
        ("paper", 512, 98_561),
        ("official", 512, 263_169),
        ("keras-unet-collection", 256, 65_921),
        ("monai", 256, 66_435),
    ],
)
def test_as_many_parameters_as_the_originals(variant, g_channels, count):
    """Counted in the originals at 20×20×256 with 128 channels in between."""
    trace = run_gate("attention", normal((1, 20, 20, 256)), g=normal((1, 10, 10, g_channels)), variant=variant)
    assert trace.parameters == count


def test_seeded_weights():
    """The same seed gives the same weights; given ones are marked; a given one does not change the others."""
    x, g = normal((2, 6, 10, 7)), normal((2, 3, 5, 11))
    first, again, other = (run_gate("attention", x, g=g, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.output, again.output)
    assert (first.output != other.output).any()
    assert not any(first.trained.values())
    partly = run_gate("attention", x, g=g, weights={"psi/bias": np.ones(1)})
    assert [name for name, trained in partly.trained.items() if trained] == ["psi/bias"]
    np.testing.assert_array_equal(partly.weights["phi_g/kernel"], first.weights["phi_g/kernel"])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    sizes=st.tuples(*[st.integers(1, 4)] * 5), factors=st.tuples(*[st.integers(1, 4)] * 2),
    variant=st.sampled_from(VARIANTS), seed=st.integers(0, 99), power=st.integers(-3, 3),
)  # fmt: skip
def test_the_map_is_between_0_and_1_and_multiplies_every_channel(sizes, factors, variant, seed, power):
    """Bit for bit, in either order of the inputs; softmax sums to 1 on its own grid."""
    n, rows, columns, channels, signals = sizes
    x = normal((n, rows * factors[0], columns * factors[1], channels), seed) * 10.0**power
    g = normal((n, rows, columns, signals), seed + 1) * 10.0**power
    trace = run_gate("attention", x, g=g, variant=variant, seed=seed)
    assert trace.alpha.shape == (*x.shape[:3], 1)
    assert trace.alpha.min() >= 0
    assert trace.alpha.max() <= 1
    gated, features = trace.step("gated").value, trace.step("x").value
    for channel in range(channels):
        product = features[..., channel] * trace.alpha[..., 0]
        product[np.abs(product) < np.finfo(np.float32).tiny] = 0  # as TensorFlow does with subnormal numbers
        np.testing.assert_array_equal(gated[..., channel], product)
    np.testing.assert_array_equal(gated, merge("Multiply", [trace.alpha, features]).value)
    assert trace.shares == GATES["attention"].variants[variant].form.softmax
    if trace.shares:
        shares = trace.alpha if "softmax" not in [s.name for s in trace.steps] else trace.step("softmax").value
        np.testing.assert_allclose(shares.sum(axis=(1, 2)), 1, rtol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_nan_goes_through_and_stays_in_its_sample(variant):
    """A NaN of the features reaches its elements of the output, and no other sample."""
    x, g = normal((3, 6, 10, 5)), normal((3, 3, 5, 7))
    x[1, 2, 3, 4] = np.nan
    output = run_gate("attention", x, g=g, variant=variant).output
    assert np.isnan(output[1, 2, 3, 4])
    assert np.isfinite(output[[0, 2]]).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_large_numbers_saturate_without_a_warning(variant):
    """The suite turns warnings of core into errors."""
    x, g = np.abs(normal((2, 6, 10, 5))) * 1e6, normal((2, 3, 5, 7)) * 1e6
    assert np.isfinite(run_gate("attention", x, g=g, variant=variant).alpha).all()


X, G = normal((2, 6, 10, 5)), normal((2, 3, 5, 7))
KERNEL = normal((2, 2, 5, 3))
BAD = {
    "There is no gate 'attenton'": ("attenton", X, {"g": G}),
    "There is no variant 'peper'": ("attention", X, {"g": G, "variant": "peper"}),
    "needs a gating signal": ("attention", X, {}),
    "x should have the shape (batch, rows, columns, channels) or (batch, depth, rows, columns, channels), each "
    "at least 1; it has (6, 10, 5)": (
        "attention", X[0], {"g": G},
    ),
    "g should have the shape": ("attention", X, {"g": G[..., 0]}),
    "each at least 1; it has (0, 6, 10, 5)": ("attention", X[:0], {"g": G[:0]}),
    "x has 2 samples and g has 1": ("attention", X, {"g": G[:1]}),
    "The grid of x is 6×10; it should be a whole multiple of that of g, 3×4.": ("attention", X, {"g": G[:, :, :4]}),
    "Pad them to 6×10 and 3×5: g = keras.layers.ZeroPadding2D(((0, 0), (0, 1)))(g). The official form": (
        "attention", X, {"g": G[:, :, :4]},
    ),
    "The grid of x is 6×10, that of g is 12×20; the gating signal is the coarser one. Are x and g swapped?": (
        "attention", X, {"g": normal((2, 12, 20, 7))},
    ),
    "A window of 7×2 is larger than the grid 6×10 of x.": (
        "attention", X, {"g": G, "variant": "official", "weights": {"theta_x/kernel": normal((7, 2, 5, 3))}},
    ),
    "The weight theta_x/kernel has the shape (3, 3, 4, 3); expected (3, 3, 5, 3).": (
        "attention", X, {"g": G, "weights": {"theta_x/kernel": normal((3, 3, 4, 3))}},
    ),
    "The weight phi_g/kernel has the shape (1, 1, 7, 2); expected (1, 1, 7, 3).": (
        "attention", X, {"g": G, "weights": {"theta_x/kernel": KERNEL, "phi_g/kernel": normal((1, 1, 7, 2))}},
    ),
    "The weight psi/bias has the shape (); expected (1,).": (
        "attention", X, {"g": G, "weights": {"psi/bias": 1.0}},
    ),
    "This gate has no weight 'theta/kernel'; it has theta_x/kernel, phi_g/kernel": (
        "attention", X, {"g": G, "weights": {"theta/kernel": KERNEL}},
    ),
    "Weights are passed as a dict": ("attention", X, {"g": G, "weights": [KERNEL]}),
    "real numbers": ("attention", np.array([["a"]]), {"g": G}),
}  # fmt: skip


@pytest.mark.parametrize("said", BAD)
def test_bad_input_gets_one_clear_sentence(said):
    name, x, options = BAD[said]
    with pytest.raises(MergeError) as caught:
        run_gate(name, x, **options)
    assert said in caught.value.explanation
    assert "\n" not in str(caught.value)


def test_an_upstream_of_another_shape_is_refused():
    trace = run_gate("attention", X, g=G)
    with pytest.raises(MergeError, match="should have that of the output"):
        gate_gradients(trace, np.ones((2, 3)))


def test_a_trace_survives_pickling():
    """Caches of pages may pickle it."""
    trace = run_gate("attention", X, g=G, variant="official-softmax")
    again = pickle.loads(pickle.dumps(trace))
    np.testing.assert_array_equal(again.output, trace.output)
    np.testing.assert_array_equal(gate_gradients(again).to("x"), gate_gradients(trace).to("x"))


def test_a_new_gate_is_one_function_and_one_row(monkeypatch):
    """A toy: the features times the sigmoid of their own 1×1 convolution, without g."""

    def toy(build, x, g, form):
        alpha = build.activate(Label("alpha", "α"), build.convolve(Label("psi", "q", "W ∗ {0}"), x, 1), "sigmoid")
        build.merge(Label("gated", "x̂", "{0} × {1}"), "Multiply", x, alpha)
        return alpha

    plain = Variant("Plain", "a form")
    row = Gate("toy", "Toy", "x̂ = x × σ(q)", "", (), ("Multiply",), {"plain": plain}, toy, lambda form, _: f"# {form}")
    monkeypatch.setitem(run.GATES, "toy", row)
    trace = run_gate("toy", X)
    np.testing.assert_array_equal(trace.output, X * trace.alpha)
    assert gate_snippet("toy") == "# a form"
    assert gate_shapes("toy", (7, 500, 300, 11)).output.shape == (7, 500, 300, 11)
    with pytest.raises(MergeError, match="takes no gating signal"):
        run_gate("toy", X, g=G)


def test_a_gate_takes_little_more_memory_than_its_tensors():
    """20x20x256: the largest amount at any time beside all tensors of its steps. The benchmark compares its time."""
    x, g = normal((1, 20, 20, 256)), normal((1, 10, 10, 256))
    weights = run_gate("attention", x, g=g).weights
    tracemalloc.start()
    try:
        trace = run_gate("attention", x, g=g, weights=weights)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * sum(step.value.nbytes for step in trace.steps)
