"""Example merges: working, silently wrong, and failing."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Shape
from ..sentences import Sentence as _  # marks text for the catalogues


@dataclass(frozen=True)
class Preset:
    """One example.

    Attributes:
        name: in links.
        title: for the menu.
        why: one sentence on what it shows.
        operation: name of a merge.
        shapes: of its inputs.
        sample: their values, out of `core.merges.samples.SAMPLES`.
        axis: of Concatenate.
        axes: of Dot.
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
        _("The size-1 axis is broadcast: the single row of the first input is combined with each of the "
            "four rows of the second."),
        "Multiply", ((5, 1, 5), (5, 4, 5)), "counting",
    ),
    Preset(
        "note-add", _("Add: (5,1,5) + (5,4,5)"),
        _("The same broadcast, with sums."),
        "Add", ((5, 1, 5), (5, 4, 5)), "counting",
    ),
    Preset(
        "attention-map", _("Attention map: 256 channels × 1"),
        _("One attention map multiplies each of the 256 channels: the gate of Attention U-Net."),
        "Multiply", ((2, 20, 20, 256), (2, 20, 20, 1)), "uniform",
    ),
    Preset(
        "se-reshaped", _("Squeeze-and-excitation with the reshape"),
        _("One weight per channel, broadcast over all positions."),
        "Multiply", ((2, 20, 20, 256), (2, 1, 1, 256)), "uniform",
    ),
    Preset(
        "se-plain", _("Squeeze-and-excitation without the reshape"),
        _("It still works, because Keras inserts the two missing axes after the batch axis. NumPy raises "
            "an error."),
        "Multiply", ((2, 20, 20, 256), (2, 256)), "uniform",
    ),
    Preset(
        "bam", _("BAM: both inputs are broadcast"),
        _("One weight per channel plus one weight per position gives one weight per element."),
        "Add", ((2, 1, 1, 256), (2, 20, 20, 1)),
    ),
    Preset(
        "silent-map", _("Silent mistake: an attention map without its channel axis"),
        _("If there are as many channels as columns, no error is raised and the map is aligned with the "
            "wrong axes."),
        "Multiply", ((2, 20, 20), (2, 20, 20, 20)), "uniform",
    ),
    Preset(
        "silent-row-gate", _("Silent mistake: a row gate that gates the columns"),
        _("Coordinate attention with a gate of shape (2,20,256) instead of (2,20,1,256): it runs, but "
            "gates the other axis."),
        "Multiply", ((2, 20, 20, 256), (2, 20, 256)), "uniform",
    ),
    Preset(
        "silent-bias", _("Silent mistake: a column that is added as a row"),
        _("If the sizes happen to agree, Keras on TensorFlow treats the second operand of Add as a bias."),
        "Add", ((3, 3), (3, 1)), "counting",
    ),
    Preset(
        "error-map", _("Error: an attention map without its channel axis"),
        _("The most common error: (20,20) with (20,20,256). Add a trailing size-1 axis."),
        "Multiply", ((2, 20, 20, 256), (2, 20, 20)), "uniform",
    ),
    Preset(
        "error-grid", _("Error: the gating signal is still coarse"),
        _("An attention gate without its resampling: 20×20 with 10×10."),
        "Add", ((2, 20, 20, 128), (2, 10, 10, 128)),
    ),
    Preset(
        "error-batch", _("Error: a batch of 1"),
        _("NumPy would broadcast axis 0. A Keras merge layer rejects unequal batch sizes."),
        "Multiply", ((1, 4, 5), (5, 4, 5)), "counting",
    ),
    Preset(
        "error-no-batch", _("Error: weights without a batch axis"),
        _("NumPy right-aligns (4,3). For Keras, 4 is the batch size."),
        "Multiply", ((4, 3), (2, 4, 3)), "counting",
    ),
    Preset(
        "error-skip", _("Error: a skip connection that is one pixel off"),
        _("Concatenate does not broadcast: an odd size of 21 is pooled to 10 and upsampled to 20, not to "
            "21."),
        "Concatenate", ((2, 21, 21, 8), (2, 20, 20, 8)),
    ),
    Preset(
        "none", _("Unknown sizes: None"),
        _("None with any size gives None: a mismatch appears only when the model runs."),
        "Multiply", ((None, 20, 256), (20, None, 1)),
    ),
    Preset(
        "skip", _("Skip connection: Concatenate"),
        _("The channels are concatenated: 8 and 3 give 11."),
        "Concatenate", ((2, 4, 4, 8), (2, 4, 4, 3)), "counting",
    ),
    Preset(
        "pooling", _("Soft attention pooling: Dot"),
        _("Weighted sum over 400 positions: one value per channel remains."),
        "Dot", ((2, 400, 1), (2, 400, 16)), "uniform", axes=1,
    ),
    Preset(
        "cosine", _("Cosine similarity: normalized Dot"),
        _("Each row is divided by its L2 norm first; the result lies between -1 and 1."),
        "Dot", ((3, 5), (3, 5)), normalize=True,
    ),
    Preset(
        "residual", _("Residual connection: Add"),
        _("Equal shapes: no broadcasting."),
        "Add", ((2, 4, 4, 3), (2, 4, 4, 3)), "counting",
    ),
)  # fmt: skip

PRESETS: dict[str, Preset] = {row.name: row for row in _ALL}
