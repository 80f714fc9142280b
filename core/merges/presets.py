"""Merges worth a look: what people do, what they mean to do, and what Keras tells them."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Shape
from core.sentences import Sentence as _  # marks text for the catalogues


@dataclass(frozen=True)
class Preset:
    """One example.

    Attributes:
        name: stands in links.
        title: for the menu.
        why: one sentence on why it is interesting.
        operation: name of a merge.
        shapes: of its inputs.
        sample: what fills them, `core.merges.samples.SAMPLES`.
        axis: joined by Concatenate.
        axes: contracted by Dot.
        normalize: of Dot.
    """

    name: str
    title: str
    why: str
    operation: str
    shapes: tuple[Shape, ...]
    sample: str = "normal"
    axis: int = -1
    axes: int | tuple[int, int] = -1
    normalize: bool = False


_ALL = (
    Preset(
        "note-multiply", _("Multiply: (5,1,5) × (5,4,5)"),
        _("The axis of 1 is stretched: one row of the first input meets all four rows of the second."),
        "Multiply", ((5, 1, 5), (5, 4, 5)), "counting",
    ),
    Preset(
        "note-add", _("Add: (5,1,5) + (5,4,5)"),
        _("The same stretch, with sums."),
        "Add", ((5, 1, 5), (5, 4, 5)), "counting",
    ),
    Preset(
        "attention-map", _("Attention map: 256 channels × 1"),
        _("One map of weights multiplies every one of the 256 channels: the gate of Attention U-Net."),
        "Multiply", ((2, 20, 20, 256), (2, 20, 20, 1)), "uniform",
    ),
    Preset(
        "se-reshaped", _("Squeeze-and-excitation, reshaped"),
        _("One weight for each channel, stretched over all places."),
        "Multiply", ((2, 20, 20, 256), (2, 1, 1, 256)), "uniform",
    ),
    Preset(
        "se-plain", _("Squeeze-and-excitation, reshape forgotten"),
        _("It works all the same: Keras inserts the two axes after the batch. NumPy refuses."),
        "Multiply", ((2, 20, 20, 256), (2, 256)), "uniform",
    ),
    Preset(
        "bam", _("BAM: both inputs are stretched"),
        _("A weight for each channel plus a weight for each position gives a weight for each cell."),
        "Add", ((2, 1, 1, 256), (2, 20, 20, 1)),
    ),
    Preset(
        "silent-map", _("Silent mistake: a map without its channel axis"),
        _("With as many channels as columns nothing is refused, and the map lands on the wrong axes."),
        "Multiply", ((2, 20, 20), (2, 20, 20, 20)), "uniform",
    ),
    Preset(
        "silent-row-gate", _("Silent mistake: a row gate that gates the columns"),
        _("Coordinate attention with a gate of (2,20,256) instead of (2,20,1,256): it runs, on the other axis."),
        "Multiply", ((2, 20, 20, 256), (2, 20, 256)), "uniform",
    ),
    Preset(
        "silent-bias", _("Silent mistake: a column that is added as a row"),
        _("Where the sizes happen to agree, Keras on TensorFlow takes the second operand of Add for a bias."),
        "Add", ((3, 3), (3, 1)), "counting",
    ),
    Preset(
        "error-map", _("Error: a map without its channel axis"),
        _("The most often reported error: (20,20) against (20,20,256), mended by an axis of 1 at the end."),
        "Multiply", ((2, 20, 20, 256), (2, 20, 20)), "uniform",
    ),
    Preset(
        "error-grid", _("Error: the gating signal is still coarse"),
        _("An attention gate without its resampling: 20×20 against 10×10."),
        "Add", ((2, 20, 20, 128), (2, 10, 10, 128)),
    ),
    Preset(
        "error-batch", _("Error: a batch of 1"),
        _("NumPy would stretch axis 0. Keras never stretches the batch."),
        "Multiply", ((1, 4, 5), (5, 4, 5)), "counting",
    ),
    Preset(
        "error-no-batch", _("Error: weights without a batch axis"),
        _("NumPy lines (4,3) up from the right. For Keras 4 is the batch."),
        "Multiply", ((4, 3), (2, 4, 3)), "counting",
    ),
    Preset(
        "error-skip", _("Error: a skip connection that is one pixel off"),
        _("Concatenate stretches nothing: an odd 21 is pooled to 10 and upsampled to 20, not to 21."),
        "Concatenate", ((2, 21, 21, 8), (2, 20, 20, 8)),
    ),
    Preset(
        "none", _("Unknown sizes: None"),
        _("None with any size gives None: a clash appears only when the model runs."),
        "Multiply", ((None, 20, 256), (20, None, 1)),
    ),
    Preset(
        "skip", _("Skip connection: Concatenate"),
        _("Channels are put one after the other: 8 and 3 make 11."),
        "Concatenate", ((2, 4, 4, 8), (2, 4, 4, 3)), "counting",
    ),
    Preset(
        "pooling", _("Soft attention pooling: Dot"),
        _("400 places are summed with a weight for each: what is left is one number for each channel."),
        "Dot", ((2, 400, 1), (2, 400, 16)), "uniform", axes=1,
    ),
    Preset(
        "cosine", _("Cosine similarity: Dot, normalised"),
        _("Each row is divided by its L2 norm first; the result lies between -1 and 1."),
        "Dot", ((3, 5), (3, 5)), normalize=True,
    ),
    Preset(
        "residual", _("Residual connection: Add"),
        _("Equal shapes: nothing is stretched."),
        "Add", ((2, 4, 4, 3), (2, 4, 4, 3)), "counting",
    ),
)  # fmt: skip

PRESETS: dict[str, Preset] = {row.name: row for row in _ALL}
