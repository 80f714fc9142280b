"""The shipped network in its own process: what it answers, with which map, and what is left when it is killed."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from core.gates import pick_weights, run_gate
from sandbox.processes.errors import SandboxError
from sandbox.processes.process import SandboxProcess
from sandbox.segmentation.segmenter import MEMORY_BYTES, Segmenter
from tests.patience import PATIENCE
from tests.sandbox.calls import until
from ui.views.assets import arrays

pytestmark = pytest.mark.keras
GRIDS = (20, 40, 80, 160)


@pytest.fixture(scope="module")
def segmenter():
    """One child for all tests of this file."""
    process = SandboxProcess("network.worker", MEMORY_BYTES, 600.0)
    yield Segmenter(process)
    process.close()


@pytest.fixture(scope="module")
def first(segmenter):
    """The first recorded slice, made and answered anew."""
    return segmenter.segment(seed=7_000_000).result(PATIENCE).arrays


def test_a_seed_gives_the_slice_that_was_recorded(first):
    samples = arrays("samples")
    assert np.abs(first["image"] * 255 - samples["image"][:1]).max() <= 1.01
    np.testing.assert_array_equal(first["truth"] > 0.5, samples["truth"][:1] > 0)
    np.testing.assert_allclose(first["answer"], samples["prediction"][:1].astype("float32"), atol=0.02)


@pytest.mark.parametrize("grid", GRIDS)
def test_features_and_maps_are_those_of_the_gate_in_numpy(first, grid):
    weights = pick_weights(arrays("weights"), f"gate{grid}_")
    trace = run_gate("attention", first[f"x{grid}"], g=first[f"g{grid}"], weights=weights)
    np.testing.assert_allclose(trace.alpha, first[f"alpha{grid}"], atol=1e-5)
    recorded = arrays(f"trace_{grid}")["x"][:1].astype("float32")
    np.testing.assert_allclose(first[f"x{grid}"], recorded, atol=0.02 * recorded.max())


def test_a_given_image_is_the_same_as_its_seed(segmenter, first):
    again = segmenter.segment(image=np.array(first["image"])).result(PATIENCE).arrays
    np.testing.assert_array_equal(again["answer"], first["answer"])
    assert "truth" not in again


@pytest.mark.parametrize("grid", GRIDS)
def test_the_gates_own_map_gives_the_networks_own_answer(segmenter, first, grid):
    answer = segmenter.steer(first["image"], grid, first[f"alpha{grid}"]).result(PATIENCE)
    np.testing.assert_allclose(answer, first["answer"], atol=1e-6)


@pytest.mark.parametrize(("bias", "weight"), [(60.0, 1.0), (-60.0, 0.0)])
def test_another_map_does_what_another_bias_would(segmenter, first, bias, weight):
    """A gate whose bias opens or shuts it everywhere, built in Keras, against a map of ones or zeros."""
    from network.attention_unet import attention_unet
    from network.weights import load_weights

    network = load_weights(attention_unet(), Path(__file__).resolve().parents[3] / "assets" / "weights.npz")
    network.get_layer("gate40_psi").bias.assign([bias])
    wanted = np.asarray(network(first["image"]))
    answer = segmenter.steer(first["image"], 40, np.full((1, 40, 40, 1), weight, "float32")).result(PATIENCE)
    np.testing.assert_allclose(answer, wanted, atol=1e-4)
    assert np.abs(answer - first["answer"]).max() > 0.1


def test_equal_calls_share_an_answer_and_other_maps_do_not(segmenter, first):
    alpha = np.array(first["alpha20"])
    one = segmenter.steer(first["image"], 20, alpha)
    assert segmenter.steer(first["image"], 20, alpha.copy()) is one
    alpha[0, 3, 5] = 0.5
    assert segmenter.steer(first["image"], 20, alpha) is not one


@pytest.mark.parametrize(
    ("grid", "alpha"), [(20, np.ones((1, 40, 40, 1), "float32")), (20, np.full((1, 20, 20, 1), np.nan, "float32"))]
)
def test_what_is_no_map_is_refused_and_the_child_lives(segmenter, first, grid, alpha):
    with pytest.raises(SandboxError) as caught:
        segmenter.steer(first["image"], grid, alpha).result(PATIENCE)
    assert caught.value.kind == "failed"
    assert segmenter.segment(seed=7_000_000).result(PATIENCE)


@pytest.mark.slow
def test_killed_in_the_middle_of_a_run():
    """One call is lost at most and says why; every other one is answered, and the lost one when it is asked again."""
    process = SandboxProcess("network.worker", MEMORY_BYTES, 600.0)
    segmenter = Segmenter(process)
    try:
        segmenter.segment(seed=1).result(PATIENCE)
        calls = {seed: segmenter.segment(seed=seed) for seed in range(2, 12)}
        assert until(lambda: process.statistics().working)
        os.kill(process.pid, signal.SIGKILL)
        failures = [call.exception(PATIENCE) for call in calls.values()]
        lost = [failure for failure in failures if failure is not None]
        assert len(lost) <= 1
        assert all(failure.kind in ("died", "gone") for failure in lost)
        for seed in calls:
            assert segmenter.segment(seed=seed).result(PATIENCE).arrays["answer"].shape == (1, 160, 160, 1)
    finally:
        process.close()


def test_every_call_has_a_position():
    """Those that wait count from 1; a result that is there has none."""
    process = SandboxProcess("tests.sandbox.misbehaving", 2**30, 600.0)
    segmenter = Segmenter(process)
    try:
        busy = process.submit("hang", {})
        assert until(lambda: process.statistics().working)
        answers = [segmenter.segment(seed=seed) for seed in (3, 5)]
        assert [segmenter.queue_position(answer) for answer in answers] == [1, 2]
        assert segmenter.queue_position(segmenter.segment(seed=5)) == 2
    finally:
        process.close()
    assert busy.done()
    assert [segmenter.queue_position(answer) for answer in answers] == [0, 0]
