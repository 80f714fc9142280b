"""Two gates side by side on the same features: cost, maps, outputs, their difference, what each keeps."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.dtypes import Array
from core.gate_compare import Kept, cost_of, kept_by
from core.gates import GATES, GateTrace
from ui.tensor_view import Panel, Scale, TensorView, tensor_view
from ui.text import plain, t
from ui.values import translated_words

Pair = tuple[GateTrace, GateTrace]


def pair_titles(pair: Pair) -> tuple[str, str]:
    """Names of both on screen; the form too, where the gate is the same."""
    same = pair[0].gate == pair[1].gate
    first, second = (
        t(GATES[one.gate].title) + (f" ({t(GATES[one.gate].variants[one.variant])})" if same else "") for one in pair
    )
    return first, second


def show_pair(pair: Pair, key: str) -> tuple[Kept | None, Kept | None]:
    """Draw both; what each keeps."""
    titles, kept = pair_titles(pair), (kept_by(pair[0]), kept_by(pair[1]))
    _show_costs(pair, titles, kept)
    st.markdown("**" + t("Their maps") + "**")
    maps = [
        Panel(f"{title}: {step.symbol}", step.value)
        for trace, title in zip(pair, titles, strict=True)
        for step in trace.maps
    ]
    _draw(maps, f"maps {key}")
    st.markdown("**" + t("What comes out") + "**")
    outputs = [Panel(title, trace.output) for trace, title in zip(pair, titles, strict=True)]
    _draw([*outputs, *_difference(pair[0].output, pair[1].output)], f"outputs {key}")
    if kept[0] and kept[1]:
        st.markdown("**" + t("Share of energy kept at each place") + "**")
        shares = [Panel(title, one.places) for one, title in zip(kept, titles, strict=True) if one]
        _draw([*shares, *_difference(kept[0].places, kept[1].places)], f"places {key}")
    return kept


def _show_costs(pair: Pair, titles: tuple[str, str], kept: tuple[Kept | None, Kept | None]) -> None:
    costs = [cost_of(trace) for trace in pair]
    table = pd.DataFrame(
        {
            t("weights to train"): [f"{cost.parameters:,}" for cost in costs],
            t("multiplications"): [f"{cost.multiplications:,}" for cost in costs],
            t("energy kept"): ["–" if one is None else f"{one.total:.1%}" for one in kept],
            t("merges"): [", ".join(step.alignment.operation for step in one.merges if step.alignment) for one in pair],
            t("weights"): [_origin(trace) for trace in pair],
        },
        index=[plain(title) for title in titles],
    )
    st.table(table, alt=t("Two gates side by side"))


def _origin(trace: GateTrace) -> str:
    return t("trained") if trace.trained and all(trace.trained.values()) else t("untrained")


def _difference(first: Array, second: Array) -> list[Panel]:
    """The second less the first, where they have one shape."""
    return [Panel(t("difference"), second - first, "Δ")] if first.shape == second.shape else []


def _draw(panels: list[Panel], key: str) -> None:
    axes = (1, 2) if all(panel.value.ndim == 4 for panel in panels) else None
    tensor_view(
        TensorView(tuple(panels), axes=axes, scale=Scale(range="channel"), words=translated_words()), key=f"pair {key}"
    )
