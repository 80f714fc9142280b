"""Two gates side by side on the same features: outputs, their difference, gate values, cost, retained energy."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.gates import GATES, GateTrace, Step
from core.gates.compare import GateComparison, compare_gates
from core.tensor_view import RECIPES, WEIGHTS
from ui import frame
from ui.gallery.attention import show_matrices, weights_of
from ui.gallery.cards import first_channel, map_limits
from ui.gallery.sections import share
from ui.gallery.strip import chosen_channel, is_per_channel, show_strip
from ui.state import parts
from ui.tensor_view import Panel, Range, Scale, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.cached import remembered
from ui.views.merge_view import translated_words

Pair = tuple[GateTrace, GateTrace]
_BELOW = 40  # pixels of the window for the distance below the panels


def pair_titles(pair: Pair) -> tuple[str, str]:
    """Names of both gates on screen, with their variants where the gate is the same."""
    same = pair[0].gate == pair[1].gate
    first, second = (
        t(GATES[one.gate].title) + (f" ({t(GATES[one.gate].variants[one.variant].title)})" if same else "")
        for one in pair
    )
    return first, second


def show_pair(pair: Pair, key: str) -> GateComparison:
    """Draw features and both outputs on one scale, their difference, then the gate values, then the figures."""
    titles, found = pair_titles(pair), _compared(*pair)
    channel = chosen_channel(found.first.result.shape[-1], first_channel(pair[0]))
    with frame.picture(lines=2):
        parts.stable("outputs", _show_outputs, pair, titles, key, channel)
    with frame.below("pair"):
        parts.stable("maps of both", _show_maps, pair, titles, key, channel)
        for number, trace in enumerate(pair):
            show_matrices(trace, key, titles[number], number)
        _show_strips(pair, titles, channel)
        parts.stable("figures of both", _show_figures, pair, titles, key)
    return found


@remembered
def _compared(first: GateTrace, second: GateTrace) -> GateComparison:
    found = compare_gates(first, second)
    for one in (found.first, found.second):
        one.result.flags.writeable = False
    found.difference.flags.writeable = False
    RECIPES.note_combined("subtract", found.difference, found.second.result, found.first.result)
    return found


def _show_outputs(pair: Pair, titles: tuple[str, str], key: str, channel: int) -> None:
    """Features, both outputs, their difference and its size."""
    found = _compared(*pair)
    one, other = found.first, found.second
    panels = [
        Panel(t("features x"), pair[0].step("x").value),
        Panel(titles[0], one.result, like=0),
        Panel(titles[1], other.result, like=0),
        Panel(t("second − first"), found.difference, "Δ"),
    ]
    st.caption(
        t(
            "Distance of the outputs: {distance} (RMS of their difference over RMS of the features).",
            distance=share(found.distance),
        )
    )
    _draw(panels, f"outputs {key}", channel, stage=True)


def _show_figures(pair: Pair, titles: tuple[str, str], key: str) -> None:
    """What both cost, and how much of the features each retains at each position."""
    found = _compared(*pair)
    one, other = found.first, found.second
    if one.summed or other.summed:
        st.caption(t("A gate that sums over positions is shown before the sum: each position times its weight."))
    _show_costs(pair, titles, found)
    st.markdown("**" + t("Energy retained per position") + "**")
    difference = Panel(t("second − first"), other.by_position - one.by_position, "Δ")
    retained = [
        Panel(title, each.by_position, limits=WEIGHTS) for title, each in zip(titles, (one, other), strict=True)
    ]
    _draw([*retained, difference], f"positions {key}", 0)


def _named_maps(pair: Pair, titles: tuple[str, str]) -> list[tuple[int, str, Step]]:
    """(number of the gate, its title, map)."""
    return [(number, titles[number], step) for number, trace in enumerate(pair) for step in trace.maps]


def _show_maps(pair: Pair, titles: tuple[str, str], key: str, channel: int) -> None:
    """Maps over positions as panels."""
    st.markdown("**" + t("Gate values") + "**")
    maps = [
        Panel(f"{title}: {step.symbol}", step.value, limits=map_limits(pair[number]))
        for number, title, step in _named_maps(pair, titles)
        if not is_per_channel(step.value) and step is not weights_of(pair[number])
    ]
    if maps:
        _draw(maps, f"maps {key}", channel, each="tensor")  # a slice of one value has no range of its own


def _show_strips(pair: Pair, titles: tuple[str, str], channel: int) -> None:
    """Values per channel; choosing one shows its channel in all pictures above."""
    for number, title, step in _named_maps(pair, titles):
        if is_per_channel(step.value):
            st.caption(plain(title))
            show_strip(pair[number], step, channel, number)


def _show_costs(pair: Pair, titles: tuple[str, str], found: GateComparison) -> None:
    figures = (found.first, found.second)
    table = pd.DataFrame(
        {
            t("trainable parameters"): [f"{one.parameters:,}" for one in figures],
            t("multiplications"): [f"{one.multiplications:,}" for one in figures],
            t("energy retained"): [share(one.kept) for one in figures],
            t("merges"): [", ".join(step.alignment.operation for step in one.merges if step.alignment) for one in pair],
            t("weights"): [_origin(trace) for trace in pair],
        },
        index=[plain(title) for title in titles],
    )
    st.table(table, alt=t("Two gates side by side"))


def _origin(trace: GateTrace) -> str:
    return t("trained") if trace.trained and all(trace.trained.values()) else t("untrained")


def _draw(
    panels: list[Panel],
    key: str,
    channel: int,
    *,
    each: Range = "channel",
    stage: bool = False,
) -> None:
    rank = max(panel.value.ndim for panel in panels)
    axes = (rank - 3, rank - 2)
    view = TensorView(tuple(panels), axes=axes, scale=Scale(range=each), words=translated_words())
    tensor_view(
        replace(view, layout="stage", gallery=False, below=_BELOW)
        if stage and rank == 4
        else view,  # a grid of rows and columns
        key=f"pair {key}",
        selection=Selection(at=(0,) * (rank - 1) + (channel,)),
    )
