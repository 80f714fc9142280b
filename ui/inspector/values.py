"""One merge of a model that has run: its tensors in the linked view, and the verdict on its gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core import MergeError
from core import tensor_view as tensor_views
from core.dtypes import Array
from sandbox.model_file.file import MergeEntry
from sandbox.model_run.gate_maps import gate_number
from ui import counters
from ui.inspector import controls
from ui.inspector.cropping import Cut, cut
from ui.inspector.gate_detection import health
from ui.inspector.recorded import Tensors, aligned, computed_inputs, notes, operand_name
from ui.inspector.recorded_run import RecordedStep
from ui.inspector.training_reels import keep_step, with_steps
from ui.state import parts
from ui.tensor_view import Selection, TensorView, default_axes, frame_of, tensor_view
from ui.text import plain, t
from ui.views.loaded_code import loaded_code
from ui.views.merge_view import values_view

_IN_LINE, _GRID = 3, 4  # panels side by side in the pane, axes of features: such a merge fills the window, no more


@dataclass(frozen=True, eq=False)
class Shown:
    """What is on screen of a merge.

    Attributes:
        tensors: of the merge.
        view: as drawn; None if no view of the merge itself is drawn.
        selection: what the person looks at in it.
    """

    tensors: Tensors
    view: TensorView | None = None
    selection: Selection | None = None


def show_values(tensors: Tensors, recorded: RecordedStep | None = None) -> Shown:
    """The verdict on the gate, notes, and the linked tensor view.

    Args:
        tensors: of the merge.
        recorded: the step of a recording; None for a model that runs.
    """
    first = recorded is not None and recorded.recording.index.channels == "first"
    view, cuts = merge_view(tensors)
    if recorded is not None:
        view = with_steps(channels_last(view, recorded), tensors, recorded)
    parts.stable("remarks", _show_remarks, tensors, cuts, first)
    usual = largest_cell(view.panels[-1].value)
    begun = controls.first_selection(usual)
    chosen = tensor_view(view, key="merge_values", selection=begun, on_frames=keep_step)
    controls.keep_look(chosen, usual, default_axes(view, frame_of(view)), last_panel=len(tensors.inputs))
    return Shown(tensors, view, chosen)


def _show_remarks(tensors: Tensors, cuts: Sequence[Cut], channels_first: bool) -> None:
    """The verdict on the gate, and notes."""
    show_health(tensors, channels_first=channels_first)
    for note in notes(tensors):
        st.caption(":material/info: " + plain(note))
    for part in cuts:
        st.caption(":material/content_cut: " + cut_words(part))


def channels_last(view: TensorView, recorded: RecordedStep) -> TensorView:
    """The view with rows and columns where the framework of a recording has them: last, if channels come first."""
    rank = view.panels[-1].value.ndim
    if recorded.recording.index.channels != "first" or rank < 3:
        return view
    return replace(view, axes=(rank - 2, rank - 1), layout="page")


def code_of(entry: MergeEntry, view: TensorView) -> dict[str, str]:
    """Code for the tensors that are drawn; empty for an operator, which aligns its operands differently."""
    if entry.kind != "layer" or view.alignment is None:
        return {}
    options = {name: value for name, value in entry.options.items() if name in ("axis", "axes", "normalize")}
    return loaded_code(entry.operation, [panel.value.shape for panel in view.panels[:-1]], **options)


def merge_view(tensors: Tensors) -> tuple[TensorView, tuple[Cut, ...]]:
    """The view of a merge, cropped to what can be drawn, and what was cropped."""
    try:
        alignment = tensors.alignment()
        shown, cuts = cut(alignment, (*computed_inputs(tensors, alignment), tensors.output))
        drawn = aligned(tensors.entry, tuple(tensor.shape for tensor in shown[:-1]))
        view = values_view(drawn, shown, normalize=tensors.normalize)
        counters.merged(tensors.entry.operation)
    except (MergeError, ValueError):  # a rule of Keras that the engine does not know: the panels are not linked
        return with_dtypes(side_by_side(tensors.names, tensors.all), (*tensors.dtypes, tensors.dtype)), ()
    gate = gate_number(tensors.entry.operation, tensors.inputs, tensors.entry.contracted)
    view = tensor_views.gate_scales(titled(with_dtypes(view, tensors.shown_dtypes), tensors.names), gate)
    fits = len(shown) <= _IN_LINE and all(tensor.ndim == _GRID for tensor in shown)
    return (replace(view, layout="stage") if fits else view), cuts


def titled(view: TensorView, names: Sequence[str]) -> TensorView:
    """The same view with other titles."""
    panels = tuple(replace(panel, title=name) for panel, name in zip(view.panels, names, strict=True))
    return replace(view, panels=panels)


def with_dtypes(view: TensorView, names: Sequence[str]) -> TensorView:
    """The same view with the dtypes that the tensors have in the model: an array of bfloat16 comes as float32."""
    if len(names) != len(view.panels):
        return view
    panels = tuple(
        replace(panel, dtype=name if panel.value.dtype.kind == "f" else "")
        for panel, name in zip(view.panels, names, strict=True)
    )
    return replace(view, panels=panels)


def largest_cell(value: Array) -> tuple[int, ...]:
    """The index of the largest finite value; of the first element if none is finite; () for an empty array."""
    known = np.nan_to_num(np.asarray(value, dtype=np.float64), nan=-np.inf, posinf=-np.inf)
    return tuple(int(index) for index in np.unravel_index(int(known.argmax()), value.shape)) if value.size else ()


def show_health(tensors: Tensors, *, channels_first: bool = False) -> None:
    """If an operand is a gate: its verdict and statistics.

    Args:
        tensors: of the merge.
        channels_first: whether axis 1 holds the channels, as in PyTorch.
    """
    number = gate_number(tensors.entry.operation, tensors.inputs, tensors.entry.contracted)
    if number is None:
        return
    gate = tensors.inputs[number]
    found = health(np.moveaxis(gate, 1, -1) if channels_first and gate.ndim > 2 else gate)
    name = plain(operand_name(tensors.entry, number))
    figures = t(
        "mean {mean}, std. dev. {std}; below {low}: {suppressed}, above {high}: {passed}",
        mean=f"{found.mean:.3f}",
        std=f"{found.std:.3f}",
        low=f"{found.limits[0]:.3g}",
        suppressed=f"{100 * found.suppressed:.0f} %",
        high=f"{found.limits[1]:.3g}",
        passed=f"{100 * found.passed:.0f} %",
    )
    st.markdown(
        ":material/filter_alt: " + t("{name} is the gate.", name=f"**{name}**") + " " + plain(t(found.verdict)),
        help=figures,
    )


def cut_words(note: Cut) -> str:
    """What is not drawn, in words."""
    return t(
        "Too large to draw: only the first {drawn} of {whole} along axis {axis} are shown; the statistics cover all.",
        drawn=note.drawn,
        whole=note.whole,
        axis=note.axis,
    )


def side_by_side(names: Sequence[str], tensors: Sequence[Array], symbols: Sequence[str] = ()) -> TensorView:
    """`core.tensor_view.side_by_side` in the chosen language."""
    return tensor_views.side_by_side(names, tensors, symbols, translate=t)
