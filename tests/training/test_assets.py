"""What training left in assets/: complete, consistent with itself, within its caps, and as good as promised."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from network.phantoms import phantoms

ASSETS = Path(__file__).resolve().parents[2] / "assets"
GRIDS = (20, 40, 80, 160)
MEGABYTES = {"weights.npz": 8, "weights_plain.npz": 8, "attention_unet.keras": 8, "alpha.npz": 4, "samples.npz": 1}


@cache
def read(name: str) -> dict[str, np.ndarray]:
    with np.load(ASSETS / name, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


@cache
def figures() -> dict:
    return json.loads((ASSETS / "figures.json").read_text(encoding="utf-8"))


def gate_weights(grid: int) -> dict[str, np.ndarray]:
    begin = f"gate{grid}_"
    return {name.removeprefix(begin): a for name, a in read("weights.npz").items() if name.startswith(begin)}


def enlarged(coarse: np.ndarray) -> np.ndarray:
    """Twice the rows and columns of (n, h, w, 1) by bilinear interpolation, as Keras does it."""
    for axis in (1, 2):
        first, last = np.take(coarse, [0], axis), np.take(coarse, [-1], axis)
        padded = np.concatenate([first, coarse, last], axis)
        size = coarse.shape[axis]
        before, here, after = (np.take(padded, range(start, start + size), axis) for start in (0, 1, 2))
        pairs = np.stack([(before + 3 * here) / 4, (3 * here + after) / 4], axis + 1)
        coarse = pairs.reshape([2 * n if i == axis else n for i, n in enumerate(coarse.shape)])
    return coarse


def alpha_of(x: np.ndarray, g: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    """The gate in a few lines of NumPy: what the stored weights make of the stored x and g."""
    n, size, _, channels = x.shape
    cells = x.reshape(n, size // 2, 2, size // 2, 2, channels).transpose(0, 1, 3, 2, 4, 5)
    kernel = weights["theta_x/kernel"].astype(np.float32)
    theta = cells.reshape(n, size // 2, size // 2, -1) @ kernel.reshape(-1, kernel.shape[-1])
    phi = g @ weights["phi_g/kernel"][0, 0].astype(np.float32) + weights["phi_g/bias"]
    psi = np.maximum(theta + phi, 0) @ weights["psi/kernel"][0, 0].astype(np.float32) + weights["psi/bias"]
    return enlarged(1 / (1 + np.exp(-psi)))


@pytest.mark.parametrize("name", MEGABYTES)
def test_files_stay_under_their_caps(name: str) -> None:
    assert (ASSETS / name).stat().st_size <= MEGABYTES[name] * 1e6


def test_the_samples_are_the_slices_of_their_seeds() -> None:
    samples = read("samples.npz")
    image, truth, body = phantoms(samples["seeds"])
    # Another processor may round a grey the other way; more than that would be another slice.
    assert np.abs(samples["image"] - image * 255).max() <= 1.01
    assert (samples["truth"] != truth).mean() < 1e-4
    assert (samples["body"] != body).mean() < 1e-4
    assert samples["prediction"].shape == image.shape == (8, 160, 160, 1)


def test_alpha_is_recorded_at_16_or_more_moments_at_every_gate() -> None:
    record = read("alpha.npz")
    steps = record["steps"]
    assert len(steps) >= 16
    assert steps[0] == 0
    assert np.all(np.diff(steps) > 0)
    assert record["dice"].shape == (len(steps), 8)
    for grid in GRIDS:
        alpha = record[f"gate{grid}"]
        assert alpha.shape == (len(steps), 8, grid // 2, grid // 2, 1)
        assert alpha.min() >= 0
        assert alpha.max() <= 1


@pytest.mark.parametrize("grid", GRIDS)
def test_the_traces_have_the_shapes_of_their_gates(grid: int) -> None:
    trace, weights = read(f"trace_{grid}.npz"), gate_weights(grid)
    channels, signals = weights["theta_x/kernel"].shape[2], weights["phi_g/kernel"].shape[2]
    assert trace["x"].shape == (8, grid, grid, channels)
    assert trace["g"].shape == (8, grid // 2, grid // 2, signals)
    assert trace["alpha"].shape == (8, grid, grid, 1)


def test_the_gate_of_20_rows_works_on_256_channels() -> None:
    assert read("trace_20.npz")["x"].shape == (8, 20, 20, 256)


@pytest.mark.parametrize("grid", GRIDS)
def test_stored_features_and_weights_make_the_alpha_of_keras(grid: int) -> None:
    trace = read(f"trace_{grid}.npz")
    found = alpha_of(trace["x"].astype(np.float32), trace["g"].astype(np.float32), gate_weights(grid))
    np.testing.assert_allclose(found, trace["alpha"], atol=1e-5)


@pytest.mark.parametrize("grid", GRIDS)
def test_the_record_ends_where_the_trace_is(grid: int) -> None:
    last = read("alpha.npz")[f"gate{grid}"][-1].astype(np.float32)
    np.testing.assert_allclose(enlarged(last), read(f"trace_{grid}.npz")["alpha"], atol=0.02)


def test_the_twin_differs_by_its_gates_alone() -> None:
    gated, plain = read("weights.npz"), read("weights_plain.npz")
    assert {name for name in gated if not name.startswith("gate")} == set(plain)
    assert all(gated[name].shape == plain[name].shape for name in plain)


def test_dice_is_as_promised() -> None:
    assert figures()["slices"] >= 200
    assert figures()["gated"]["dice"] >= 0.90


@pytest.mark.parametrize("grid", ["20", "40"])
def test_the_gates_look_at_the_target_as_promised(grid: str) -> None:
    gate = figures()["gated"]["gates"][grid]
    assert gate["target"] >= 0.3
    assert gate["target"] >= 3 * gate["rest"]


def test_the_figures_are_of_slices_that_training_never_saw() -> None:
    recipe = json.loads((ASSETS / "training.json").read_text(encoding="utf-8"))["recipe"]
    assert figures()["first_seed"] > recipe["seed"] + recipe["steps"] * recipe["batch"]
    assert read("samples.npz")["seeds"].min() > recipe["seed"] + recipe["steps"] * recipe["batch"]


def test_the_card_tells_the_figures() -> None:
    card = (ASSETS / "CARD.md").read_text(encoding="utf-8")
    assert f"{figures()['gated']['dice']:.3f}" in card
    assert f"{figures()['plain']['dice']:.3f}" in card
