"""Where NumPy would do something else with the same shapes, in one line."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import MergeError
from core.errors import Shape
from core.merges.numpy_rule import numpy_outcome
from ui.text import plain, t


def show_numpy(
    operation: str, shapes: Sequence[Shape], output: Shape | None, *, axis: int = -1, axes: int | tuple[int, ...] = -1
) -> None:
    """Say what NumPy gives, if that differs.

    Args:
        operation: name of a merge.
        shapes: of the inputs.
        output: the shape that Keras gives; None where it refuses.
        axis: of Concatenate.
        axes: of Dot.
    """
    try:
        outcome = numpy_outcome(operation, tuple(shapes), axis=axis, axes=axes)  # type: ignore[arg-type]  # Dot took these axes
    except MergeError:
        return
    if outcome is None or outcome.shape == output:
        return
    said = t("raises an error") if outcome.shape is None else t("gives {shape}", shape=outcome.shape)
    differs = t("NumPy differs:")
    st.caption(f":material/compare_arrows: {differs} {plain(outcome.code)} {plain(said)}")
