"""Coordinate attention (Hou et al. 2021, arXiv:2103.02907, equations 4 to 9): a weight for each row and each column.

zʰ = mean over columns of x, (n, H, 1, C);  zʷ = mean over rows, (n, 1, W, C)
f = hard_swish(BN(W ∗ [zʰ; zʷ])), (n, H + W, 1, m),  m = max(8, C / 32);  cut into fʰ and fʷ
gʰ = σ(Wʰ ∗ fʰ),  gʷ = σ(Wʷ ∗ fʷ),  y = x × gʰ × gʷ
"""

from __future__ import annotations

from typing import Any

from core.gates.chain import Chain
from core.gates.families.channel import MIXED, SPREAD, SQUEEZED, narrow
from core.gates.keras_code import Pair, written
from core.gates.trace import Axes, Label, Step
from core.sentences import Sentence as _  # marks text for the catalogues

RATIO, LEAST = 32, 8  # of the authors' code
LINE: Axes = (0, None, 2, 3)  # rows and columns one after the other are an axis of their own

TURNED = _("Columns laid where the rows are, so that both can be joined.")
ROWS = Label("row_pool", "zʰ", "mean_w({0})", _("The mean over the columns of each row."))
COLUMNS = Label("column_pool", "zʷ", "mean_h({0})", _("The mean over the rows of each column."))
TURN = Label("column_turned", "zᵗ", "turn({0})", TURNED)
JOINED = Label("joined", "j", "[{0}; {1}]", _("Rows, then columns, as one line."))
MIX = Label("mix", "c", "W ∗ {0}", MIXED)
NORM = Label("mix_norm", "c′", "BN({0})", _("Each channel shifted and scaled."))
SWISH = Label("swish", "f", "", _("Below −3 cut to 0, above 3 left as it is, a bend between."))
ROW_PART = Label("row_part", "fʰ", "rows of {0}", _("The part of the line that came from the rows."))
COLUMN_PART = Label("column_part", "fᵗ", "columns of {0}", _("The part that came from the columns."))
COLUMN_BACK = Label("column_back", "fʷ", "turn({0})", _("Columns laid along the columns again."))
ROW = Label("row", "eʰ", "W ∗ {0}", SPREAD)
COLUMN = Label("column", "eʷ", "W ∗ {0}", SPREAD)
ROW_MAP = Label("row_map", "gʰ", "", SQUEEZED)
COLUMN_MAP = Label("column_map", "gʷ", "", SQUEEZED)
GATED = Label("gated", "y", "{0} × {1} × {2}", _("Each number times the weight of its row and that of its column."))


def coordinate_attention(chain: Chain, x: Step, g: Any, variant: str) -> tuple[Step, Step]:
    """Run the gate; the steps that hold gʰ, (n, H, 1, C), and gʷ, (n, 1, W, C)."""
    rows, channels = x.value.shape[1], x.value.shape[-1]
    row_pool = chain.pool(ROWS, x, (2,))
    turned = chain.turn(TURN, chain.pool(COLUMNS, x, (1,)))
    joined = chain.merge(JOINED, "Concatenate", row_pool, turned, axis=1, lie=LINE)
    mixed = chain.convolve(MIX, joined, narrow(chain, x, "mix/kernel", RATIO, LEAST), lie=LINE)
    line = chain.activate(SWISH, chain.normalise(NORM, mixed), "hard_swish")
    row = chain.convolve(ROW, chain.cut(ROW_PART, line, 1, slice(0, rows), (0, 1, 2, 3)), channels)
    part = chain.cut(COLUMN_PART, line, 1, slice(rows, None), (0, 2, 1, 3))
    column = chain.convolve(COLUMN, chain.turn(COLUMN_BACK, part), channels)
    maps = (chain.activate(ROW_MAP, row, "sigmoid"), chain.activate(COLUMN_MAP, column, "sigmoid"))
    chain.merge(GATED, "Multiply", x, *maps)
    return maps


_COORDINATE = """\
    rows = x.shape[1]
    row_pool = ops.mean(x, axis=2, keepdims=True)
    column_pool = ops.mean(x, axis=1, keepdims=True)
    turned = layers.Permute((2, 1, 3), name=f"{name}_column_turned")(column_pool)
    line = layers.Concatenate(axis=1, name=f"{name}_joined")([row_pool, turned])
    line = layers.Conv2D(filters, 1, name=f"{name}_mix")(line)
    line = layers.BatchNormalization(name=f"{name}_mix_norm")(line)
    line = layers.Activation("hard_swish", name=f"{name}_swish")(line)
    row_part = line[:, :rows]
    column_part = layers.Permute((2, 1, 3), name=f"{name}_column_back")(line[:, rows:])
    row_map = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_row")(row_part)
    column_map = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_column")(column_part)
    return layers.Multiply(name=f"{name}_gated")([x, row_map, column_map])
"""


def coordinate_code(variant: str, filters: int | None, scale: Pair) -> str:
    """Coordinate attention; it cuts a line in two, so that the number of rows must be known."""
    does = "x times a weight for its row and one for its column; same shape as x (arXiv:2103.02907)."
    x = "x: (batch, rows, columns, channels); rows a number, not None."
    return written(
        "coordinate_attention", does, _COORDINATE, arguments=(x,), between="max(8, channels // 32)", filters=filters
    )  # fmt: skip
