"""Two gates side by side on the same features: cost, maps, outputs, their difference, what each keeps."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.gates import GATES, GateTrace
from core.gates.compare import GateComparison, compare_gates
from ui.gallery.sections import share
from ui.tensor_view import Panel, Range, Scale, Selection, TensorView, tensor_view
from ui.text import plain, t
from ui.views.gate_view import largest_place
from ui.views.merge_view import translated_words

Pair = tuple[GateTrace, GateTrace]


def pair_titles(pair: Pair) -> tuple[str, str]:
    """Names of both on screen; the form too, where the gate is the same."""
    same = pair[0].gate == pair[1].gate
    first, second = (
        t(GATES[one.gate].title) + (f" ({t(GATES[one.gate].variants[one.variant].title)})" if same else "")
        for one in pair
    )
    return first, second


def show_pair(pair: Pair, key: str) -> GateComparison:
    """Draw both, and what is between them."""
    titles, found = pair_titles(pair), compare_gates(*pair)
    one, other = found.first, found.second
    _show_costs(pair, titles, found)
    if one.summed or other.summed:
        st.caption(t("A gate that sums places is shown before the sum: each place times its weight."))
    st.markdown("**" + t("Their maps") + "**")
    maps = [
        Panel(f"{title}: {step.symbol}", step.value)
        for trace, title in zip(pair, titles, strict=True)
        for step in trace.maps
    ]
    first_look = largest_place(one.result)
    _draw(maps, f"maps {key}", first_look, each="tensor")  # a slice of one number has no range of its own
    st.markdown("**" + t("What comes out") + "**")
    difference = Panel(t("second less first"), found.difference, "Δ")
    _draw([Panel(titles[0], one.result), Panel(titles[1], other.result), difference], f"outputs {key}", first_look)
    st.markdown("**" + t("Share of energy kept at each place") + "**")
    places = Panel(t("second less first"), other.by_position - one.by_position, "Δ")
    _draw(
        [Panel(titles[0], one.by_position), Panel(titles[1], other.by_position), places],
        f"places {key}",
        (*first_look[:3], 0),
    )
    return found


def _show_costs(pair: Pair, titles: tuple[str, str], found: GateComparison) -> None:
    figures = (found.first, found.second)
    table = pd.DataFrame(
        {
            t("weights to train"): [f"{one.parameters:,}" for one in figures],
            t("multiplications"): [f"{one.multiplications:,}" for one in figures],
            t("energy kept"): [share(one.kept) for one in figures],
            t("merges"): [", ".join(step.alignment.operation for step in one.merges if step.alignment) for one in pair],
            t("weights"): [_origin(trace) for trace in pair],
        },
        index=[plain(title) for title in titles],
    )
    st.table(table, alt=t("Two gates side by side"))
    st.caption(
        t(
            "The outputs lie {distance} apart: the root mean square of their difference over that of the features.",
            distance=share(found.distance),
        )
    )


def _origin(trace: GateTrace) -> str:
    return t("trained") if trace.trained and all(trace.trained.values()) else t("untrained")


def _draw(panels: list[Panel], key: str, at: tuple[int, ...], *, each: Range = "channel") -> None:
    tensor_view(
        TensorView(tuple(panels), axes=(1, 2), scale=Scale(range=each), words=translated_words()),
        key=f"pair {key}",
        selection=Selection(at=at),
    )
