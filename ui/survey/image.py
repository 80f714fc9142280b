"""Opens an image that was clicked: a slice of the generator on the gate page, any other one in the inspector."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import streamlit as st

from core import MergeError
from core.errors import invalid_request
from survey.load import load_image
from survey.prepare import open_plan_source, read_survey_model
from survey.results import Results
from ui.files import handed
from ui.state import link
from ui.survey.controls import asked_image
from ui.survey.opening import is_local
from ui.text import plain, t
from ui.views.assets import DEFAULT_GRID, GRIDS

_GATE, _INSPECTOR = "pages/2_Attention_gate.py", "pages/4_Model_inspector.py"
_SEED = re.compile(r"(?:\d+/)?seed (\d+)")
_OF_NETWORK = re.compile(r"gate(\d+)_gated")


def open_asked(surveys: Sequence[Results], gate: int) -> None:
    """Switch to the page that shows the image that was clicked just now, if one was.

    Args:
        surveys: the first, and the second if there is one.
        gate: number of the gate that is shown.
    """
    asked = asked_image()
    if asked is not None and asked[0] < len(surveys) and asked[1] < surveys[asked[0]].count:
        open_image(surveys[asked[0]], gate, asked[1])


def open_image(results: Results, gate: int, row: int) -> None:
    """Switch to the page that shows this image; a reason appears if that is impossible.

    Args:
        results: of the survey.
        gate: number of the gate that is shown.
        row: of the image.
    """
    name = results.gates[min(gate, len(results.gates) - 1)]
    seed, grid = _SEED.fullmatch(str(results.ids[row])), _OF_NETWORK.fullmatch(name)
    if seed and grid and int(grid[1]) in GRIDS:
        gate_of_page = {} if int(grid[1]) == DEFAULT_GRID else {"gate": grid[1]}  # else one Back would only drop it
        st.switch_page(_GATE, query_params=link.to_page(slice="seed", slice_seed=seed[1], **gate_of_page))
    if not is_local():
        st.info(t("Only images of the generator can be opened here."))
        return
    try:
        _hand_over(results, row)
    except (MergeError, OSError) as error:
        st.error(plain(t(getattr(error, "explanation", None) or str(error))))
        return
    inputs = {f"m{number}k": "npy" for number in range(len(results.plan.inputs))}
    st.switch_page(_INSPECTOR, query_params=link.to_page(msrc="own", merge=name, **inputs))


def _hand_over(results: Results, row: int) -> None:
    """Give the model and the image to the inspector, as if they had been uploaded.

    Raises:
        MergeError: the model or the image cannot be read, or they have changed since.
    """
    plan = results.plan
    path = Path(plan.model)
    content, model = read_survey_model(path)
    if sha256(content).hexdigest() != plan.model_digest:
        raise invalid_request("The model has changed since the survey was begun.")
    loaded = load_image(plan, model, open_plan_source(plan), int(results.column("number")[row]))
    if loaded.error:
        raise MergeError(loaded.error)
    handed.give("model", path.name, content)
    for number, array in enumerate(loaded.arrays):
        stream = io.BytesIO()
        np.save(stream, array, allow_pickle=False)
        handed.give(f"input{number}", "image.npy", stream.getvalue())
