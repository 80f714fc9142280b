"""Loss functions (ground truth, prediction) -> value, for Keras.

Truth is always the target at full size, (n, 160, 160, 1) of 0 and 1; every loss brings it to the grid it needs.
"""

from collections.abc import Callable

from keras import KerasTensor as Tensor
from keras import ops

from network.attention_unet import SIZE

Loss = Callable[[Tensor, Tensor], Tensor]


def segmentation_loss(truth: Tensor, answer: Tensor) -> Tensor:
    """Cross entropy plus soft Dice loss (Milletari et al. 2016, arXiv:1606.04797); both (n, h, w, 1)."""
    overlap = ops.sum(truth * answer, axis=(1, 2, 3))
    total = ops.sum(truth + answer, axis=(1, 2, 3))
    return ops.mean(_cross_entropy(truth, answer)) + ops.mean(1 - (2 * overlap + 1) / (total + 1))


def deep_loss(grid: int) -> Loss:
    """Deep supervision: the segmentation loss on a coarser grid, against the share of the target in each cell."""

    def loss(truth: Tensor, answer: Tensor) -> Tensor:
        return segmentation_loss(ops.average_pool(truth, SIZE // grid), answer)

    return loss


def focus_loss(grid: int) -> Loss:
    """Cross entropy between alpha, on the grid of g, (n, h, h, 1), and 1 for the cells that contain any of the target.

    `grid` is h. Cells count alike, though few hold the target: both kinds weighed the same gave wider maps.
    """

    def loss(truth: Tensor, alpha: Tensor) -> Tensor:
        return ops.mean(_cross_entropy(ops.max_pool(truth, SIZE // grid), alpha))

    return loss


def _cross_entropy(truth: Tensor, answer: Tensor) -> Tensor:
    """Binary cross entropy of each element [nat]; clipped, as float32 has no logarithm of 0."""
    answer = ops.clip(answer, 1e-6, 1 - 1e-6)
    return -truth * ops.log(answer) - (1 - truth) * ops.log(1 - answer)
