"""The traps: what is written by mistake does what the text says, and what is meant gives the gate's own step."""

import numpy as np
import pytest

from core import MergeError, merge
from core.gate_traps import TRAPS
from core.gates import GATES, run_gate


def trace_of(trap, rows=6, columns=6):
    x = np.asarray(np.random.default_rng(3).normal(size=(2, rows, columns, 7))).astype("float32")
    return run_gate(trap.gate, x, g=x[:, ::2, ::2] if GATES[trap.gate].signal else None)


def values(inputs):
    return [value for _, value in inputs]


@pytest.mark.parametrize("trap", TRAPS.values(), ids=list(TRAPS))
def test_what_is_meant_is_the_gate(trap):
    trace = trace_of(trap)
    found = merge(trap.operation, values(trap.right(trace)), **trap.right_options)
    np.testing.assert_array_equal(found.value, trace.output)


def test_a_row_gate_as_a_list_gates_the_columns():
    """On a square grid it runs and is wrong: the weights of row i meet column i. On others Keras refuses."""
    trap = TRAPS["row-gate"]
    trace = trace_of(trap)
    found = merge("Multiply", values(trap.wrong(trace))).value
    x, rows, columns = values(trap.right(trace))
    np.testing.assert_allclose(found, x * rows.swapaxes(1, 2) * columns, rtol=1e-5, atol=1e-7)
    assert not np.allclose(found, trace.output)
    with pytest.raises(MergeError, match="incompatible shapes"):
        merge("Multiply", values(trap.wrong(trace_of(trap, 6, 10))))


def test_a_vector_of_channels_gives_the_same():
    trap = TRAPS["no-reshape"]
    trace = trace_of(trap)
    np.testing.assert_array_equal(merge("Multiply", values(trap.wrong(trace))).value, trace.output)


@pytest.mark.parametrize("name", ["no-upsampling", "no-channel-axis", "wrong-axes"])
def test_the_others_are_refused(name):
    trap = TRAPS[name]
    with pytest.raises(MergeError):
        merge(trap.operation, values(trap.wrong(trace_of(trap))), **trap.wrong_options)


def test_every_trap_belongs_to_a_gate():
    assert {trap.gate for trap in TRAPS.values()} <= set(GATES)
