"""The gates of the gallery: by hand, on any input, by every name, on bad input."""

import pickle
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import MergeError, Sentence
from core.gates import GATES, find_gate, gate_shapes, gate_snippet, run_gate
from core.gates.families.channel import eca_window
from core.gates.gradients import gate_gradients

FORMS = [(name, variant) for name, row in GATES.items() for variant in row.variants]
WHOLE = [name for name in GATES if name != "pooling"]  # those whose output has the shape of x
SELF_ATTENTION = ("multi-head", "grouped-query")  # whose maps do not broadcast to x


def normal(shape, seed=0):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype("float32")


def run(name, x, variant=None, seed=0):
    """A gate with a signal on half the grid, where it takes one."""
    g = normal((len(x), max(1, x.shape[1] // 2), max(1, x.shape[2] // 2), 3), 9)
    return run_gate(name, x, g=g if GATES[name].signal else None, variant=variant, seed=seed)


def test_squeeze_and_excitation_by_hand():
    """Means 2 and -1; h = 2 - 2 × (-1) = 4; e = (ln 3) h / 4 and 0, so s = 3/4 and 1/2."""
    x = np.array([[1, -3], [3, 1]], "float32").reshape(1, 1, 2, 2)
    weights = {"squeeze/kernel": [[1], [-2]], "excite/kernel": [[np.log(3) / 4, 0]]}
    trace = run_gate("se", x, weights=weights)
    np.testing.assert_allclose(trace.step("pool").value.ravel(), [2, -1])
    np.testing.assert_allclose(trace.step("squeeze").value.ravel(), [4])
    np.testing.assert_allclose(trace.alpha.ravel(), [0.75, 0.5], rtol=1e-6)
    np.testing.assert_allclose(trace.output.ravel(), [0.75, -1.5, 2.25, 0.5], rtol=1e-6)


def test_film_and_highway_by_hand():
    """γ = 2 z - 3 = -1 flips the sign, β = 5; a closed highway gate carries the features."""
    film = run_gate(
        "film", np.full((1, 2, 3, 1), 4.0), g=np.full((1, 1), 1.0),
        weights={"gamma/kernel": [[2]], "gamma/bias": [-3], "beta/kernel": [[0]], "beta/bias": [5]},
    )  # fmt: skip
    assert film.alpha.ravel().tolist() == [-1]
    assert np.unique(film.output).tolist() == [1]
    x = normal((2, 3, 5, 7))
    shut = run_gate("highway", x, weights={"gate/bias": np.full(7, -200), "gate/kernel": np.zeros((7, 7))})
    np.testing.assert_array_equal(shut.output, x)


def test_coordinate_attention_gates_rows_and_columns():
    """Gate values of rows are aligned with the rows; with a height other than the width nothing is swapped."""
    trace = run("coordinate", normal((2, 5, 3, 7)))
    rows, columns = trace.maps
    assert (rows.value.shape, columns.value.shape) == ((2, 5, 1, 7), (2, 1, 3, 7))
    np.testing.assert_allclose(trace.output, trace.step("x").value * rows.value * columns.value, rtol=1e-5, atol=1e-7)
    assert [entry.roles[1:3] for entry in trace.step("gated").alignment.inputs] == [
        ("matched", "matched"), ("matched", "stretched"), ("stretched", "matched"),
    ]  # fmt: skip


def test_pooling_is_a_weighted_sum_over_positions():
    trace = run("pooling", normal((2, 5, 3, 7)))
    np.testing.assert_allclose(trace.alpha.sum(axis=(1, 2)), 1, rtol=1e-5)
    wanted = (trace.step("x").value * trace.alpha).sum(axis=(1, 2))
    np.testing.assert_allclose(trace.output[:, 0], wanted, atol=1e-6)
    assert trace.shares


@pytest.mark.parametrize(
    ("channels", "window"), [(1, 1), (2, 1), (7, 1), (8, 3), (64, 3), (128, 5), (256, 5), (512, 5), (2048, 7)]
)
def test_the_window_of_eca(channels, window):
    """As `t = int((log2(C) + 1) / 2); k = t if t % 2 else t + 1` of its authors."""
    size = int((np.log2(channels) + 1) / 2)
    assert eca_window(channels) == window == (size if size % 2 else size + 1)


@pytest.mark.parametrize(
    ("name", "count"),
    [("se", 8192), ("eca", 5), ("film", 2048), ("residual", 1_180_672), ("glu", 131_584)],
)
def test_as_many_parameters_as_the_formula_says(name, count):
    """C = 256, D = 3: SE 2C²/16, ECA k, FiLM 2(DC + C), GLU 2(C² + C), residual 2·9C² and 2·2C of normalization."""
    assert run(name, np.zeros((1, 2, 2, 256))).parameters == count


@pytest.mark.parametrize(
    ("name", "variant", "count"),
    [
        ("attention", "paper", 98_561), ("attention", "official", 263_169),
        ("attention", "keras-unet-collection", 98_689),
        ("attention", "monai", 99_203), ("se", "paper", 8_192), ("eca", "paper", 5),
        ("cbam", "paper", 8_290), ("cbam", "official", 8_564), ("bam", "paper", 17_747), ("bam", "official", 17_361),
        ("scse", "add", 66_177), ("scse", "max", 66_177), ("coordinate", "paper", 6_680),
        ("multi-head", "gated", 328_960), ("multi-head", "plain", 263_168), ("grouped-query", "gated", 263_168),
    ],
)  # fmt: skip
def test_as_many_parameters_as_the_references(name, variant, count):
    """Counted in the references with C = 256, D = 512: from shapes alone, and in a run."""
    shapes = gate_shapes(name, (1, 4, 6, 256), g=(1, 2, 3, 512) if GATES[name].signal else None, variant=variant)
    assert shapes.parameters == count


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_an_equation_with_english_words_is_translated(name, variant):
    """All other words in it are names of functions."""
    equation = GATES[name].equation_of(variant)
    functions = {"BN", "Mc", "Ms", "ReLU", "conv", "max", "mean", "softmax", "swish", "tanh", "up"}
    assert (set(re.findall(r"[A-Za-z]{2,}", equation)) <= functions) or isinstance(equation, Sentence)


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_a_row_describes_its_runs(name, variant):
    """Merges in order, and as many steps with an alignment; the last step is the output; shapes as written."""
    row, trace = GATES[name], run(name, normal((2, 6, 10, 7)), variant)
    operations = tuple(step.alignment.operation for step in trace.merges)
    if variant == next(iter(row.variants)):
        assert operations == row.merges
    else:
        assert len(operations) == len(row.merges) - (variant == "plain")  # self-attention without its gate
    sizes = {"(B, H, W, C)": (2, 6, 10, 7), "(B, 1, C)": (2, 1, 7)}
    assert trace.output.shape == sizes[row.shapes[-1][1]]
    assert len({step.name for step in trace.steps}) == len(trace.steps)
    assert all(set(step.inputs) <= {one.name for one in trace.steps[:at]} for at, step in enumerate(trace.steps))
    assert all(step.summary for step in trace.steps)
    assert ("softmax" in row.equation_of(variant)) == any(step.shared_axes for step in trace.maps)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=st.sampled_from([form for form in FORMS if form[0] != "attention"]), sizes=st.tuples(*[st.integers(1, 5)] * 3),
    channels=st.sampled_from([1, 2, 3, 17]), seed=st.integers(0, 99), power=st.integers(-3, 3),
)  # fmt: skip
def test_any_features(form, sizes, channels, seed, power):
    """One position, one channel, large and small values: finite, of the right shape, gate values in their range."""
    name, variant = form
    x = normal((*sizes, channels), seed) * np.float32(10.0**power)
    trace = run(name, x, variant, seed)
    assert trace.output.shape == (x.shape if name in WHOLE else (sizes[0], 1, channels))
    assert np.isfinite(trace.output).all()
    if name not in SELF_ATTENTION:
        assert all(np.broadcast_shapes(step.value.shape, x.shape) == x.shape for step in trace.maps)
    if GATES[name].variants[variant].bounded:
        assert all(step.value.min() >= 0 and step.value.max() <= 1 + 1e-6 for step in trace.maps)
    assert gate_gradients(trace).to("x").shape == x.shape


@pytest.mark.parametrize("name", GATES)
def test_samples_of_a_batch_do_not_touch(name):
    """The same with its neighbour as alone; NaN stays in its sample."""
    x = normal((2, 4, 6, 7))
    both, alone = run(name, x), run(name, x[:1])
    np.testing.assert_allclose(both.output[:1], alone.output, atol=1e-6)
    x[1, 1, 2, 3] = np.nan
    assert np.isfinite(run(name, x).output[0]).all()


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_a_trace_survives_pickling(name, variant):
    trace = run(name, normal((1, 4, 6, 3)), variant)
    again = pickle.loads(pickle.dumps(trace))
    np.testing.assert_array_equal(gate_gradients(again).to("x"), gate_gradients(trace).to("x"))


@pytest.mark.parametrize(
    ("alias", "name", "variant"),
    [
        ("Squeeze-and-Excitation", "se", "paper"), ("squeeze_and_excitation", "se", "paper"), ("SENet", "se", "paper"),
        ("attention gate", "attention", "paper"), ("SwiGLU", "glu", "swiglu"), ("GLU", "glu", "glu"),
        ("coordinate_attention", "coordinate", "paper"), ("residual_add", "residual", "sum"), ("CBAM", "cbam", "paper"),
        ("soft attention pooling", "pooling", "softmax"), ("global_gating", "global", "sigmoid"),
        ("MultiHeadAttention", "multi-head", "gated"), ("GroupQueryAttention", "grouped-query", "gated"),
    ],
)  # fmt: skip
def test_other_names(alias, name, variant):
    assert find_gate(alias).name == name
    x = normal((1, 4, 6, 3))
    trace = run_gate(alias, x, g=x[:, ::2, ::2] if GATES[name].signal else None)
    assert (trace.gate, trace.variant) == (name, variant)
    assert gate_snippet(alias) == gate_snippet(name, variant)


def test_every_name_means_one_gate():
    """Names and aliases, folded as they are read."""
    names = [name for row in GATES.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert all(name == name.lower().replace("_", "-").replace(" ", "-") for name in names)


X = normal((2, 4, 6, 32))
BAD = {
    "The weight squeeze/kernel has the shape (31, 2); expected (32, 2).": (
        "se", {"weights": {"squeeze/kernel": np.zeros((31, 2))}},
    ),
    "The weight conv/kernel has the shape (3, 2, 1); expected (3, 1, 1).": (
        "eca", {"weights": {"conv/kernel": np.zeros((3, 2, 1))}},
    ),
    "This gate has no weight 'squeeze/bias'": ("se", {"weights": {"squeeze/bias": np.zeros(2)}}),
    "takes no gating signal": ("cbam", {"g": X}),
    "x has 2 samples and g has 3": ("film", {"g": np.zeros((3, 5))}),
    "g should have the shape": ("global", {"g": np.zeros((2, 3, 5))}),
    "There is no variant 'paper' of this gate; choose one of glu, swiglu": ("glu", {"variant": "paper"}),
}  # fmt: skip


@pytest.mark.parametrize("said", BAD)
def test_bad_input_gets_one_clear_sentence(said):
    name, options = BAD[said]
    with pytest.raises(MergeError) as caught:
        run_gate(name, X, **options)
    assert said in caught.value.explanation
