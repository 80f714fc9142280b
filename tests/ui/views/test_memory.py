"""What one run of a large merge takes: hardly more than the arrays that it shows (`python -m bench.load_memory`)."""

import gc
import tracemalloc

import numpy as np
import pytest

from core import merge
from core.merges.samples import make_sample
from sandbox.model_run.summary import figures
from ui.tensor_view import payload
from ui.views.merge_view import values_view

SHAPE = (1000, 1500)


def peak_of(run) -> tuple[float, object]:
    """Bytes at the peak of a call, and what it returns."""
    gc.collect()
    tracemalloc.start()
    try:
        found = run()
        return tracemalloc.get_traced_memory()[1], found
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("operation", ["Add", "Multiply", "Maximum"])
@pytest.mark.parametrize("shape", [SHAPE, (2, 500, 1500)])
@pytest.mark.parametrize("name", ["normal", "uniform"])
def test_one_run_takes_little_more_than_its_arrays(operation, shape, name):
    """Two inputs and a result of 1,500,000 elements, drawn, merged, put into a view and offered to the browser."""
    offered = []
    payload(values_view(merge("Add", [np.ones((2, 3))]).alignment, [np.ones((2, 3))] * 2), None)  # imports pandas

    def run():
        inputs = [make_sample(name, shape, number=number) for number in range(2)]
        merged = merge(operation, inputs)
        view = values_view(merged.alignment, [*inputs, merged.value])
        sent = payload(view, None, offer=lambda digest, row: offered.append(row) or digest)
        return sent, inputs, merged

    peak, (sent, inputs, merged) = peak_of(run)
    shown = sum(array.nbytes for array in (*inputs, merged.value))
    assert peak <= 1.3 * shown
    assert len(offered) == 3
    assert all(any(np.shares_memory(row, array) for array in (*inputs, merged.value)) for row in offered)
    assert sent["numbers"].size == 0


def test_figures_of_a_tensor_are_made_in_blocks():
    """No copy of it in float64: a part of its own size at most."""
    tensor = np.random.default_rng(0).normal(size=(8_000_000,)).astype(np.float32)
    peak, found = peak_of(lambda: figures(tensor))
    assert peak < tensor.nbytes
    np.testing.assert_allclose(found[:4], [tensor.min(), tensor.max(), tensor.mean(dtype="f8"), tensor.std(dtype="f8")])
