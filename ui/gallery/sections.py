"""What the Gate gallery shows of one gate: facts, merges, steps, maps, what it keeps, traps, code."""

from __future__ import annotations

import streamlit as st

from core.gates import GATES, Gate, GateTrace, Step, gate_snippet
from core.gates.compare import GateFigures, gate_figures
from core.gates.health import step_health
from core.gates.report import broadcast_axes, gate_text
from core.merges.rows import alignment_rows
from ui.export import export_menu
from ui.gallery.controls import pick_merge, pick_step
from ui.tensor_view import Panel, Scale, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.alignment_table import alignment_table
from ui.views.gate_view import chain_view, largest_place, merge_view, step_view
from ui.views.merge_view import translated_words
from ui.views.steps_table import steps_table


def show_facts(trace: GateTrace, seed: int) -> None:
    """Equation, sentence, shapes, merges, cost, and whose weights these are."""
    row = GATES[trace.gate]
    st.markdown("#### " + t(row.title))
    st.markdown(t(row.summary) + _source(row, trace.variant))  # not in a caption, where a link is too pale
    st.code(row.equation_of(trace.variant), language=None, wrap_lines=True)
    shapes = ", ".join(f"{symbol} {shape}" for symbol, shape in row.shapes)
    merges = " → ".join(step.alignment.operation for step in trace.merges if step.alignment)
    st.caption(plain(t("Shapes: {shapes}. Merges in order: {merges}.", shapes=shapes, merges=merges)))
    st.caption(plain(t("Stretched: {what}.", what=stretched_words(trace))))
    st.caption(plain(_cost_words(trace)))
    for warning in trace.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    _show_origin(trace, seed)


def show_merges(trace: GateTrace, key: str) -> None:
    """Each merge of the gate: how its inputs line up, and its tensors, linked."""
    merges = {step.name: step for step in trace.merges}
    if not merges:
        st.info(t("This form contains no merge layer."))
        return
    titles = {name: f"{step.symbol}: {_operation(step)}" for name, step in merges.items()}
    step = merges[pick_merge(list(merges), titles)]
    if step.alignment is None:
        return
    st.markdown(plain(f"{step.equation} ") + f"· {step.alignment.operation}: {plain(t(step.summary))}")
    alignment_table(alignment_rows(step.alignment))
    for warning in step.alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    view = merge_view(trace, step, step.alignment)
    selection = tensor_view(view, key=f"merge {key} {step.name}", selection=_first_look(step))
    export_menu(view, selection, title=f"{t(GATES[trace.gate].title)}: {step.equation}")


def show_steps(trace: GateTrace, key: str) -> None:
    """Each step with its equation, shape and picture."""
    chosen = pick_step([step.name for step in trace.steps], {step.name: step.symbol for step in trace.steps})
    shown = trace.steps if chosen is None else (trace.step(chosen),)
    steps_table(shown)
    view = chain_view(trace) if chosen is None else step_view(trace, chosen)
    tensor_view(view, key=f"steps {key} {chosen}")
    name = f"{trace.gate}.txt"
    st.download_button(
        t("The steps as text"), gate_text(trace), name, "text/plain", icon=":material/description:", on_click="ignore"
    )


def show_maps(trace: GateTrace, key: str) -> None:
    """The map of weights, or both where a gate weighs twice, with what its figures mean."""
    panels = [Panel(step.equation or step.symbol, step.value) for step in trace.maps]
    for step in trace.maps:
        if GATES[trace.gate].variants[trace.variant].bounded:
            st.markdown(f"{plain(step.symbol)}: {plain(t(step_health(step).verdict))}")
        else:
            st.markdown(t("These are no weights between 0 and 1: they may have any size and sign."))
    view = TensorView(tuple(panels), scale=Scale(range="channel"), words=translated_words())
    tensor_view(view, key=f"maps {key}")


def show_kept(trace: GateTrace, key: str) -> GateFigures:
    """What is left of the features at each place."""
    figures = gate_figures(trace)
    if figures.summed:
        st.caption(t("This gate sums places: each place is shown times its weight, as it goes into the sum."))
    st.markdown(t("Of the energy of the features, their sum of squares, {share} is left.", share=share(figures.kept)))
    panels = (
        Panel(t("share kept of each place"), figures.by_position),
        Panel(t("features x"), trace.step("x").value),
        Panel(t("output"), figures.result, "→"),
    )
    view = TensorView(panels, axes=(1, 2), scale=Scale(range="channel"), words=translated_words())
    tensor_view(view, key=f"kept {key}")
    return figures


def share(part: float) -> str:
    """A share in percent; a dash where there is nothing to have a share of."""
    return "–" if part != part else f"{part:.1%}"  # noqa: PLR0124 -- NaN alone differs from itself


def show_code(trace: GateTrace) -> None:
    """The gate as a Keras function to paste into one's own model."""
    st.markdown(t("A Keras function to paste into your own model. Its layers are named as the weights of the steps."))
    st.code(gate_snippet(trace.gate, trace.variant), language="python", wrap_lines=True)


def stretched_words(trace: GateTrace) -> str:
    """Which tensors the gate stretches along which axes."""
    names = (t("batch"), t("rows"), t("columns"), t("channels"))
    told = [
        f"{trace.step(step.inputs[number]).symbol} → " + " × ".join(names[axis] for axis in axes)
        for step in trace.merges
        for number, axes in broadcast_axes(step)
    ]
    return "; ".join(told) or t("nothing")


def _cost_words(trace: GateTrace) -> str:
    return t(
        "{weights} weights to train; {products} multiplications for this batch.",
        weights=f"{trace.parameters:,}",
        products=f"{trace.multiplications:,}",
    )


def _source(row: Gate, variant: str) -> str:
    paper = row.paper_of(variant)
    return f" [arXiv:{paper}](https://arxiv.org/abs/{paper})" if paper else ""


def _show_origin(trace: GateTrace, seed: int) -> None:
    if not trace.trained:
        return
    if all(trace.trained.values()):
        st.caption(":material/school: " + t("Trained: these are the weights of the network in assets/."))
        return
    st.caption(
        ":material/casino: "
        + t(
            "Untrained: the weights are made from seed {seed}. They show shapes and flow, not what training "
            "would make of them.",
            seed=seed,
        )
    )


def _operation(step: Step) -> str:
    return step.alignment.operation if step.alignment else ""


def _first_look(step: Step) -> Selection:
    place = largest_place(step.value)
    return Selection(at=place, cell=place, panel=len(step.inputs))
