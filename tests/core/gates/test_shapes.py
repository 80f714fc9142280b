"""Shapes alone, volumes, odd grids, channels first: gates beyond (n, H, W, C) features of even sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError
from core.gates import GATES, gate_shapes, position_weights, run_gate
from core.gates.gradients import gate_gradients
from core.gates.report import main

FORMS = [(name, variant) for name, row in GATES.items() for variant in row.variants]
VOLUME, SIGNAL = (2, 4, 6, 10, 7), (2, 2, 3, 5, 11)


def normal(shape, seed=0):
    return np.asarray(np.random.default_rng(seed).normal(size=shape)).astype("float32")


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_shapes_alone_are_those_of_a_run(name, variant):
    """Names, shapes, alignments, parameters and costs; no value is computed, none takes memory."""
    x, g = (2, 6, 10, 17), (2, 3, 5, 11) if GATES[name].signal else None
    run = run_gate(name, normal(x), g=None if g is None else normal(g, 1), variant=variant)
    shapes = gate_shapes(name, x, g=g, variant=variant)
    assert [(step.name, step.shape, step.equation, step.alignment) for step in shapes.steps] == [
        (step.name, step.shape, step.equation, step.alignment) for step in run.steps
    ]
    assert (shapes.parameters, shapes.multiplications) == (run.parameters, run.multiplications)
    assert (shapes.map_names, shapes.shares) == (run.map_names, run.shares)
    assert not shapes.computed
    assert all(np.isnan(step.value).all() and not any(step.value.strides) for step in shapes.steps)
    with pytest.raises(MergeError, match="shapes only"):
        gate_gradients(shapes)


def test_shapes_have_no_limit():
    """Usual positions of SE and CBAM, and features that no machine holds."""
    assert gate_shapes("se", (1, 56, 56, 256)).output.shape == (1, 56, 56, 256)
    assert gate_shapes("cbam", (64, 4096, 4096, 2048)).parameters == 2 * 2048 * 128 + 98
    attention = gate_shapes("mha", (1, 256, 256, 64))
    assert attention.step("weights").shape == (1, 4, 65536, 65536)
    with pytest.raises(MergeError, match="more elements than can be counted"):
        gate_shapes("se", (2**40, 2**40, 2**40, 3))


@pytest.mark.parametrize("shape", [(1, 2, 3), (1, 0, 3, 5), (1, 2, 3, 4, 5, 6), (1, None, 3, 5), (1, 2.0, 3, 5)])
def test_shapes_of_no_features(shape):
    with pytest.raises(MergeError, match="should have the shape"):
        gate_shapes("se", shape)


def test_shapes_in_a_terminal(capsys):
    assert main(["se", "1,56,56,256", "--shapes"]) == 0
    text = capsys.readouterr().out
    assert "8,192 trainable parameters (shapes only)" in text
    assert "(1, 56, 56, 256)" in text


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_volumes(name, variant):
    """(n, D, H, W, C): the output has the shape of x, gradients flow, samples stay apart."""
    g = normal(SIGNAL, 1) if GATES[name].signal else None
    if name == "coordinate":
        with pytest.raises(MergeError, match="rows and columns only"):
            run_gate(name, normal(VOLUME), g=g, variant=variant)
        return
    trace = run_gate(name, normal(VOLUME), g=g, variant=variant)
    assert trace.output.shape == ((2, 1, 7) if name == "pooling" else VOLUME)
    assert np.isfinite(trace.output).all()
    assert gate_gradients(trace).to("x").shape == VOLUME
    alone = run_gate(name, normal(VOLUME)[:1], g=None if g is None else g[:1], variant=variant)
    np.testing.assert_allclose(trace.output[:1], alone.output, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in GATES if name not in ("coordinate", "residual", "cbam", "bam")])
def test_a_volume_of_one_slice_is_a_plane(name):
    """Gates without a window larger than 1 do not see the additional axis."""
    x, g = normal((2, 6, 10, 7)), normal((2, 3, 5, 11), 1)
    plane = run_gate(name, x, g=g if GATES[name].signal else None)
    volume = run_gate(name, x[:, None], g=g[:, None] if GATES[name].signal else None)
    np.testing.assert_allclose(volume.output.ravel(), plane.output.ravel(), atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(
    fine=st.tuples(st.integers(1, 9), st.integers(1, 9)), coarse=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    soft=st.booleans(),
)  # fmt: skip
def test_the_official_form_takes_any_grids(fine, coarse, soft):
    variant = "official-softmax" if soft else "official"
    trace = run_gate("attention", normal((2, *fine, 5)), g=normal((2, *coarse, 3), 1), variant=variant)
    assert trace.output.shape == (2, *fine, 5)
    assert trace.alpha.shape == (2, *fine, 1)
    assert gate_gradients(trace).to("g").shape == (2, *coarse, 3)


@pytest.mark.parametrize("variant", [name for name in GATES["attention"].variants if "official" not in name])
def test_the_other_forms_name_the_padding_that_helps(variant):
    """65×65 with 32×32; after the padding that the error names, it runs."""
    x, g = normal((1, 65, 65, 3)), normal((1, 32, 32, 4), 1)
    with pytest.raises(MergeError) as caught:
        run_gate("attention", x, g=g, variant=variant)
    assert "Pad them to 66×66 and 33×33: x = keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(x); g = " in str(caught.value)
    padded = [np.pad(one, ((0, 0), (0, 1), (0, 1), (0, 0))) for one in (x, g)]
    assert run_gate("attention", padded[0], g=padded[1], variant=variant).output.shape == (1, 66, 66, 3)


@settings(deadline=None, max_examples=60)
@given(fine=st.integers(1, 200), coarse=st.integers(1, 200))
def test_the_padding_is_the_smallest(fine, coarse):
    """By trying every pair of sizes, x being finer than g by the next lower or higher whole factor, as it was."""
    fine = max(fine, coarse)
    text = ""
    try:
        gate_shapes("attention", (1, fine, 1, 1), g=(1, coarse, 1, 1))
    except MergeError as error:
        text = str(error)
    if not text:
        assert fine % coarse == 0
        return
    new_x, new_g = (int(part.split("×")[0]) for part in text.split("Pad them to ")[1].split(":")[0].split(" and "))
    assert new_x % new_g == 0
    assert new_x >= fine
    assert new_g >= coarse
    factors = (fine // coarse, -(-fine // coarse))
    best = min(
        a + b for b in range(coarse, fine + 1) for a in range(fine, 2 * fine + 1) if a in [k * b for k in factors]
    )
    assert new_x + new_g == best


@pytest.mark.parametrize(
    ("shape", "doubted"),
    [
        ((2, 256, 20, 20), True), ((2, 64, 48, 48), True), ((1, 3, 224, 224), True), ((1, 128, 7, 5), True),
        ((2, 32, 8, 8, 8), True), ((2, 20, 20, 256), False), ((1, 56, 56, 256), False), ((2, 160, 160, 16), False),
        ((1, 3, 5, 7), False), ((1, 4, 6, 16), False), ((2, 64, 48, 16), False), ((1, 7, 7, 7), False),
        ((1, 16, 32, 32, 64), False), ((1, 1, 1, 512), False),
    ],
)  # fmt: skip
def test_channels_first_draws_a_doubt(shape, doubted):
    warnings = gate_shapes("se", shape).warnings
    assert any("keras.layers.Permute" in warning for warning in warnings) == doubted


def test_the_bias_accident_is_said_of_the_formula():
    """FiLM with as many rows as samples and one channel: TensorFlow adds β along the rows."""
    (warning,) = run_gate("film", normal((3, 3, 5, 1)), g=normal((3, 2), 1)).warnings
    assert "is not what its formula says: β of (3, 1, 1, 1) is added as a bias" in warning
    assert run_gate("film", normal((3, 4, 5, 1)), g=normal((3, 2), 1)).warnings == ()


def test_where_a_position_looks():
    """The weights of one query on the grid, per head; each head sums to 1."""
    trace = run_gate("mha", normal((2, 3, 5, 8)))
    found = position_weights(trace, (1, 4))
    assert found.shape == (2, 4, 3, 5)
    np.testing.assert_allclose(found.sum(axis=(2, 3)), 1, rtol=1e-5)
    np.testing.assert_array_equal(found.reshape(2, 4, 15), trace.step("weights").value[:, :, 9])
    with pytest.raises(MergeError, match="no position"):
        position_weights(trace, (3, 0))


def test_self_attention_by_hand():
    """Two positions, one head of width 1; the second sample of weights is read off the kernels."""
    one = np.ones((1, 1, 1))
    weights = {
        "query/kernel": one, "key/kernel": one * np.log(3), "value/kernel": one * 2, "gate/kernel": one * 0,
        "attention_output/kernel": one,
    }  # fmt: skip
    trace = run_gate("mha", np.array([1.0, 0.0]).reshape(1, 1, 2, 1), weights=weights)
    np.testing.assert_allclose(trace.step("weights").value[0, 0], [[0.75, 0.25], [0.5, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(trace.step("context").value.ravel(), [1.5, 1], rtol=1e-6)
    np.testing.assert_allclose(trace.output.ravel(), [0.75, 0.5], rtol=1e-6)  # the gate is σ(0)


def test_self_attention_on_a_large_grid_is_rejected():
    with pytest.raises(MergeError, match=r"The step scores of shape \(1, 4, 4096, 4096\) would hold 67,108,864 values"):
        run_gate("mha", np.zeros((1, 64, 64, 4)))
