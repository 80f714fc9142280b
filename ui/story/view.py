"""One step of a story on screen: its text, and the live view in the state that the step describes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core import DIALECTS, Alignment, MergeError, align, merge, snippet
from core.dtypes import Array
from core.limits import merge_elements
from core.merges.operations import MERGES
from core.merges.rows import alignment_rows, error_rows
from core.merges.samples import sample_code
from core.merges.shape_text import format_shape
from core.story.reading import Step
from ui import counters, frame
from ui.export import export_menu
from ui.hosting import budget
from ui.state import link
from ui.story import controls
from ui.story.scenes import scene_view, show_graph
from ui.tensor_view import Panel, Selection, TensorView, nearest, tensor_view
from ui.text import plain, safe_markdown, t
from ui.views import cached
from ui.views.alignment_line import alignment_line
from ui.views.merge_view import gradient_view, translated_words, values_view
from ui.views.numpy_note import show_numpy

_FIXES = 2  # of a rejected merge that a step lists


def title(step: Step) -> str:
    """Return the title of a step as plain text for a heading."""
    return plain(" ".join(step.title.split()))


def show_text(step: Step) -> None:
    """Draw the paragraphs, what the app adds to them, and the link to the Merge lab."""
    st.container(key="story_text").markdown(safe_markdown(step.text))
    if step.operation is None:
        return
    show_reason(step)
    with frame.below():
        st.page_link(
            "pages/1_Merge_lab.py",
            label=t("Open in the Merge lab"),
            icon=":material/layers:",
            query_params=link.to_page(**lab_link(step)),
        )


def show_reason(step: Step, fixes: int = _FIXES) -> None:
    """Draw the warnings of a merge; for one that Keras rejects, the reason and the first fixes.

    Args:
        step: to explain.
        fixes: how many are listed.
    """
    operation = step.operation or ""
    options: dict[str, Any] = {"axis": step.axis, "axes": step.axes}
    try:
        alignment = align(operation, step.shapes, **options)
    except MergeError as error:
        st.markdown(plain(t(error.explanation)))
        for fix in error.fixes[:fixes]:
            code = getattr(fix, "code", "")
            shown = " · ".join(f"`{line}`" for line in code.splitlines() if line.strip())
            st.markdown(f":material/build: {plain(t(fix.text))}" + (f": {shown}" if shown else ""))
        show_numpy(operation, step.shapes, None, **options)
        return
    for warning in alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    show_numpy(operation, step.shapes, alignment.output_shape, **options)


def show_picture(step: Step, key: str | None = None) -> tuple[TensorView, Selection] | None:
    """Draw the alignment in one line and the tensors; or a scene of the trained network.

    Args:
        step: to show.
        key: of the tensor view; by default that of the step in the link.

    Returns:
        What is on screen, for an export; None if there are no values.
    """
    if step.scene:
        show_graph(step)
    view = scene_view(step) if step.scene else _merge(step)
    if view is None:
        return None
    view = replace(view, layout="stage")
    begun = nearest(_wanted(step), view)
    chosen = tensor_view(view, key=key or controls.view_key(), selection=controls.look(begun))
    controls.keep_look(chosen, begun)
    return view, chosen


def show_export(step: Step, shown: tuple[TensorView, Selection] | None) -> None:
    """Draw the export menu of a step."""
    if shown is not None:
        export_menu(*shown, title=title(step), code=codes_of(step))


def codes_of(step: Step) -> Mapping[str, str]:
    """Return the code of a merge, with the arrays of the step; a scene, an error and gradients have none."""
    if step.operation is None or step.layer == "gradients" or any(None in shape for shape in step.shapes):
        return {}
    made = [
        sample_code(
            fill, tuple(size or 0 for size in shape), number=number, seed=step.seed, dtype=step.dtype_of(number),
            first=step.first_of(number),
        )
        for number, (shape, fill) in enumerate(zip(step.shapes, step.fill, strict=True))
    ]  # fmt: skip
    found, dtypes = {}, [step.dtype_of(number) for number in range(len(made))]
    options: dict[str, Any] = {"axis": step.axis, "axes": step.axes, "normalize": step.normalize}
    for name in ("keras-layer", "keras-function", "numpy"):
        with contextlib.suppress(MergeError):  # Keras rejects the shapes
            align(step.operation, step.shapes, axis=step.axis, axes=step.axes)
            code = snippet(step.operation, step.shapes, name, inputs=made, dtypes=dtypes, **options)
            found[DIALECTS[name].title] = code
    return found


def _merge(step: Step) -> TensorView | None:
    operation = step.operation or ""
    try:
        alignment = align(operation, step.shapes, axis=step.axis, axes=step.axes)
    except MergeError as error:
        counters.refused("shapes")
        return _rejected(step, error)
    alignment_line(alignment_rows(alignment), linked=alignment.axes is None)
    if not alignment.known:
        st.info(t("None is a size that is not known yet. Enter a number to see values."))
        return None
    return _values(step, alignment)


def _values(step: Step, alignment: Alignment) -> TensorView | None:
    budget.reserve(merge_elements(alignment.shapes, alignment.output_shape))
    inputs = inputs_of(step)
    try:
        merged = merge(alignment.operation, inputs, axis=step.axis, axes=step.axes, normalize=step.normalize)
        counters.merged(alignment.operation)
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return None
    if step.layer == "gradients":
        return gradient_view(alignment, inputs, merged.value, step.normalize)
    return values_view(alignment, [*inputs, merged.value], normalize=step.normalize, gallery=merged.value.ndim > 3)


def _rejected(step: Step, error: MergeError) -> TensorView | None:
    """Draw the mismatch and Keras's message; the inputs are shown without an output."""
    linked = MERGES[step.operation or ""].rule != "dot"
    alignment_line(error_rows(error), rejected=True, linked=linked)
    st.code(error.accident or error.keras_message, language=None, wrap_lines=True)
    return None if any(None in shape for shape in step.shapes) else inputs_view(step)


