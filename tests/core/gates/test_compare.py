"""Gates side by side: worked by hand, and for any size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import MergeError
from core.gates import GATES, run_gate
from core.gates.compare import compare_gates, gate_figures
from core.merges.samples import make_sample


def excitation(x, out):
    """Squeeze-and-excitation of two channels with these weights of theirs, whatever goes in."""
    logit = np.log(np.asarray(out, "float64") / (1 - np.asarray(out, "float64")))
    trace = run_gate("se", x)
    kernels = {name: np.zeros_like(value) for name, value in trace.weights.items()}
    positive = {name for name, value in kernels.items() if value.shape == (2, 1) or value.ndim == 2}
    first, last = sorted(positive, key=lambda name: list(trace.weights).index(name))
    width = kernels[first].shape[1]
    kernels[first][:, 0] = 1 / float(x.mean(axis=(1, 2)).sum())  # one hidden number: 1
    kernels[last] = np.zeros((width, 2), "float32")
    kernels[last][0] = logit
    return run_gate("se", x, weights=kernels)


def test_two_gates_by_hand():
    """Channels kept by 1/2 and 3/4 against both by 1/2: energies 1/4 and 9/16."""
    x = np.array([1, 2, 3, 4], "float32").reshape(1, 1, 2, 2)  # channel 0 holds 1, 3; channel 1 holds 2, 4
    found = compare_gates(excitation(x, [0.5, 0.75]), excitation(x, [0.5, 0.5]))
    np.testing.assert_allclose(found.first.by_channel, [1 / 4, 9 / 16], rtol=1e-5)
    np.testing.assert_allclose(found.first.by_position.ravel(), [(1 / 4 + 9 / 4) / 5, (9 / 4 + 9) / 25], rtol=1e-5)
    np.testing.assert_allclose(found.first.kept, (10 / 4 + 20 * 9 / 16) / 30, rtol=1e-5)
    np.testing.assert_allclose(found.second.kept, 1 / 4, rtol=1e-5)
    np.testing.assert_allclose(found.difference.ravel(), [0, -0.5, 0, -1], atol=1e-5)
    np.testing.assert_allclose(found.distance, np.sqrt(1.25 / 30), rtol=1e-5)


def test_a_gate_that_sums_is_shown_before_the_sum():
    x = make_sample("normal", (2, 3, 5, 7))
    trace = run_gate("pooling", x)
    found = gate_figures(trace)
    assert found.summed
    assert found.result.shape == x.shape
    np.testing.assert_allclose(found.result.sum(axis=(1, 2)), trace.output[:, 0], atol=1e-5)


def test_features_of_zeros_have_no_share():
    found = compare_gates(*[run_gate(name, np.zeros((1, 3, 5, 2), "float32")) for name in ("se", "cbam")])
    assert np.isnan(found.first.by_channel).all()
    assert np.isnan(found.first.by_position).all()
    assert np.isnan(found.distance)


def test_other_features_are_refused():
    with pytest.raises(MergeError, match=r"\(1, 3, 5, 7\).*\(1, 3, 5, 11\)"):
        compare_gates(*[run_gate("se", make_sample("normal", (1, 3, 5, channels))) for channels in (7, 11)])


@settings(deadline=None, max_examples=40)
@given(
    name=st.sampled_from(list(GATES)),
    sizes=st.tuples(st.integers(1, 2), st.integers(1, 5), st.integers(1, 5), st.integers(1, 9)),
    seed=st.integers(0, 99),
)
def test_any_size_runs_and_can_be_compared(name, sizes, seed):
    """Few channels too; weights between 0 and 1 keep no more than all there is."""
    sizes = (sizes[0], 2 * sizes[1], 2 * sizes[2], sizes[3])
    x = make_sample("normal", sizes, seed=seed)
    signal = (sizes[0], sizes[1] // 2, sizes[2] // 2, sizes[3])
    g = make_sample("normal", signal, number=1, seed=seed) if GATES[name].signal else None
    for variant in GATES[name].variants:
        trace = run_gate(name, x, g=g, variant=variant, seed=seed)
        found = compare_gates(trace, trace)
        assert found.first.result.shape == sizes
        assert found.first.by_channel.shape == (sizes[3],)
        assert found.first.by_position.shape == (*sizes[:3], 1)
        assert found.distance == 0
        if trace.steps[-1].name == "gated" and name in ("attention", "se", "eca", "cbam", "coordinate", "global"):
            assert found.first.kept <= 1 + 1e-5  # official attention has a convolution after the gate
