"""The files in `assets/`: the trained network's weights, images and results. `assets/CARD.md` documents them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.dtypes import Array

_FOLDER = Path(__file__).parents[2] / "assets"


@st.cache_resource(max_entries=16, show_spinner=False)
def arrays(name: str, prefix: str = "") -> dict[str, Array]:
    """The arrays of one file, by name; shared by all sessions and locked against writing.

    Args:
        name: "samples", "alpha", "weights", "trace_20", ...; `training/record.py` says what each holds.
        prefix: of the arrays that are wanted; the others are not unpacked.
    """
    with np.load(_FOLDER / f"{name}.npz", allow_pickle=False) as file:
        found = {key: file[key] for key in file.files if key.startswith(prefix)}
    for array in found.values():
        array.flags.writeable = False
    return found


@st.cache_resource(show_spinner=False)
def figures() -> dict[str, Any]:
    """What `training/evaluate.py` measured: Dice of the networks "gated" and "plain", and the means of α."""
    found: dict[str, Any] = json.loads((_FOLDER / "figures.json").read_text(encoding="utf-8"))
    return found
