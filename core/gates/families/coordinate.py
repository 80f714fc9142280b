"""Coordinate attention (Hou et al. 2021, arXiv:2103.02907, equations 4 to 9): a gate value per row and per column.

zʰ = mean over the columns of x, (n, H, 1, C);  zʷ = mean over the rows, (n, 1, W, C)
f = hard_swish(BN(W ∗ [zʰ; zʷ])), (n, H + W, 1, m),  m = max(8, C / 32);  split into fʰ and fʷ
gʰ = σ(Wʰ ∗ fʰ),  gʷ = σ(Wʷ ∗ fʷ),  y = x × gʰ × gʷ
"""

from __future__ import annotations

from typing import Any

from ...errors import invalid_request
from ...sentences import Sentence as _  # marks text for the catalogues
from ..builder import TraceBuilder
from ..keras_code import NORM, CodeOptions, keras_function
from ..trace import Axes, Label, Step
from .channel import MIXED, NORMALISED, SPREAD, SQUEEZED, narrow

RATIO, LEAST = 32, 8  # of the authors' code
SEQUENCE: Axes = (0, None, 2, 3)  # rows followed by columns are an axis of their own

ROWS = Label("row_pool", "zʰ", "mean_w({0})", _("Mean over the columns of each row."))
COLUMNS = Label("column_pool", "zʷ", "mean_h({0})", _("Mean over the rows of each column."))
TURN = Label(
    "column_turned", "zᵗ", "transpose({0})", _("The column vector is transposed so that both can be concatenated.")
)
JOINED = Label("joined", "j", "[{0}; {1}]", _("The rows followed by the columns, as one sequence."))
MIX = Label("mix", "c", "W ∗ {0}", MIXED)
MIX_NORM = Label("mix_norm", "c′", "BN({0})", NORMALISED)
SWISH = Label("swish", "f", "", _("Hard swish: 0 below −3, identity above 3, smooth in between."))
ROW_PART = Label("row_part", "fʰ", "rows of {0}", _("The part of the sequence that belongs to the rows."))
COLUMN_PART = Label("column_part", "fᵗ", "columns of {0}", _("The part that belongs to the columns."))
COLUMN_BACK = Label("column_back", "fʷ", "transpose({0})", _("Transposed back to columns."))
ROW = Label("row", "eʰ", "W ∗ {0}", SPREAD)
COLUMN = Label("column", "eʷ", "W ∗ {0}", SPREAD)
ROW_MAP = Label("row_map", "gʰ", "", SQUEEZED)
COLUMN_MAP = Label("column_map", "gʷ", "", SQUEEZED)
GATED = Label(
    "gated", "y", "{0} × {1} × {2}", _("Each element times the gate value of its row and that of its column.")
)


def coordinate_attention(build: TraceBuilder, x: Step, g: Any, form: None) -> tuple[Step, Step]:
    """Run the gate; returns the steps that hold gʰ, (n, H, 1, C), and gʷ, (n, 1, W, C).

    Raises:
        MergeError: x is a volume.
    """
    if x.value.ndim != 4:
        raise invalid_request(
            "Coordinate attention has gate values for rows and columns only; x of {shape}.", shape=x.shape
        )
    rows, channels = x.shape[1], x.shape[-1]
    row_pool = build.pool(ROWS, x, (2,))
    turned = build.transpose(TURN, build.pool(COLUMNS, x, (1,)))
    joined = build.merge(JOINED, "Concatenate", row_pool, turned, axis=1, axes_of=SEQUENCE)
    mixed = build.convolve(MIX, joined, narrow(build, x, "mix/kernel", RATIO, LEAST), axes=SEQUENCE)
    sequence = build.activate(SWISH, build.normalise(MIX_NORM, mixed), "hard_swish")
    row = build.convolve(ROW, build.cut(ROW_PART, sequence, 1, slice(0, rows), (0, 1, 2, 3)), channels)
    part = build.cut(COLUMN_PART, sequence, 1, slice(rows, None), (0, 2, 1, 3))
    column = build.convolve(COLUMN, build.transpose(COLUMN_BACK, part), channels)
    maps = (build.activate(ROW_MAP, row, "sigmoid"), build.activate(COLUMN_MAP, column, "sigmoid"))
    build.merge(GATED, "Multiply", x, *maps)
    return maps


_COORDINATE = """\
    rows = x.shape[1]
    row_pool = ops.mean(x, axis=2, keepdims=True)
    column_pool = ops.mean(x, axis=1, keepdims=True)
    turned = layers.Permute((2, 1, 3), name=f"{name}_column_turned")(column_pool)
    line = layers.Concatenate(axis=1, name=f"{name}_joined")([row_pool, turned])
    line = layers.Conv2D(filters, 1, name=f"{name}_mix")(line)
    line = layers.NORMname=f"{name}_mix_norm")(line)
    line = layers.Activation("hard_swish", name=f"{name}_swish")(line)
    row_part = line[:, :rows]
    column_part = layers.Permute((2, 1, 3), name=f"{name}_column_back")(line[:, rows:])
    row_map = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_row")(row_part)
    column_map = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_column")(column_part)
    return layers.Multiply(name=f"{name}_gated")([x, row_map, column_map])
""".replace("NORM", NORM)


def coordinate_code(form: None, options: CodeOptions) -> str:
    """Coordinate attention; the sequence is split after the rows, so their number must be known.

    Raises:
        MergeError: code for volumes was asked for.
    """
    if options.rank != 2:
        raise invalid_request(
            "Coordinate attention has gate values for rows and columns only; there is no form for volumes."
        )
    does = "x times a gate value for its row and one for its column; same shape as x (arXiv:2103.02907)."
    x = "x: (batch, rows, columns, channels); rows an integer, not None."
    return keras_function(
        "coordinate_attention", does, _COORDINATE, options, arguments=(x,), between="max(8, channels // 32)"
    )  # fmt: skip
