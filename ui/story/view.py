"""One step of a story on screen: its text, and the live view in the state that the step names."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core import Alignment, MergeError, align, merge
from core.dtypes import Array
from core.limits import merge_elements
from core.merges.rows import alignment_rows, error_rows
from core.merges.shape_text import format_shape
from core.story.reading import Step
from ui import counters
from ui.export import export_menu
from ui.hosting import budget
from ui.state import link
from ui.story import controls
from ui.story.markdown import safe_line, safe_markdown
from ui.story.scenes import scene_view
from ui.tensor_view import Panel, Selection, TensorView, nearest, tensor_view
from ui.text import plain, t
from ui.views import cached
from ui.views.alignment_table import alignment_table
from ui.views.loaded_code import loaded_code
from ui.views.merge_view import gradient_view, translated_words, values_view
from ui.views.numpy_note import show_numpy
from ui.views.refusal import show_refusal


def title(step: Step) -> str:
    """Of the step, as plain text for a heading."""
    return safe_line(step.title)


def show_text(step: Step) -> None:
    """The paragraphs, whoever wrote them, and the way to the lab."""
    st.markdown(safe_markdown(step.text))
    if step.operation:
        st.page_link(
            "pages/1_Merge_lab.py",
            label=t("Open in the Merge lab"),
            icon=":material/layers:",
            query_params=link.to_page(**lab_link(step)),
        )


def show_picture(step: Step, key: str | None = None) -> None:
    """How the shapes line up, and the tensors with a menu of files; or a scene of the trained network.

    Args:
        step: what is shown.
        key: tells the tensor view from others; by default that of the step in the link. Only that has the menu:
            a question of the quiz is not the place for it.
    """
    view = scene_view(step) if step.scene else _merge(step)
    if view is None:
        return
    begun = nearest(_asked(step), view)
    chosen = tensor_view(view, key=key or controls.view_key(), selection=controls.look(begun))
    controls.keep_look(chosen, begun)
    if key is None:
        export_menu(view, chosen, title=title(step), code=_code(step, view))


def _code(step: Step, view: TensorView) -> dict[str, str]:
    """What leaves the result in `y`; a scene, a refusal and gradients have none."""
    if step.operation is None or view.alignment is None or step.layer == "gradients":
        return {}
    shapes = [panel.value.shape for panel in view.panels[:-1]]
    return loaded_code(step.operation, shapes, axis=step.axis, axes=step.axes, normalize=step.normalize)


def _merge(step: Step) -> TensorView | None:
    operation = step.operation or ""
    try:
        alignment = align(operation, step.shapes, axis=step.axis, axes=step.axes)
    except MergeError as error:
        counters.refused("shapes")
        return _refused(step, error)
    _heading(step, str(alignment.output_shape))
    alignment_table(alignment_rows(alignment))
    for warning in alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    show_numpy(step.operation or "", step.shapes, alignment.output_shape, axis=step.axis, axes=step.axes)
    if not alignment.known:
        st.info(t("None stands for a size that is not known yet; type a number to see values."))
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
    return values_view(alignment, [*inputs, merged.value], normalize=step.normalize)


def _refused(step: Step, error: MergeError) -> TensorView | None:
    """Why not, and what would fit; the inputs stand side by side, with nothing behind them."""
    _heading(step, t("error"))
    operation = step.operation or ""
    show_refusal(
        error,
        step.shapes,
        rows=error_rows(error),
        before_fixes=partial(show_numpy, operation, step.shapes, None, axis=step.axis, axes=step.axes),
    )
    return None if any(None in shape for shape in step.shapes) else inputs_view(step)


def inputs_view(step: Step) -> TensorView:
    """The inputs side by side, with no result behind them."""
    tensors = zip(inputs_of(step), _places(step), strict=True)
    panels = tuple(
        Panel(t("input {number}", number=number), tensor, axes=axes) for number, (tensor, axes) in enumerate(tensors)
    )
    return TensorView(panels, words=translated_words())


def _places(step: Step) -> list[tuple[int, ...]]:
    """The shared axes of each input: the batch on the batch, the others from the right, as Keras tries it."""
    rank = max(map(len, step.shapes))
    return [tuple(axis + (rank - len(shape) if axis else 0) for axis in range(len(shape))) for shape in step.shapes]


def _heading(step: Step, result: str) -> None:
    shapes = ", ".join(map(str, step.shapes))
    st.markdown(f"#### {step.operation}: {plain(shapes)} → {plain(result)}")


def inputs_of(step: Step) -> list[Array]:
    """The tensors that go into the merge of a step."""
    return [
        cached.sample(fill, tuple(size or 0 for size in shape), number=number, seed=step.seed, dtype="float32")
        for number, (shape, fill) in enumerate(zip(step.shapes, step.fill, strict=True))
    ]


def _asked(step: Step) -> Selection:
    """Where the step wants people to look."""
    return Selection(at=step.at, cell=step.cell, panel=step.of, axes=step.plane, order=step.order)


def lab_link(step: Step) -> dict[str, str]:
    """The parameters by which the Merge lab shows the same."""
    axes = step.axes if isinstance(step.axes, int) else ",".join(map(str, step.axes))
    told = {"op": step.operation or "", "n": str(len(step.shapes)), "seed": str(step.seed)}
    told |= {"axis": str(step.axis), "axes": str(axes), "norm": str(step.normalize), "layer": step.layer}
    for number, (shape, fill) in enumerate(zip(step.shapes, step.fill, strict=True)):
        told |= {f"s{number}": format_shape(shape), f"f{number}": fill}
    return told
