"""The row of small pictures: α over the slice, the truth, the answer, and the answer with another map."""

from __future__ import annotations

import math
from io import BytesIO

import streamlit as st
from PIL import Image

from core.dtypes import Array
from core.segmentation.overlay import COOL, WARM, draw_outline, enlarge, lay_over
from core.segmentation.slices import dice
from ui.gate.case import Case
from ui.gate.network import steered
from ui.text import t

_FACTOR = 2  # pixels of a picture for one of the slice
_WIDTH = 164  # on screen


def show_pictures(case: Case, own: Array, weights: Array) -> None:
    """Draw the row.

    Args:
        case: the slice.
        own: the map that the gate makes of this slice, (1, grid, grid, 1).
        weights: the map that is chosen now, of the same shape.
    """
    with st.container(horizontal=True, gap="small"):
        _show(_covered(case.image[0], weights[0], WARM), t("α over the slice"), t("The map over the slice, in orange."))
        _truth(case)
        _answer(case, case.answer, t("The answer"))
        _other_answer(case, own, weights)


def _truth(case: Case) -> None:
    if case.truth is not None:
        _show(_covered(case.image[0], case.truth[0], COOL), t("The truth"), t("The target, in blue."))
    else:
        _show(_covered(case.image[0], 0 * case.image[0], COOL), t("The slice; its truth is not known"), t("The slice."))


def _other_answer(case: Case, own: Array, weights: Array) -> None:
    """What the network makes of the slice with another map at this gate."""
    with st.container(width=_WIDTH):
        if (own == weights).all():
            st.caption(t("Change the map or paint on it below, and here is what the network answers then."))
            return
        answer = steered(case.image, case.grid, weights)
        if answer is not None:
            _answer(case, answer, t("With this map"), beside=case.answer)


def _answer(case: Case, answer: Array, title: str, beside: Array | None = None) -> None:
    """The answer in orange, within the outline of the truth; its Dice below it."""
    picture = _covered(case.image[0], answer[0], WARM, None if case.truth is None else case.truth[0])
    told = _told(case, answer, beside)
    _show(picture, f"{title} · {told}" if told else title, t("What the network finds, in orange."))


def _told(case: Case, answer: Array, beside: Array | None) -> str:
    """Dice against the truth, or where none is known against the network's own answer."""
    if case.truth is not None:
        score = dice(case.truth, answer)
        if beside is None:
            return t("Dice {score}", score=_written(score))
        change = score - dice(case.truth, beside)
        return t("Dice {score} ({change})", score=_written(score), change=f"{change:+.3f}".replace("-", "−"))
    if beside is None:
        return ""
    return t("Dice {score} with its own answer", score=_written(dice(beside, answer)))


def _written(score: float) -> str:
    return "–" if math.isnan(score) else f"{score:.3f}"


@st.cache_data(max_entries=256, show_spinner=False)
def _covered(image: Array, weights: Array, colour: tuple[int, int, int], outlined: Array | None = None) -> bytes:
    """A slice under weights in colour, with the outline of a region, as PNG: most of a run went into packing these."""
    picture = enlarge(lay_over(image, weights, colour), _FACTOR)
    if outlined is not None:
        picture = draw_outline(picture, outlined, COOL)
    packed = BytesIO()
    Image.fromarray(picture).save(packed, "PNG", compress_level=1)
    return packed.getvalue()


def _show(picture: bytes, caption: str, alt: str) -> None:
    with st.container(width=_WIDTH):  # a width of the picture itself would have Streamlit pack it again
        st.image(picture, caption=caption, width="stretch", alt=alt, output_format="PNG")
