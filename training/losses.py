"""The losses, as functions (ground truth, prediction) -> scalar, for Keras.

The ground truth is always the target at full size, (n, 160, 160, 1) of 0 and 1; each loss pools it to its own grid.
"""

from collections.abc import Callable

from keras import KerasTensor as Tensor
from keras import ops

from network.attention_unet import SIZE

Loss = Callable[[Tensor, Tensor], Tensor]


def segmentation_loss(truth: Tensor, prediction: Tensor) -> Tensor:
    """Cross entropy plus soft Dice loss (Milletari et al. 2016, arXiv:1606.04797); both (n, h, w, 1)."""
    overlap = ops.sum(truth * prediction, axis=(1, 2, 3))
    total = ops.sum(truth + prediction, axis=(1, 2, 3))
    return ops.mean(_cross_entropy(truth, prediction)) + ops.mean(1 - (2 * overlap + 1) / (total + 1))


def deep_loss(grid: int) -> Loss:
    """Deep supervision: the segmentation loss on a coarser grid, with the target's coverage of each element."""

    def loss(truth: Tensor, prediction: Tensor) -> Tensor:
        return segmentation_loss(ops.average_pool(truth, SIZE // grid), prediction)

    return loss


def focus_loss(grid: int) -> Loss:
    """Cross entropy between alpha, on the grid of g, (n, h, h, 1), and 1 for the elements that contain some target.

    `grid` is h. All elements count alike, though few contain the target: equal weights of both kinds gave wider maps.
    """

    def loss(truth: Tensor, alpha: Tensor) -> Tensor:
        return ops.mean(_cross_entropy(ops.max_pool(truth, SIZE // grid), alpha))

    return loss


def _cross_entropy(truth: Tensor, prediction: Tensor) -> Tensor:
    """Binary cross entropy of each element [nat]; clipped, as float32 has no logarithm of 0."""
    prediction = ops.clip(prediction, 1e-6, 1 - 1e-6)
    return -truth * ops.log(prediction) - (1 - truth) * ops.log(1 - prediction)
