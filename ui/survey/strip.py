"""The strip of small maps: a card for each image; one click opens the image."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from core.digests import digest
from core.dtypes import Array
from core.errors import short
from core.tensor_view.colours import colours
from survey.results import Results
from ui import session
from ui.state import parts
from ui.streamlit_internals import component_script, served_component
from ui.survey.controls import VERDICT_TITLES, Choice, ask_image
from ui.text import plain, t
from ui.views.cached import remembered

_BROWSER = Path(__file__).parent / "browser"
_PALETTE = colours("cividis")[:, :3].astype(np.uint8).tobytes()
_KEYS = ("survey_strip", "survey_strip_second")
_FIGURES = ("mean", "closed", "open", "energy", "iou", "auc")

_COMPONENT = served_component(
    "survey_strip",
    html='<div class="survey-strip" role="list">\n</div>',
    script=component_script(_BROWSER, "strip"),
    mount="strip.mount",
    style=(_BROWSER / "strip.css").read_text(encoding="utf-8"),
)


def show_strip(results: Results, choice: Choice, rows: Sequence[int], *, key: str) -> None:
    """Draw the maps of some images at a gate.

    Args:
        results: of the survey.
        choice: with the gate.
        rows: of the images, in order.
        key: identifies this strip on the page.
    """
    parts.stable_controls(key, _draw, results, choice, rows, key)


def _draw(results: Results, choice: Choice, rows: Sequence[int], key: str) -> None:
    if not rows:
        st.info(t("No image matches."))
        return
    _COMPONENT(key=key, data=payload(results, choice, rows), on_chosen_change=_keep)


def payload(results: Results, choice: Choice, rows: Sequence[int]) -> dict[str, Any]:
    """The data that is sent to the browser: a card for each image."""
    maps, kinds = results.maps(choice.gate, rows), results.verdicts(choice.gate)
    return {
        "label": t("Maps of the gate, one for each image"),
        "cards": [_card(results, choice, row, plane, str(kinds[row])) for row, plane in zip(rows, maps, strict=True)],
    }


def _card(results: Results, choice: Choice, row: int, plane: Array, kind: str) -> dict[str, Any]:
    error = str(results.errors[row])
    name = str(results.ids[row])
    odd = float(results.column(f"g{choice.gate}_oddness")[row])
    note = t("{count} MAD", count="∞" if np.isinf(odd) else f"{odd:.1f}") if not np.isnan(odd) else ""
    lines = [f"{label} {value}" for label, value in figures_of(results, choice.gate, row)]
    verdict = t(VERDICT_TITLES[kind]) if kind in VERDICT_TITLES else ""
    return {
        "id": str(row),
        "name": short(name),
        "image": "" if error else _png(digest(plane), plane),
        "verdict": t("error") if error else verdict,
        "note": note,
        "about": "\n".join([name[:200], *([error] if error else [*lines, verdict])]),
        "fault": bool(error) or kind == "not finite",
    }


@remembered
def _png(name: str, _plane: Array) -> str:  # noqa: ARG001 -- cache key
    """A map as a PNG with a palette, in a data URI: a tenth of the time that a picture in full colour takes."""
    image = Image.fromarray(_plane)
    image.putpalette(_PALETTE)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return "data:image/png;base64," + b64encode(stream.getvalue()).decode()


def figures_of(results: Results, gate: int, row: int) -> list[tuple[str, str]]:
    """The figures of one image at a gate, as labels and values; those that are not defined are left out."""
    labels = {
        "mean": t("mean"), "closed": t("closed share"), "open": t("open share"), "energy": t("energy retained"),
        "iou": t("IoU"), "auc": t("AUC"),
    }  # fmt: skip
    values = {name: float(results.column(f"g{gate}_{name}")[row]) for name in _FIGURES}
    return [(labels[name], f"{value:.3f}") for name, value in values.items() if not np.isnan(value)]


def show_second(first: Results, second: Results, choice: Choice, rows: Sequence[int]) -> None:
    """The maps of the same images at the gate of the same name in a second survey.

    Args:
        first: with the images that are shown.
        second: to compare with.
        choice: with the gate of the first.
        rows: of the images in the first.
    """
    name = first.gates[choice.gate]
    if name not in second.gates:
        st.info(plain(t("The second survey has no gate {name}.", name=short(name))))
        return
    where = {str(one): row for row, one in enumerate(second.ids)}
    found = [where[str(first.ids[row])] for row in rows if str(first.ids[row]) in where]
    st.caption(t("The same images in the second survey"))
    show_strip(second, replace(choice, gate=second.gates.index(name)), found, key=_KEYS[1])


def _keep() -> None:
    """The callback of both strips."""
    for survey, key in enumerate(_KEYS):
        chosen = getattr(session.get(key), "chosen", None)
        if isinstance(chosen, str) and chosen.isdigit():
            ask_image(survey, int(chosen[:9]))
            return
