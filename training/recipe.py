"""How the network is trained: batches, schedule, and the additional outputs and losses of training.

With a plain loss, gate20 was closed or open everywhere in some trials (listed in `training/card.md`). Nothing prevents
that: a gate that is not selective costs nothing, as the following layers can undo any factor. So two kinds of small
losses are added. Deep supervision predicts the target from every gating signal g, so that g has the information that a
gate needs; focus trains the alpha of the two coarse gates against the target.
"""

from dataclasses import asdict, dataclass

import keras
import numpy as np
from keras import layers

from network.attention_unet import gate_input_names
from network.phantoms import phantoms
from training.losses import Loss, deep_loss, focus_loss, segmentation_loss

DEEP_SHARES = {20: 0.2, 40: 0.2, 80: 0.2, 160: 0.2}  # weight of the loss on the prediction from the g of a gate
FOCUS_SHARES = {20: 0.5, 40: 0.5}  # weight of the loss on the alpha of a gate


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters of a training run.

    Attributes:
        steps: number of batches.
        batch: slices per batch; no slice is used twice.
        rate: highest learning rate, after the warm-up; then a cosine decay to a hundredth.
        warm: steps of warm-up.
        seed: of the initial weights, and of the first slice; the following slices have the following seeds.
    """

    steps: int = 800
    batch: int = 8
    rate: float = 2e-3
    warm: int = 50
    seed: int = 1

    def as_dict(self) -> dict[str, float]:
        """The hyperparameters by name."""
        return asdict(self)


class Slices(keras.utils.PyDataset):
    """Batches of new slices, each with the target once per output of the learner."""

    def __init__(self, recipe: Recipe, outputs: list[str]) -> None:
        super().__init__()
        self._recipe, self._outputs = recipe, outputs

    def __len__(self) -> int:
        """Number of batches."""
        return self._recipe.steps

    def __getitem__(self, index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Batch `index`: images (n, 160, 160, 1) and the targets (n, 160, 160, 1) by output."""
        first = self._recipe.seed + index * self._recipe.batch
        images, targets, _ = phantoms(range(first, first + self._recipe.batch))
        return images, dict.fromkeys(self._outputs, targets)


def learner(network: keras.Model, recipe: Recipe) -> keras.Model:
    """The network, compiled, with the outputs that only training needs; shares its weights."""
    gated = any(layer.name == "gate20_gated" for layer in network.layers)
    outputs = {"segmentation": network.output}
    losses: dict[str, Loss] = {"segmentation": segmentation_loss}
    shares = {"segmentation": 1.0}
    for grid, share in DEEP_SHARES.items():
        signal = network.get_layer(gate_input_names(grid)[1]).output
        name = f"deep{grid}"
        outputs[name] = layers.Conv2D(1, 1, activation="sigmoid", name=name)(signal)
        losses[name], shares[name] = deep_loss(grid // 2), share
    for grid, share in FOCUS_SHARES.items() if gated else ():
        name = f"focus{grid}"
        outputs[name] = layers.Identity(name=name)(network.get_layer(f"gate{grid}_sigmoid").output)
        losses[name], shares[name] = focus_loss(grid // 2), share
    model = keras.Model(network.input, outputs)
    model.compile(_optimizer(recipe), loss=losses, loss_weights=shares)
    return model


def _optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.rate / 20,
        recipe.steps - recipe.warm,
        warmup_target=recipe.rate,
        warmup_steps=recipe.warm,
        alpha=0.01,
    )
    return keras.optimizers.Adam(rate)
