"""`python -m training.train`: trains the shipped network and the same network without gates, and writes `assets/`.

From scratch, on two CPU cores, in about half an hour. `training/recipe.py` has the recipe, `assets/CARD.md` the
results.
"""

import json
import platform
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from network.attention_unet import GRIDS, attention_unet
from network.weights import load_weights, save_weights
from training.evaluate import ASSETS
from training.evaluate import main as evaluate
from training.keras_file import write_keras_file
from training.recipe import Recipe, Slices, learner
from training.record import SAMPLE_SEEDS, AlphaRecorder, moments, write_samples


class ProgressBar(keras.callbacks.Callback):
    """A progress bar with the time left and the mean loss; Keras's own lists nine losses."""

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 -- Keras passes it
        """Show the empty bar."""
        self._bar = keras.utils.Progbar(self.params["steps"], stateful_metrics=["mean loss"])

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Advance by one step."""
        self._bar.update(batch + 1, [("mean loss", (logs or {}).get("segmentation_loss", 0.0))])


def train(network: keras.Model, recipe: Recipe, watchers: list[keras.callbacks.Callback]) -> float:
    """Train the network in place, with a progress bar; returns the time it took [s]."""
    model = learner(network, recipe)
    sys.stdout.write(f"{network.name}, {recipe.steps} steps\n")
    begin = time.monotonic()
    slices = Slices(recipe, list(model.output))
    model.fit(slices, shuffle=False, verbose=0, callbacks=[*watchers, ProgressBar()])
    return time.monotonic() - begin


def train_gated(recipe: Recipe, folder: Path) -> float:
    """Train the Attention U-Net, write its weights and its records; returns the time [s]."""
    keras.utils.set_random_seed(recipe.seed)
    network = attention_unet()
    recorder = AlphaRecorder(network, moments(recipe.steps))
    seconds = train(network, recipe, [recorder])
    save_weights(network, folder / "weights.npz")
    load_weights(network, folder / "weights.npz")  # continue with the rounded kernels, as they are shipped
    recorder.write(folder / "alpha.npz")
    write_samples(network, folder)
    return seconds


def train_plain(recipe: Recipe, folder: Path) -> float:
    """Train the same network without gates, write its weights; returns the time [s]."""
    keras.utils.set_random_seed(recipe.seed)
    network = attention_unet(gated=False)
    seconds = train(network, recipe, [])
    save_weights(network, folder / "weights_plain.npz")
    return seconds


def main() -> None:
    """Train both networks, record the recipe, and evaluate."""
    tf.get_logger().setLevel("ERROR")  # TensorFlow warns of each of the many small models of the recorder
    ASSETS.mkdir(exist_ok=True)
    recipe = Recipe()
    seconds = {"gated": train_gated(recipe, ASSETS), "plain": train_plain(recipe, ASSETS)}
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    versions |= {"keras": keras.__version__, "tensorflow": tf.__version__}
    note = {"recipe": recipe.as_dict(), "seconds": {name: round(time) for name, time in seconds.items()}}
    recorded = {"samples": len(SAMPLE_SEEDS), "gates": list(GRIDS)}
    note |= {"versions": versions, "recorded": recorded}
    (ASSETS / "training.json").write_text(json.dumps(note, indent=1) + "\n")
    write_keras_file(ASSETS)
    evaluate()


if __name__ == "__main__":
    main()
