"""What the Gate gallery shows of one gate: merges, steps, gate values, retained energy, code, facts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core import Alignment, Sentence
from core.gates import GATES, Gate, GateTrace, Step, trace_snippet
from core.gates.compare import GateFigures, gate_figures
from core.gates.health import step_health
from core.gates.report import gate_text
from core.merges.rows import alignment_rows
from core.tensor_view import RECIPES, WEIGHTS
from ui import frame, session
from ui.export import export_menu
from ui.gallery.attention import looks_at_positions, show_matrices, show_positions, weights_of
from ui.gallery.cards import broadcast_in, broadcast_words, first_channel, map_limits
from ui.gallery.strip import chosen_channel, is_per_channel, show_strip
from ui.state import link, parts
from ui.tensor_view import Panel, Scale, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.alignment_table import alignment_table
from ui.views.cached import remembered
from ui.views.gate_view import merge_view, step_view
from ui.views.merge_view import translated_words
from ui.views.step_graph import chosen_step, step_graph
from ui.views.steps_table import steps_table

_GRAPH = "gate_steps"
_GRID_RANK = 4  # axes of features on a grid of rows and columns
_STRIP = 100  # pixels of a strip below a view
_LONGEST = 60  # characters of the name of a step


@dataclass(frozen=True)
class Facts:
    """What is said of a gate below all of its sections.

    Attributes:
        gate: name in `core.gates.GATES`.
        variant: name in its `variants`.
        merges: in order.
        parameters: trainable ones.
        multiplications: for the whole batch.
        trained: whether its weights are; None where nothing was computed with weights.
        seed: of untrained ones.
    """

    gate: str
    variant: str
    merges: tuple[str, ...]
    parameters: int
    multiplications: int
    trained: bool | None
    seed: int


def facts_of(trace: GateTrace, seed: int) -> Facts:
    """The facts about a run of a gate.

    Args:
        trace: of it.
        seed: of untrained weights.
    """
    merges = tuple(step.alignment.operation for step in trace.merges if step.alignment)
    trained = all(trace.trained.values()) if trace.trained and trace.computed else None
    return Facts(trace.gate, trace.variant, merges, trace.parameters, trace.multiplications, trained, seed)


def show_headline(*traces: GateTrace) -> None:
    """One line for each gate: equation, what is broadcast, energy retained, origin of the weights."""
    st.markdown("  \n".join(map(_headline, traces)))
    for warning in (warning for trace in traces for warning in trace.warnings):
        st.warning(plain(t(warning)), icon=":material/warning:")


def _headline(trace: GateTrace) -> str:
    words = [t("broadcast: {what}", what=broadcast_words(broadcast_in(trace), trace.step("x").value.ndim))]
    if trace.computed:
        words.append(t("energy retained: {share}", share=share(figures_of(trace).kept)))
    if trace.trained and trace.computed:
        words.append(t("trained") if all(trace.trained.values()) else t("untrained"))
    equation = plain(t(GATES[trace.gate].equation_of(trace.variant)))
    return f"**{equation}** · " + plain(" · ".join(words))


def merge_names(trace: GateTrace) -> dict[str, str]:
    """The merges of a gate for a menu: "x̂: Multiply", by the name of the step."""
    return {
        step.name: f"{step.symbol}: {step.alignment.operation}" for step in trace.merges if step.alignment is not None
    }


def show_merge(trace: GateTrace, name: str, key: str) -> None:
    """One merge of the gate: its tensors, linked; the weights of a channel gate as a strip; the alignment."""
    if not name:
        st.info(t("This form contains no merge layer."))
        return
    step = trace.step(name)
    if step.alignment is None:
        return
    for warning in step.alignment.warnings:
        st.warning(plain(t(warning)), icon=":material/warning:")
    channel = chosen_channel(step.value.shape[-1], _usual_channel(trace, step))
    strips = [name for name in dict.fromkeys(step.inputs) if is_per_channel(trace.step(name).value)]
    view = merge_view(trace, step, step.alignment)
    if trace.step("x").value.ndim == _GRID_RANK:
        view = replace(
            view, layout="stage", scale=Scale(range="channel"), gallery=not strips, below=_STRIP * len(strips)
        )
    with frame.picture(lines=3 if strips else 2):
        selection = tensor_view(view, key=f"merge {key} {step.name}", selection=_first_look(step, channel))
    for source in strips:
        show_strip(trace, trace.step(source), channel)
    with frame.below("merge"):
        words = f"{plain(step.equation)} · {step.alignment.operation}: {plain(t(step.summary))}"
        parts.stable("alignment", _show_alignment, words, step.alignment)
        export_menu(view, selection, title=f"{t(GATES[trace.gate].title)}: {step.equation}")


def _show_alignment(words: str, alignment: Alignment) -> None:
    st.caption(words)
    alignment_table(alignment_rows(alignment))


def show_steps(trace: GateTrace, key: str) -> None:
    """The steps as a graph; the chosen step with its inputs; all steps as a table."""
    with frame.picture(lines=2):
        parts.stable("steps", _show_graph, trace, key)
    with frame.below("steps"):
        parts.stable("table of steps", _show_table, trace)


def _show_graph(trace: GateTrace, key: str) -> None:
    chosen = chosen_step(trace, link.held("gstep"))
    step = trace.step(chosen)
    channel = _usual_channel(trace, step)
    look = _first_look(step, channel) if step.alignment else Selection(channel=channel)
    step_graph(trace, chosen, key=_GRAPH, channel=first_channel(trace), on_choose=_keep_step)
    st.markdown(f"**{plain(step.equation or step.symbol)}** · {plain(t(step.summary))}")
    view = replace(step_view(trace, chosen), layout="stage", gallery=False)
    tensor_view(view, key=f"steps {key} {chosen}", selection=look)


def _show_table(trace: GateTrace) -> None:
    steps_table(trace.steps)
    name = f"{trace.gate}.txt"
    st.download_button(
        t("Steps as text"), gate_text(trace), name, "text/plain", icon=":material/description:", on_click="ignore"
    )


def _keep_step() -> None:
    name = getattr(session.get(_GRAPH), "chosen", None)
    if isinstance(name, str) and len(name) <= _LONGEST:
        link.hold("gstep", name)


def show_gate_values(trace: GateTrace, key: str) -> None:
    """The gate values, and below them all attention weights, where a gate has some."""
    with frame.picture(lines=2):
        frame.section(show_maps, trace, key)
    with frame.below("matrices"):
        show_matrices(trace, key)


def show_maps(trace: GateTrace, key: str) -> None:
    """The gate values, both maps where a gate has two, and what their statistics mean."""
    channel = first_channel(trace)
    if looks_at_positions(trace):
        show_positions(trace, channel)
    limits = map_limits(trace)
    spatial = [step for step in trace.maps if not is_per_channel(step.value) and step is not weights_of(trace)]
    if spatial:
        panels = tuple(Panel(step.equation or step.symbol, step.value, limits=limits) for step in spatial)
        view = TensorView(panels, scale=Scale(range="channel"), words=translated_words())
        at = (0,) * (trace.step("x").value.ndim - 1) + (channel,)
        tensor_view(view, key=f"maps {key}", selection=Selection(at=at))
    for step in trace.maps:
        if is_per_channel(step.value):
            show_strip(trace, step, chosen_channel(step.value.shape[-1], channel))
        if GATES[trace.gate].variants[trace.variant].bounded:
            st.markdown(f"{plain(step.symbol)}: {plain(t(_verdict(step)))}")
        else:
            st.markdown(t("These values are not confined to [0, 1]; they may have any magnitude and sign."))


@remembered
def _verdict(step: Step) -> Sentence:
    """What the statistics of gate values mean."""
    return step_health(step).verdict


def show_kept(trace: GateTrace, key: str) -> None:
    """How much of the features is retained at each position."""
    figures = figures_of(trace)
    panels = (
        Panel(t("features x"), trace.step("x").value),
        Panel(t("output"), figures.result, "→", like=0),
        Panel(t("energy retained per position"), figures.by_position, limits=WEIGHTS),
    )
    rank = figures.result.ndim
    view = TensorView(panels, axes=(rank - 3, rank - 2), scale=Scale(range="channel"), words=translated_words())
    look = Selection(at=(0,) * (rank - 1) + (first_channel(trace),))
    tensor_view(view, key=f"kept {key}", selection=look)
    st.markdown(t("{share} of the feature energy (sum of squares) is retained.", share=share(figures.kept)))
    if figures.summed:
        st.caption(t("This gate sums over positions: each position is shown times its weight, before the sum."))


@remembered
def figures_of(trace: GateTrace) -> GateFigures:
    """How much of the features a gate retains; the result is read-only."""
    found = gate_figures(trace)
    found.result.flags.writeable = False
    if found.summed:
        RECIPES.note_combined("multiply", found.result, trace.step("x").value, trace.alpha)
    return found


def share(part: float) -> str:
    """A share in percent; a dash for NaN, where there is nothing to have a share of."""
    return "–" if part != part else f"{part:.1%}"  # noqa: PLR0124 -- NaN alone differs from itself


def show_code(trace: GateTrace) -> None:
    """The gate as a Keras function."""
    st.markdown(t("A Keras function for your own model. Its layers have the names of the steps."))
    st.code(trace_snippet(trace), language="python", wrap_lines=True)


def show_facts(facts: Facts) -> None:
    """Title, summary, shapes, merges, cost, origin of the weights."""
    row = GATES[facts.gate]
    st.divider()
    st.markdown("#### " + t(row.title))
    st.markdown(t(row.summary) + _source(row, facts.variant))  # not in a caption, where a link is too pale
    st.code(t(row.equation_of(facts.variant)), language=None, wrap_lines=True)
    shapes = ", ".join(f"{symbol} {shape}" for symbol, shape in row.shapes)
    merges = " → ".join(facts.merges)
    st.caption(plain(t("Shapes: {shapes}. Merges in order: {merges}.", shapes=shapes, merges=merges)))
    st.caption(plain(_cost_words(facts)))
    _show_origin(facts)


def _cost_words(facts: Facts) -> str:
    return t(
        "{weights} trainable parameters; {products} multiplications for this batch.",
        weights=f"{facts.parameters:,}",
        products=f"{facts.multiplications:,}",
    )


def _source(row: Gate, variant: str) -> str:
    paper = row.paper_of(variant)
    return f" [arXiv:{paper}](https://arxiv.org/abs/{paper})" if paper else ""


def _show_origin(facts: Facts) -> None:
    if facts.trained is None:
        return
    if facts.trained:
        st.caption(":material/school: " + t("Trained: the weights are those of the built-in network."))
        return
    st.caption(
        ":material/casino: "
        + t(
            "Untrained: the weights are drawn from seed {seed}. They show shapes and data flow, not what training "
            "would lead to.",
            seed=facts.seed,
        )
    )


@remembered
def _usual_channel(trace: GateTrace, step: Step) -> int:
    """The channel that a view of a merge begins with: of features, the one that shows the gate best."""
    if step.value.shape == trace.step("x").value.shape:
        return first_channel(trace)
    size = np.abs(np.nan_to_num(step.value)).reshape(-1, step.value.shape[-1])
    return int(np.square(size.astype(np.float64)).sum(axis=0).argmax())


@remembered
def _first_look(step: Step, channel: int) -> Selection:
    """The largest value of a channel, pinned in the result."""
    plane = np.nan_to_num(step.value[..., channel].astype(np.float64), nan=-np.inf)
    at = (*(int(index) for index in np.unravel_index(int(plane.argmax()), plane.shape)), channel)
    return Selection(at=at, cell=at, panel=len(step.inputs))
