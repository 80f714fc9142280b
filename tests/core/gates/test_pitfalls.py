"""Traps: what Keras makes of the mistake, and of what was meant."""

import numpy as np
import pytest

from core import MergeError, merge
from core.gates import GATES, run_gate
from core.gates.pitfalls import TRAPS, traps_of
from core.merges.samples import make_sample


def trace_of(trap, shape, variant=None):
    g = make_sample("normal", (shape[0], shape[1] // 2, shape[2] // 2, shape[3]), number=1)
    signal = g if GATES[trap.gate].signal else None
    return run_gate(trap.gate, make_sample("normal", shape), g=signal, variant=variant)


def merged(trap, trace, side):
    inputs = [value for _, value in getattr(trap, side)(trace)]
    return merge(trap.operation, inputs, **getattr(trap, f"{side}_options")).value


@pytest.mark.parametrize("name", TRAPS)
def test_what_is_meant_is_a_step_of_the_gate(name):
    """The merge as it is meant gives what the gate itself gives."""
    trap = TRAPS[name]
    trace = trace_of(trap, (2, 6, 10, 7))
    found = merged(trap, trace, "right")
    assert any(step.value.shape == found.shape and np.allclose(step.value, found, atol=1e-6) for step in trace.merges)


FORMS = [(trap.name, variant) for trap in TRAPS.values() for variant in GATES[trap.gate].variants]


@pytest.mark.parametrize(("name", "variant"), FORMS)
def test_in_every_form_of_its_gate_a_trap_has_its_tensors_or_does_not_arise(name, variant):
    """A map that is made on the grid of x needs no upsampling; a softmax is upsampled as a sigmoid is."""
    trap = TRAPS[name]
    trace = trace_of(trap, (2, 6, 10, 8), variant)
    if trap not in traps_of(trace):
        assert name == "no-upsampling"
        assert variant.startswith(("keras-unet-collection", "monai"))
        return
    assert all(np.isfinite(value).all() for side in (trap.wrong, trap.right) for _, value in side(trace))
    if name == "no-upsampling":
        with pytest.raises(MergeError):
            merged(trap, trace, "wrong")


@pytest.mark.parametrize("name", ["row-gate", "no-upsampling", "no-channel-axis", "wrong-axes"])
def test_sizes_that_differ_are_refused(name):
    with pytest.raises(MergeError):
        merged(TRAPS[name], trace_of(TRAPS[name], (2, 6, 10, 7)), "wrong")


def test_a_row_gate_without_its_columns_gates_the_columns():
    """With as many rows as columns it runs; the weights of the rows lie on the columns."""
    trap = TRAPS["row-gate"]
    trace = trace_of(trap, (1, 20, 20, 256))
    row, column, x = (trace.step(name).value for name in ("row_map", "column_map", "x"))
    assert trap.wrong(trace)[1][1].shape == (1, 20, 256)
    found = merged(trap, trace, "wrong")
    np.testing.assert_allclose(found, x * row[:, :, 0][:, None] * column, rtol=1e-5, atol=1e-7)
    assert not np.allclose(found, merged(trap, trace, "right"), atol=1e-3)


def test_a_vector_without_its_reshape_runs_in_keras_alone():
    trap = TRAPS["no-reshape"]
    trace = trace_of(trap, (2, 3, 5, 7))
    np.testing.assert_array_equal(merged(trap, trace, "wrong"), merged(trap, trace, "right"))
    with pytest.raises(ValueError, match="broadcast"):
        np.multiply(*[value for _, value in trap.wrong(trace)])


def test_every_trap_has_a_gate_and_words():
    assert {trap.gate for trap in TRAPS.values()} <= set(GATES)
    assert all(trap.title and trap.why for trap in TRAPS.values())
