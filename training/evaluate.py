"""`python -m training.evaluate`: evaluates the networks in `assets/` on 200 slices that were not used for training.

Prints Dice and, for each gate, the mean of alpha on the target and on the rest of the body; writes the same figures
to assets/figures.json and the card, assets/CARD.md.
"""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from network.attention_unet import GRIDS, SIZE, attention_unet
from network.phantoms import phantoms
from network.weights import load_weights
from training.card import write_card
from training.record import dice

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FIRST_SEED, SLICES = 9_000_000, 200

Figures = dict[str, Any]  # as JSON holds them


def evaluate(assets: Path = ASSETS) -> Figures:
    """Metrics of both networks; see `assets/figures.json` for their names."""
    images, truth, body = phantoms(range(FIRST_SEED, FIRST_SEED + SLICES))
    gated = load_weights(attention_unet(), assets / "weights.npz")
    plain = load_weights(attention_unet(gated=False), assets / "weights_plain.npz")
    outputs = _run(gated, images)
    return {
        "first_seed": FIRST_SEED,
        "slices": SLICES,
        "gated": {
            **_dice_figures(truth, outputs["answer"]),
            "gates": {str(grid): _alpha_figures(outputs[f"gate{grid}"], truth, body) for grid in GRIDS},
        },
        "plain": _dice_figures(truth, plain.predict(images, batch_size=8, verbose=0)),
    }


def _run(network: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """The prediction (n, 160, 160, 1) and alpha of every gate (n, grid, grid, 1)."""
    outputs = {f"gate{grid}": network.get_layer(f"gate{grid}_alpha").output for grid in GRIDS}
    model = keras.Model(network.input, {**outputs, "prediction": network.output})
    values: dict[str, np.ndarray] = model.predict(images, batch_size=8, verbose=0)
    return values


def _dice_figures(truth: np.ndarray, prediction: np.ndarray) -> Figures:
    scores = dice(truth, prediction)
    figures = {"dice": scores.mean(), "dice_median": np.median(scores), "dice_worst": scores.min()}
    return {name: round(float(value), 4) for name, value in figures.items()}


def _alpha_figures(alpha: np.ndarray, truth: np.ndarray, body: np.ndarray) -> Figures:
    """Means of alpha (n, h, h, 1) over pixels of the slices; an element counts by the pixels that it covers."""
    cell = SIZE // alpha.shape[1]
    wide = alpha.repeat(cell, axis=1).repeat(cell, axis=2)
    target, rest = wide[truth > 0.5].mean(), wide[(body > 0.5) & (truth < 0.5)].mean()
    figures = {"target": target, "rest": rest, "ratio": target / rest, "air": wide[body < 0.5].mean()}
    return {name: round(float(value), 4) for name, value in figures.items()}


def report(figures: Figures) -> str:
    """The figures as lines for a terminal."""
    gated, plain = figures["gated"], figures["plain"]
    lines = [f"{figures['slices']} unseen slices, seeds from {figures['first_seed']}"]
    for name, one in (("with gates", gated), ("without gates", plain)):
        range_of = f"(median {one['dice_median']:.3f}, worst {one['dice_worst']:.3f})"
        lines.append(f"Dice {name:14} {one['dice']:.3f}  {range_of}")
    lines.append("mean alpha        target   rest of body   ratio   outside the body")
    for grid, one in gated["gates"].items():
        means = f"{one['target']:6.3f}   {one['rest']:12.3f}   {one['ratio']:5.1f}   {one['air']:.3f}"
        lines.append(f"gate {grid + 'x' + grid:12} {means}")
    return "\n".join(lines)


def main() -> None:
    """Evaluate, print, and write the figures and the card."""
    figures = evaluate()
    (ASSETS / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    write_card(ASSETS)
    sys.stdout.write(report(figures) + "\n")


if __name__ == "__main__":
    main()
