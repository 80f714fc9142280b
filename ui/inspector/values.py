"""One merge of a model that has run: what goes in, what comes out, and how its gate fares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core import Alignment, MergeError
from core.dtypes import Array
from sandbox.model_file.file import MergeEntry
from ui import counters
from ui.export import export_menu
from ui.inspector import controls
from ui.inspector.cropping import Cut, cut
from ui.inspector.gate_detection import gate_number, health
from ui.inspector.rows import title
from ui.inspector.summary_table import figures_of, figures_table
from ui.tensor_view import Panel, TensorView, default_axes, frame_of, tensor_view
from ui.text import plain, short, t
from ui.views.loaded_code import loaded_code
from ui.views.merge_view import translated_words, values_view


@dataclass(frozen=True, eq=False)
class Tensors:
    """What one run recorded of a merge.

    Attributes:
        entry: the merge.
        inputs: its operands.
        output: what came out.
        gradients: what flows back to each operand, where that was asked.
    """

    entry: MergeEntry
    inputs: tuple[Array, ...]
    output: Array
    gradients: tuple[Array, ...] = ()

    @property
    def names(self) -> list[str]:
        """For people: the number of each operand and the layer that it comes from, and the output."""
        return tensor_names(self.entry, len(self.inputs))

    @property
    def all(self) -> tuple[Array, ...]:
        """Inputs, then the output."""
        return (*self.inputs, self.output)

    def alignment(self) -> Alignment:
        """How the recorded shapes line up.

        Raises:
            MergeError: they do not, by our rules.
        """
        return self.entry.align(tuple(tensor.shape for tensor in self.inputs))


def tensor_names(entry: MergeEntry, count: int) -> list[str]:
    """Of so many operands and the output."""
    return [*(operand_name(entry, number) for number in range(count)), t("output")]


def operand_name(entry: MergeEntry, number: int) -> str:
    """Number and origin of an operand, as plain text."""
    operand = entry.inputs[number] if number < len(entry.inputs) else None
    origin = (operand.source or operand.constant) if operand else ""
    name = t("input {number}", number=number)
    return f"{name} · {short(origin.split('/')[-1])}" if origin else name


def show_values(tensors: Tensors) -> None:
    """Figures, health of the gate, and the linked tensor view."""
    show_health(tensors)
    view, cuts = merge_view(tensors)
    for note in cuts:
        st.caption(":material/content_cut: " + cut_words(note))
    usual = largest_cell(view.panels[-1].value)
    chosen = tensor_view(view, key="merge_values", selection=controls.first_selection(usual))
    controls.keep_place(chosen, usual, default_axes(view, frame_of(view)), last_panel=len(tensors.inputs))
    export_menu(view, chosen, title=title(tensors.entry), code=_code(tensors.entry, view))
    figures_table(tensors.names, [figures_of(tensor) for tensor in tensors.all])


def _code(entry: MergeEntry, view: TensorView) -> dict[str, str]:
    """Of the tensors that are drawn; an operator lines its operands up otherwise than a layer, so it has none here."""
    if entry.kind != "layer" or view.alignment is None:
        return {}
    options = {name: value for name, value in entry.options.items() if name in ("axis", "axes", "normalize")}
    return loaded_code(entry.operation, [panel.value.shape for panel in view.panels[:-1]], **options)


def merge_view(tensors: Tensors) -> tuple[TensorView, tuple[Cut, ...]]:
    """The view of a merge, cut to what can be drawn, and what was cut."""
    try:
        alignment = tensors.alignment()
        shown, cuts = cut(alignment, tensors.all)
        view = values_view(tensors.entry.align(tuple(tensor.shape for tensor in shown[:-1])), shown)
        counters.merged(tensors.entry.operation)
    except (MergeError, ValueError):  # a rule of Keras that we do not know: the panels stand side by side
        return side_by_side(tensors.names, tensors.all), ()
    return titled(view, tensors.names), cuts


def titled(view: TensorView, names: Sequence[str]) -> TensorView:
    """The same view with other titles."""
    panels = tuple(replace(panel, title=name) for panel, name in zip(view.panels, names, strict=True))
    return replace(view, panels=panels)


def largest_cell(value: Array) -> tuple[int, ...]:
    """The index of the largest number, where something is to be seen; of the first cell where none is finite."""
    known = np.nan_to_num(np.asarray(value, dtype=np.float64), nan=-np.inf)
    return tuple(int(place) for place in np.unravel_index(int(known.argmax()), value.shape)) if value.size else ()


def show_health(tensors: Tensors) -> None:
    """Where an operand is a gate: its verdict and figures in two lines."""
    number = gate_number(tensors.entry.operation, tensors.inputs)
    if number is None:
        return
    found = health(tensors.inputs[number])
    name = plain(operand_name(tensors.entry, number))
    st.markdown(":material/filter_alt: " + t("{name} is the gate.", name=f"**{name}**") + " " + plain(t(found.verdict)))
    st.caption(
        t(
            "mean {mean}, spread {spread}; below 0.05: {shut}, above 0.95: {open}",
            mean=f"{found.mean:.3f}",
            spread=f"{found.std:.3f}",
            shut=f"{100 * found.suppressed:.0f} %",
            open=f"{100 * found.passed:.0f} %",
        )
    )


def cut_words(note: Cut) -> str:
    """What is not drawn, in words."""
    return t(
        "Too large to draw: only the first {drawn} of {whole} along axis {axis} are shown; the figures are of all.",
        drawn=note.drawn,
        whole=note.whole,
        axis=note.axis,
    )


def side_by_side(names: Sequence[str], tensors: Sequence[Array], symbols: Sequence[str] = ()) -> TensorView:
    """Tensors next to each other, tied by their axes alone where they have as many.

    Args:
        names: of the tensors.
        tensors: as many.
        symbols: drawn before each; none by default.
    """
    rank = max(tensor.ndim for tensor in tensors)
    panels = tuple(
        Panel(name, tensor, symbol=symbol, axes=tuple(range(rank - tensor.ndim, rank)))
        for name, tensor, symbol in zip(names, tensors, symbols or [""] * len(tensors), strict=True)
    )
    return TensorView(panels, words=translated_words())
