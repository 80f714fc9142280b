"""Maps that the browser interpolates from their coarse grid: each bit as here, or the values themselves."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.gates.resampling import upsample
from core.tensor_view import Enlarged, Panel, Reel, TensorView, digest_of, pack, payload
from ui.gate import case as cases
from ui.gate.controls import SliceChoice

SCRIPT = Path(__file__).with_name("enlarge.mjs")


def coarse_map(shape, seed=3):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def in_browser(*asked):
    """The bits of the fine maps, for (coarse map, count of values)."""
    given = [
        {"bits": coarse.view(np.uint32).ravel().tolist(), "shape": coarse.shape, "count": count}
        for coarse, count in asked
    ]
    run = subprocess.run(["node", str(SCRIPT)], input=json.dumps(given), capture_output=True, text=True, check=True)
    return [np.array(bits, np.uint32) for bits in json.loads(run.stdout)]


def sent(view, known, received=(), packing=None):
    data = payload(view, None, received=received, coarse=known.find, packing=packing)
    return {one["digest"]: one for one in data["meta"]["tensors"]}, data


def test_by_hand():
    """The outermost values are repeated; those between are three quarters of one and a quarter of the other."""
    (bits,) = in_browser((np.float32([1, 5, 1, 5]).reshape(1, 2, 2, 1), 16))
    assert bits.view(np.float32).reshape(4, 4).tolist() == [[1, 2, 4, 5]] * 4


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
def test_the_browser_interpolates_bit_for_bit(factor):
    """Each dimension another prime; values of all sizes, infinities and zeros of both signs."""
    coarse = coarse_map((2, 5, 7, 3)) * np.float32(10.0) ** np.random.default_rng(5).integers(-30, 30, (2, 5, 7, 3))
    coarse = coarse.astype(np.float32)
    coarse[0, 0, :3, 0] = [0.0, -0.0, 1e-45]
    fine = upsample(coarse, (factor, factor))
    (bits,) = in_browser((coarse, fine.size))
    np.testing.assert_array_equal(bits, fine.view(np.uint32).ravel())


@pytest.mark.parametrize("grid", [20, 40, 80, 160])
def test_the_maps_of_the_trained_gates(grid):
    """The map of the gate, and the recorded one of each moment."""
    found = cases.find_case(SliceChoice("sample", 1), grid)
    trace = cases.trace_gate(found)
    fine = [trace.alpha, *(one[None] for one in cases.recorded_maps(found))]
    coarse = [cases.ENLARGED.find(digest_of(one)) for one in fine]
    assert all(one.shape == (1, grid // 2, grid // 2, 1) for one in coarse)
    for bits, one in zip(in_browser(*((few, grid * grid) for few in coarse)), fine, strict=True):
        np.testing.assert_array_equal(bits, one.view(np.uint32).ravel())


def test_plan_of_a_message():
    """The coarse map stands before the fine one, which names it; a map that the browser has needs neither."""
    known, coarse, other = Enlarged(1_000_000), coarse_map((1, 5, 7, 1)), coarse_map((1, 10, 14, 1))
    fine = upsample(coarse, (2, 2))
    known.note(fine, coarse)
    view = TensorView((Panel("map", fine), Panel("other", other)))
    plan, data = sent(view, known)
    assert list(plan) == [digest_of(coarse), digest_of(fine), digest_of(other)]
    assert plan[digest_of(fine)]["coarse"] == {"digest": digest_of(coarse), "shape": (1, 5, 7, 1)}
    assert "coarse" not in plan[digest_of(other)]
    np.testing.assert_array_equal(data["numbers"], np.concatenate([coarse.ravel(), other.ravel()]))
    plan, data = sent(view, known, received={digest_of(fine), digest_of(other)})
    assert list(plan) == [digest_of(fine), digest_of(other)]
    assert data["numbers"].size == 0
    plan, data = sent(view, known, received={digest_of(coarse), digest_of(other)})
    assert plan[digest_of(fine)]["coarse"]["digest"] == digest_of(coarse)
    assert data["numbers"].size == 0


def test_frames_of_a_reel_take_a_fifth():
    """Coarse values that are halves are packed as such."""
    known = Enlarged(10_000_000)
    coarse = (1 / (1 + np.exp(-coarse_map((7, 40, 40, 1))))).astype(np.float16).astype(np.float32)
    frames = upsample(coarse, (2, 2))
    for number in range(7):
        known.note(frames[number : number + 1], coarse[number : number + 1])
    names = tuple(map(str, range(7)))
    view = TensorView((Panel("map", frames[:1]),), reels=(Reel("r", "Reel", 0, frames[:, None], names, names, 0),))
    sizes = [
        len(data["packed"]) + data["numbers"].nbytes
        for data in (sent(view, found, packing=lambda _, row: pack(row))[1] for found in (Enlarged(0), known))
    ]
    assert sizes[1] < sizes[0] / 5


def test_other_maps_are_not_remembered():
    """One bit, another shape, one factor for each axis, and what is not enlarged."""
    known, coarse = Enlarged(1_000_000), coarse_map((1, 5, 7, 1))
    fine = upsample(coarse, (2, 2))
    other = fine.copy()
    other.view(np.uint32)[0, 3, 3, 0] ^= 1
    uneven = upsample(coarse, (2, 3))
    for value in (other, uneven, coarse, fine[..., 0], fine[:0]):
        known.note(value, coarse)
        assert known.find(digest_of(value)) is None
    known.note(fine.astype(np.float64), coarse.astype(np.float64))
    assert known.find(digest_of(fine)) is None


def test_those_noted_last_are_kept():
    """Up to a number of bytes of the coarse maps."""
    coarse = [coarse_map((1, 3, 5, 1), seed) for seed in range(3)]
    fine = [upsample(one, (2, 2)) for one in coarse]
    known = Enlarged(2 * coarse[0].nbytes)
    for which in (0, 1, 0, 2):
        known.note(fine[which], coarse[which])
    assert [known.find(digest_of(one)) is not None for one in fine] == [True, False, True]
    given = known.find(digest_of(fine[0]))
    assert not given.flags.writeable
