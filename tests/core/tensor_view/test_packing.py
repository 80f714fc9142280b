"""Packed tensors: each bit comes back, here and in the browser's own code."""

import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.tensor_view import PackedTensors, Panel, TensorView, pack, payload, unpack
from core.tensor_view.packing import LEAST, MOST
from tests.conftest import ROOT

BITS = arrays(np.uint32, LEAST + 7, elements=st.integers(0, 2**32 - 1), fill=st.sampled_from([0, 0x3F800000, 1 << 31]))
HALF_BITS = arrays(np.uint16, LEAST + 5, elements=st.integers(0, 2**16 - 1), fill=st.sampled_from([0, 0x3C00, 0x8000]))


def bits(row):
    return row.view(np.uint32)


@given(BITS)
def test_floats_come_back(pattern):
    """Infinities, NaN of every kind, subnormals and both zeros among them."""
    row = pattern.view(np.float32)
    packed = pack(row)
    assert packed is None or np.array_equal(bits(unpack(packed)), pattern)


@given(HALF_BITS)
def test_halves_come_back(pattern):
    """What was recorded as halves crosses as halves."""
    row = pattern.view(np.float16).astype(np.float32)
    packed = pack(row)
    assert packed is None or np.array_equal(bits(unpack(packed)), bits(row))


@given(BITS, st.integers(1, 4_000), st.sampled_from([0, 3, 7]))
def test_zeros_are_left_out(pattern, seed, most):
    """Where there are many of them, of sizes that fill no last byte of the bits that tell them."""
    row = pattern[: pattern.size - most].copy()
    row[np.random.default_rng(seed).random(row.size) < 0.8] = 0
    packed = pack(row.view(np.float32))
    assert packed.sparse
    assert packed.count == row.size
    assert np.array_equal(bits(unpack(packed)), row)


@pytest.mark.parametrize(("zeros", "sparse"), [(0, False), (200, False), (300, True), (LEAST + 3, True)])
def test_few_zeros_stay(zeros, sparse):
    """A bit for each value takes more than a few zeros: from a quarter of them on they are left out."""
    row = np.ones(LEAST + 3, np.float32)
    row[:zeros] = 0
    assert pack(row).sparse is sparse
    np.testing.assert_array_equal(unpack(pack(row)), row)


def test_recorded_features_take_a_quarter():
    """Half of them are zero after a ReLU, and all of them are halves."""
    features = np.maximum(np.random.default_rng(3).normal(size=20 * 20 * 31), 0).astype(np.float16).astype(np.float32)
    packed = pack(features)
    assert (packed.width, packed.sparse) == (2, True)
    assert len(packed.content) < 0.27 * features.nbytes


@pytest.mark.parametrize("size", [LEAST - 1, MOST + 1])
def test_the_smallest_and_the_largest_cross_as_they_are(size):
    """Zeros would gain most."""
    assert pack(np.zeros(size, np.float32)) is None


def test_what_gains_nothing_crosses_as_it_is():
    """Random bits have nothing to leave out."""
    noise = np.random.default_rng(5).integers(0, 2**32, 4_099, np.uint32).view(np.float32)
    assert pack(noise) is None


def test_what_is_random_in_a_value_is_stored():
    """Two bytes of each value are noise, and more than one block of it; the other two are the same everywhere."""
    noise = np.random.default_rng(5).integers(0, 2**16, 70_001, np.uint32)
    packed = pack((noise | 0x3F800000).view(np.float32))
    assert 2 * noise.size < len(packed.content) < 2.02 * noise.size
    assert np.array_equal(bits(unpack(packed)), noise | 0x3F800000)


def test_kept_by_digest_up_to_a_size():
    """The tensor that was used last stays."""
    rows = {name: np.random.default_rng(number).random(2_003, np.float32) for number, name in enumerate("abc")}
    one = len(pack(rows["a"]).content)
    kept = PackedTensors(2 * one + 300)
    first = kept.get("a", rows["a"])
    assert kept.get("a", rows["a"]) is first
    kept.get("b", rows["b"])
    assert kept.get("a", rows["a"]) is first
    kept.get("c", rows["c"])
    assert kept.get("a", rows["a"]) is first
    np.testing.assert_array_equal(unpack(kept.get("b", rows["b"])), rows["b"])


def test_plan_of_a_message():
    """A packed tensor, one that is too small, and one that the browser has."""
    large, small = np.arange(2_003, dtype=np.float32), np.arange(5, dtype=np.float32)
    view = TensorView((Panel("large", large), Panel("small", small), Panel("other", large[::-1].copy())))
    digests = [one["digest"] for one in payload(view, None)["meta"]["tensors"]]
    data = payload(view, None, received={digests[2]}, packing=lambda digest, row: pack(row))
    plan = data["meta"]["tensors"]
    size = len(data["packed"])
    place = {"at": 0, "size": size, "width": 2, "sparse": False}
    assert plan[0] == {"digest": digests[0], "count": 2_003, "at": None, "packed": place}
    assert (plan[1]["at"], plan[2]["at"], "packed" in plan[2]) == (0, None, False)
    np.testing.assert_array_equal(data["numbers"], small)


def test_the_browser_has_each_bit(tmp_path):
    """All halves, and floats of every kind, with many zeros and with few, through browser/packing.js in Node."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
    floats = np.concatenate(
        [np.repeat(np.float32([0, -0.0, np.inf, -np.inf, np.nan, 1e-42, 3.3]), 500), halves[:9] / 3]
    )
    zeros = np.random.default_rng(7).random(halves.size) < 0.6
    given = {
        "halves": (halves, 2, False), "floats": (floats, 4, False),
        "noise": (np.float32(1) + np.random.default_rng(5).random(70_001, np.float32), 4, False),
        "few halves": (np.where(zeros, np.float32(0), halves)[:-3], 2, True),
        "few floats": (np.where(zeros[: floats.size], np.float32(0), floats)[:-5], 4, True),
    }  # fmt: skip
    for name, (row, width, sparse) in given.items():
        packed = pack(row)
        assert (packed.width, packed.sparse) == (width, sparse)
        (tmp_path / f"{name}.packed").write_bytes(packed.content)
        script = (
            f"import {{ unpack }} from {str(ROOT / 'ui/tensor_view/browser/packing.js')!r};"
            "import { readFileSync, writeFileSync } from 'node:fs';"
            f"const values = await unpack(readFileSync('{name}.packed'), {row.size}, {width}, {str(sparse).lower()});"
            f"writeFileSync('{name}.bits', new Uint8Array(values.buffer));"
        )
        subprocess.run(["node", "--input-type=module", "-e", script], cwd=tmp_path, check=True, timeout=60)
        found = np.frombuffer((tmp_path / f"{name}.bits").read_bytes(), np.uint32)
        np.testing.assert_array_equal(found, bits(row))
