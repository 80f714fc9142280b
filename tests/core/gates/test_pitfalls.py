"""Common mistakes: what Keras does with the mistake, and with what was intended."""

import numpy as np
import pytest

from core import MergeError, merge
from core.gates import GATES, run_gate
from core.gates.pitfalls import PITFALLS, pitfalls_of
from core.merges.samples import make_sample


def trace_of(trap, shape, variant=None):
    g = make_sample("normal", (shape[0], shape[1] // 2, shape[2] // 2, shape[3]), number=1)
    signal = g if GATES[trap.gate].signal else None
    return run_gate(trap.gate, make_sample("normal", shape), g=signal, variant=variant)


def merged(trap, trace, side):
    inputs = [value for _, value in getattr(trap, side)(trace)]
    return merge(trap.operation, inputs, **getattr(trap, f"{side}_options")).value


@pytest.mark.parametrize("name", PITFALLS)
def test_the_intended_merge_is_a_step_of_the_gate(name):
    """The merge as intended gives what the gate itself gives."""
    trap = PITFALLS[name]
    trace = trace_of(trap, (2, 6, 10, 7))
    found = merged(trap, trace, "right")
    assert any(step.value.shape == found.shape and np.allclose(step.value, found, atol=1e-6) for step in trace.merges)


FORMS = [(trap.name, variant) for trap in PITFALLS.values() for variant in GATES[trap.gate].variants]


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_every_form_of_the_gate_has_the_tensors_or_the_mistake_does_not_arise(name, variant):
    """A map that is computed on the grid of x needs no upsampling; a softmax is upsampled as a sigmoid is."""
    trap = PITFALLS[name]
    trace = trace_of(trap, (2, 6, 10, 8), variant)
    if trap not in pitfalls_of(trace):
        assert name == "no-upsampling"
        assert variant.startswith(("keras-unet-collection", "monai"))
        return
    assert all(np.isfinite(value).all() for side in (trap.wrong, trap.right) for _, value in side(trace))
    if name == "no-upsampling":
        with pytest.raises(MergeError):
            merged(trap, trace, "wrong")


@pytest.mark.parametrize("name", ["row-gate", "no-upsampling", "no-channel-axis", "wrong-axes"])
def test_sizes_that_differ_are_rejected(name):
    with pytest.raises(MergeError):
        merged(PITFALLS[name], trace_of(PITFALLS[name], (2, 6, 10, 7)), "wrong")


def test_a_row_gate_without_its_columns_gates_the_columns():
    """With as many rows as columns it runs; the values of the rows are aligned with the columns."""
    trap = PITFALLS["row-gate"]
    trace = trace_of(trap, (1, 20, 20, 256))
    row, column, x = (trace.step(name).value for name in ("row_map", "column_map", "x"))
    assert trap.wrong(trace)[1][1].shape == (1, 20, 256)
    found = merged(trap, trace, "wrong")
    np.testing.assert_allclose(found, x * row[:, :, 0][:, None] * column, rtol=1e-5, atol=1e-7)
    assert not np.allclose(found, merged(trap, trace, "right"), atol=1e-3)


def test_a_vector_without_its_reshape():
    """Keras gives the same as with it. NumPy raises, or is right for one sample, or wrong for as many as columns."""
    trap = PITFALLS["no-reshape"]
    trace = trace_of(trap, (2, 3, 5, 7))
    np.testing.assert_array_equal(merged(trap, trace, "wrong"), merged(trap, trace, "right"))
    with pytest.raises(ValueError, match="broadcast"):
        np.multiply(*[value for _, value in trap.wrong(trace)])
    one = trace_of(trap, (1, 3, 5, 7))
    np.testing.assert_array_equal(np.multiply(*[value for _, value in trap.wrong(one)]), one.output)
    many = trace_of(trap, (5, 3, 5, 7))
    assert not np.allclose(np.multiply(*[value for _, value in trap.wrong(many)]), many.output)


def test_mistakes_without_an_error():
    """A row gate with one column, and a map with a single row and column, are broadcast without a word."""
    trap, trace = PITFALLS["row-gate"], trace_of(PITFALLS["row-gate"], (2, 6, 1, 7))
    assert merged(trap, trace, "wrong").shape == (2, 6, 6, 7)
    trap, trace = PITFALLS["no-upsampling"], trace_of(PITFALLS["no-upsampling"], (1, 2, 2, 7))
    assert merged(trap, trace, "wrong").shape == (1, 2, 2, 7)


def test_every_row_has_a_gate_and_words():
    assert {trap.gate for trap in PITFALLS.values()} <= set(GATES)
    assert all(trap.title and trap.why for trap in PITFALLS.values())