def inputs_view(step: Step) -> TensorView:
    """Return the inputs side by side, without an output."""
    sign = MERGES[step.operation or ""].symbol
    tensors = zip(inputs_of(step), _axes_on_output(step), strict=True)
    panels = tuple(
        Panel(t("input {number}", number=number), tensor, sign if number else "", axes=axes)
        for number, (tensor, axes) in enumerate(tensors)
    )
    return TensorView(panels, words=translated_words(), gallery=False)


def _axes_on_output(step: Step) -> list[tuple[int, ...]]:
    """The shared axes of each input: the batch axis first, the others right-aligned, as Keras does."""
    rank = max(map(len, step.shapes))
    return [tuple(axis + (rank - len(shape) if axis else 0) for axis in range(len(shape))) for shape in step.shapes]


def inputs_of(step: Step) -> list[Array]:
    """Return the input tensors of the merge of a step."""
    return [
        cached.sample(
            fill,
            tuple(size or 0 for size in shape),
            number=number,
            seed=step.seed,
            dtype=step.dtype_of(number),
            first=step.first_of(number),
        )
        for number, (shape, fill) in enumerate(zip(step.shapes, step.fill, strict=True))
    ]


def _wanted(step: Step) -> Selection:
    return Selection(at=step.at, cell=step.cell, panel=step.of, axes=step.plane, order=step.order)


def lab_link(step: Step) -> dict[str, str]:
    """Return the parameters with which the Merge lab shows the same merge."""
    axes = step.axes if isinstance(step.axes, int) else ",".join(map(str, step.axes))
    found = {"op": step.operation or "", "n": str(len(step.shapes)), "seed": str(step.seed)}
    found |= {"axis": str(step.axis), "axes": str(axes), "norm": str(step.normalize), "layer": step.layer}
    for number, (shape, fill) in enumerate(zip(step.shapes, step.fill, strict=True)):
        found |= {f"s{number}": format_shape(shape), f"f{number}": fill, f"d{number}": step.dtype_of(number)}
        first = step.first_of(number)
        found |= {} if first is None else {f"start{number}": str(first)}
    return found
