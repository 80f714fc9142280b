"""Common mistakes when a gate is written by hand: the gate's own tensors, merged by mistake and as intended."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import MERGES, Merged, MergeError, merge
from core.errors import Shape
from core.gates import GateTrace
from core.gates.pitfalls import Named, Pitfall, pitfalls_of
from core.merges.rows import alignment_rows, error_rows
from core.merges.shape_text import format_shape
from core.tensor_view import shared_scale
from ui import frame
from ui.gallery.cards import first_channel
from ui.gallery.controls import pick_trap
from ui.state import link, parts
from ui.tensor_view import Panel, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.alignment_line import alignment_line
from ui.views.merge_view import translated_words
from ui.views.refusal import show_refusal

_LAB = "pages/1_Merge_lab.py"


def show_traps(trace: GateTrace, key: str) -> None:
    """One common mistake of this gate: what Keras does with it, and what was intended."""
    traps = pitfalls_of(trace)
    if not traps:
        st.info(t("No common mistake is listed for this gate."))
        return
    trap = parts.controls("trap", pick_trap, traps)
    left, beside = st.columns(2, gap="medium")
    with left:
        parts.stable("wrong", _show_wrong, trace, trap, key)
    with beside:
        parts.stable("right", _show_right, trace, trap, key)


def _show_wrong(trace: GateTrace, trap: Pitfall, key: str) -> None:
    """What people write, and a link to its shapes."""
    wrong = trap.wrong(trace)
    st.markdown("**" + t("Common mistake") + "**")
    _show(trace, trap, wrong, trap.wrong_options, f"wrong {key} {trap.name}")
    with frame.below("mistake"):
        st.page_link(
            _LAB,
            label=t("Open these shapes in the Merge lab"),
            icon=":material/layers:",
            query_params=link.to_page(**_lab_parameters(trap, wrong)),
        )


def _show_right(trace: GateTrace, trap: Pitfall, key: str) -> None:
    """What was intended."""
    st.markdown("**" + t("Intended") + "**")
    _show(trace, trap, trap.right(trace), trap.right_options, f"right {key} {trap.name}")


def _show(trace: GateTrace, trap: Pitfall, inputs: Named, options: Any, key: str) -> Merged | None:
    """The merge of these inputs as a picture; if Keras rejects them, its message and the explanation."""
    values = [value for _, value in inputs]
    st.code(_written(trap, inputs), language=None, wrap_lines=True)
    try:
        merged = merge(trap.operation, values, **options)
    except MergeError as error:
        shapes = tuple(value.shape for value in values)
        show_refusal(error, shapes, rows=error_rows(error), key=key)
        return None
    alignment_line(alignment_rows(merged.alignment), linked=merged.alignment.axes is None)
    for warning in merged.alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    sign = MERGES[trap.operation].symbol
    panels = [Panel(symbol, value, sign if number else "") for number, (symbol, value) in enumerate(inputs)]
    panels.append(Panel(t("output"), merged.value, "="))
    view = TensorView(shared_scale(trap.operation, panels), merged.alignment, words=translated_words())
    tensor_view(view, key=key, selection=_first_look(trace, merged.value.shape))
    return merged


def _first_look(trace: GateTrace, shape: Shape) -> Selection:
    """The channel that shows the gate best, where the output has the channels of the features."""
    same = len(shape) > 1 and shape[-1] == trace.step("x").value.shape[-1]
    return Selection(at=(*(0,) * (len(shape) - 1), first_channel(trace))) if same else Selection()


def _written(trap: Pitfall, inputs: Named) -> str:
    listed = ", ".join(f"{symbol} {value.shape}" for symbol, value in inputs)
    return f"{trap.operation}: {listed}"


def _lab_parameters(trap: Pitfall, inputs: Named) -> dict[str, str]:
    """The parameters of a link to the Merge lab with these inputs."""
    parameters = {"op": trap.operation, "n": str(len(inputs))}
    if "axes" in trap.wrong_options:
        parameters["axes"] = str(trap.wrong_options["axes"])
    for number, (_, value) in enumerate(inputs):
        parameters |= {f"s{number}": format_shape(value.shape), f"f{number}": "uniform"}
    return parameters
