"""Reads `assets/`: weights of the trained network, recorded images and activations; see `assets/CARD.md`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.digests import name_array
from core.dtypes import Array
from ui.views.cached import Results, remembered

_FOLDER = Path(__file__).parents[2] / "assets"
_NOTE = json.loads((_FOLDER / "training.json").read_text(encoding="utf-8"))  # written by `training/train.py`
SAMPLES: int = _NOTE["recorded"]["samples"]
"""Number of recorded images."""
GRIDS: tuple[int, ...] = tuple(_NOTE["recorded"]["gates"])
"""Rows (and columns) of the features of each gate; they name the gates."""
DEFAULT_GRID = 20
"""The gate that a page shows where none is chosen."""
TRAINED_SEEDS = range(
    _NOTE["recipe"]["seed"], _NOTE["recipe"]["seed"] + _NOTE["recipe"]["steps"] * _NOTE["recipe"]["batch"]
)
"""Seeds of the generated images that the network was trained on."""


@Results(40_000_000).remembered  # all that the pages read are 30 MB; to unpack one again takes up to 40 ms
def arrays(name: str, prefix: str = "") -> dict[str, Array]:
    """Return the arrays of one file, by name; shared by all sessions, read-only.

    Args:
        name: "samples", "alpha", "weights", "trace_20", ...; `training/record.py` says what each holds.
        prefix: of the arrays to read; the others are not unpacked.
    """
    with np.load(_FOLDER / f"{name}.npz", allow_pickle=False) as file:
        found = {key: file[key] for key in file.files if key.startswith(prefix)}
    for array in found.values():
        array.flags.writeable = False
    return found


@dataclass(frozen=True, eq=False)
class Recorded:
    """What entered and left a gate for one example, read-only, float32.

    Attributes:
        x: features, (1, grid, grid, C).
        g: gating signal, (1, grid / 2, grid / 2, D).
        alpha: the map, (1, grid, grid, 1).
    """

    x: Array
    g: Array
    alpha: Array


@remembered
def recorded(grid: int, number: int) -> Recorded:
    """The tensors of a gate for an example; one object for all sessions, and so one digest for all runs.

    Args:
        grid: rows of the gate.
        number: of the example.
    """
    trace = arrays(f"trace_{grid}")
    found = {name: trace[name][number : number + 1].astype(np.float32) for name in ("x", "g", "alpha")}
    for name, array in found.items():
        array.flags.writeable = False
        name_array(array, f"trace_{grid}", str(number), name)
    return Recorded(**found)


@remembered
def figures() -> dict[str, Any]:
    """What `training/evaluate.py` measured: Dice of the networks "gated" and "plain", and the means of α."""
    found: dict[str, Any] = json.loads((_FOLDER / "figures.json").read_text(encoding="utf-8"))
    return found
