"""`python -m training.responses`: what the trained network predicts with other maps at one gate.

Writes assets/responses.npz, for the sample slices and every gate (grid 20, 40, 80, 160): `moments_20` (m, 8, 3200)
uint8, with the map that the gate computed after each recorded number of training steps, over the features of the
trained network; `checks_20` (4, 8, 3200) uint8, with the maps of `core.gates.sanity_checks`, in the order of its
table. A prediction is the mask "probability above 0.5" of (160, 160) positions, eight in a byte, the first in the
highest bit.
"""

from pathlib import Path

import keras
import numpy as np

from core.gates import pick_weights, run_gate
from core.gates.resampling import upsample
from core.gates.sanity_checks import SANITY_CHECKS
from network.attention_unet import GRIDS, attention_unet
from network.weights import load_weights
from training.record import SAMPLE_SEEDS

ASSETS = Path(__file__).resolve().parent.parent / "assets"
Arrays = dict[str, np.ndarray]


def record(assets: Path = ASSETS) -> Arrays:
    """The masks of all sample slices; see the module for their names."""
    network = load_weights(attention_unet(), assets / "weights.npz")
    images = _arrays(assets, "samples")["image"] / np.float32(255)
    found: Arrays = {}
    for grid in GRIDS:
        steered = keras.Model([network.input, network.get_layer(f"gate{grid}_alpha").output], network.output)
        found[f"moments_{grid}"] = _masks(steered, images, _moments(assets, grid))
        found[f"checks_{grid}"] = _masks(steered, images, _checks(assets, grid))
    return found


def _moments(assets: Path, grid: int) -> np.ndarray:
    """The recorded maps, (m, 8, grid, grid, 1)."""
    coarse = _arrays(assets, "alpha")[f"gate{grid}"].astype(np.float32)
    maps = [upsample(one, (2, 2)) for one in coarse[:-1]]
    return np.stack([*maps, _arrays(assets, f"trace_{grid}")["alpha"]])  # the last is kept in full


def _checks(assets: Path, grid: int) -> np.ndarray:
    """The maps of the sanity checks, (4, 8, grid, grid, 1)."""
    prefix, trace = f"gate{grid}_", _arrays(assets, f"trace_{grid}")
    weights = pick_weights(_arrays(assets, "weights"), prefix)
    rows = []
    for number in range(len(SAMPLE_SEEDS)):
        one = slice(number, number + 1)
        x, g = (trace[name][one].astype(np.float32) for name in ("x", "g"))
        run = run_gate("attention", x, g=g, weights=weights)
        rows.append(np.concatenate([check.make(run) for check in SANITY_CHECKS.values()]))
    return np.stack(rows, axis=1)


def _masks(steered: keras.Model, images: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Bits of the predictions, (k, 8, bytes), for maps (k, 8, grid, grid, 1)."""
    predictions = [steered.predict_on_batch([images, np.ascontiguousarray(each, np.float32)]) for each in maps]
    return np.packbits((np.stack(predictions) > 0.5).reshape(len(maps), len(images), -1), axis=-1)


def _arrays(assets: Path, name: str) -> Arrays:
    with np.load(assets / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


if __name__ == "__main__":
    np.savez_compressed(ASSETS / "responses.npz", **record())  # type: ignore[arg-type]  # its stub has no **arrays
    print(f"Wrote {ASSETS / 'responses.npz'}.")  # a command
