"""A merge whose shapes do not fit, before the model runs or while it does: which, why, and what would fit."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import MergeError
from core.errors import Shape
from core.merges.rows import Cell, Row, refused_rows
from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_run.results import RunFailure
from ui.text import plain, short, t
from ui.views.refusal import show_refusal


def show_failure(model: ModelFile, failure: RunFailure) -> None:
    """Where a run ended."""
    if not failure.call:
        st.error(t("The model refused its input."))
    elif failure.merge:
        st.error(t("The run ended at the merge {name}.", name=plain(short(failure.call))))
    else:
        st.error(t("The run ended at the layer {name}, which is no merge.", name=plain(short(failure.call))))
    entry = model.merge(failure.call) if failure.merge else None
    if entry is not None and failure.error is not None:
        show_misfit(entry, failure.shapes, failure.error)
    elif failure.text:
        st.caption(t("Keras says:"))
        st.code(failure.text, language=None, wrap_lines=True)


def show_misfit(entry: MergeEntry, shapes: Sequence[Shape | None], error: MergeError) -> None:
    """How the shapes clash, why, and what would fit.

    Args:
        entry: the merge.
        shapes: of its operands.
        error: of the engine.
    """
    known = tuple(shape for shape in shapes if shape is not None)
    rows: tuple[Row, ...] = ()
    if error.axes and len(known) == len(shapes):
        rows = refused_rows(entry.operation, known, error) if entry.kind == "layer" else _operator_rows(known, error)
    show_refusal(error, shapes, rows=rows)


def _operator_rows(shapes: tuple[Shape, ...], error: MergeError) -> tuple[Row, ...]:
    """As `refused_rows`, for an operator: it inserts axes in front and knows no batch."""
    rank = max(map(len, shapes), default=0)
    return tuple(_operator_row(number, shape, rank - len(shape), error) for number, shape in enumerate(shapes))


def _operator_row(number: int, shape: Shape, inserted: int, error: MergeError) -> Row:
    clashing = {axis + inserted for at, axis in error.axes if at == number}
    wide = (1,) * inserted + shape
    return tuple(
        Cell(size, "clashing" if axis in clashing else "inserted" if axis < inserted else "")
        for axis, size in enumerate(wide)
    )
