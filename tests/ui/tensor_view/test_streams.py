"""Random tensors that the browser draws itself: the values of NumPy bit for bit, or none."""

import json
import subprocess
from pathlib import Path

import numpy as np

from core.merges.samples import make_sample
from core.tensor_view import Panel, Streams, TensorView, payload
from core.tensor_view.streams import stream_plan
from ui.views import cached

SCRIPT = Path(__file__).with_name("draw.mjs")
SHAPE = (2, 5, 11, 31)


def drawn(*asked):
    """What the browser makes of these streams, as bits; None for each that it rejects."""
    cases = [{"stream": stream, "count": count} for stream, count in asked]
    run = subprocess.run(["node", str(SCRIPT)], input=json.dumps(cases), capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_the_browser_draws_what_numpy_draws():
    """Small, large and huge seeds, at least 3,000 values of each."""
    rows = [make_sample("uniform", (3_001 + seed % 7,), seed=seed) for seed in (0, 1, 42, 2**31, 10**18, 2**80 + 3)]
    seeds = (0, 1, 42, 2**31, 10**18, 2**80 + 3)
    found = drawn(*((stream_plan(seed, row), row.size) for seed, row in zip(seeds, rows, strict=True)))
    for bits, row in zip(found, rows, strict=True):
        np.testing.assert_array_equal(np.array(bits, np.uint32), row.view(np.uint32))


def test_other_values_are_not_drawn():
    """One bit of one value, two values exchanged, another seed, one value less."""
    row = make_sample("uniform", (1_031,), seed=5)
    other, turned = row.copy(), row.copy()
    other.view(np.uint32)[17] ^= 1
    turned[[3, 4]] = turned[[4, 3]]
    right = stream_plan(5, row)
    found = drawn(
        (right, row.size), (stream_plan(5, other), row.size), (stream_plan(5, turned), row.size),
        (stream_plan(6, row), row.size), (right, row.size - 1),
    )  # fmt: skip
    assert [one is None for one in found] == [False, True, True, True, True]


def test_a_sample_of_the_lab_crosses_as_its_stream():
    """Both inputs are uniform; the second has the next seed."""
    arrays = [cached.sample("uniform", SHAPE, number=number, seed=7, dtype="float32") for number in range(2)]
    view = TensorView(tuple(Panel("t", array) for array in arrays))
    data = payload(view, None, stream=cached.STREAMS.plan)
    assert data["numbers"].size == data["packed"].size == 0
    sent = data["meta"]["tensors"]
    assert all(one["at"] is None and "packed" not in one for one in sent)
    found = drawn(*((one["stream"], one["count"]) for one in json.loads(json.dumps(sent))))
    for bits, array in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(np.array(bits, np.uint32), array.ravel().view(np.uint32))


def test_what_was_drawn_otherwise_crosses_as_values():
    """Integers, booleans, small tensors, a normal distribution; and what was changed."""
    options = [("uniform", "int32"), ("uniform", "bool"), ("normal", "float32")]
    arrays = [cached.sample(name, SHAPE, number=0, seed=7, dtype=dtype) for name, dtype in options]
    arrays += [cached.sample("uniform", (2, 3), number=0, seed=7, dtype="float32")]
    arrays += [cached.sample("uniform", SHAPE, number=0, seed=7, dtype="float32") + np.float32(1)]
    data = payload(TensorView(tuple(Panel("t", array) for array in arrays)), None, stream=cached.STREAMS.plan)
    assert not any("stream" in one for one in data["meta"]["tensors"])
    assert data["numbers"].size >= sum(array.size for array in arrays)


def test_the_seeds_used_last_are_remembered(monkeypatch):
    """One more than are kept: the first is forgotten and its tensor crosses as values."""
    monkeypatch.setattr("core.tensor_view.streams._MOST_KNOWN", 2)
    streams = Streams()
    rows = [make_sample("uniform", (1_024,), seed=seed) for seed in range(3)]
    for seed, row in enumerate(rows):
        streams.note(row, seed)
    views = [payload(TensorView((Panel("t", row),)), None, stream=streams.plan) for row in rows]
    assert ["stream" in view["meta"]["tensors"][0] for view in views] == [False, True, True]
