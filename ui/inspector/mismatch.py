"""A merge with incompatible shapes, in the file or during a run: where, why, and the fixes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import MergeError
from core.errors import Shape, short
from core.merges.rows import error_rows
from sandbox.model_file.file import ModelFile
from sandbox.model_run.results import RunFailure
from ui.text import plain, t
from ui.views.refusal import show_refusal


def show_failure(model: ModelFile, failure: RunFailure) -> None:
    """Where a run ended."""
    if not failure.call:
        st.error(t("The model rejected its input."))
    elif failure.merge:
        st.error(t("The run ended at the merge {name}.", name=plain(short(failure.call))))
    else:
        st.error(t("The run ended at the layer {name}, which is no merge.", name=plain(short(failure.call))))
    entry = model.merge(failure.call) if failure.merge else None
    if entry is not None and failure.error is not None:
        show_misfit(failure.shapes, failure.error)
    elif failure.text:
        st.caption(t("Keras says:"))
        st.code(failure.text, language=None, wrap_lines=True)


def show_misfit(shapes: Sequence[Shape | None], error: MergeError) -> None:
    """Which axes are mismatched, why, and the fixes.

    Args:
        shapes: of its operands.
        error: of the engine.
    """
    located = bool(error.axes) and None not in shapes
    show_refusal(error, shapes, rows=error_rows(error) if located else ())
