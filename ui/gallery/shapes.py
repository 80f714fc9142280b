"""A gate on features that are too large to run it on: shapes, alignments, costs and code."""

from __future__ import annotations

import streamlit as st

from core.limits import MAX_GATE_CHANNELS, MAX_GATE_ELEMENTS
from core.merges.rows import alignment_rows
from ui.gallery.controls import GateChoice
from ui.gallery.features import Features, run
from ui.gallery.sections import facts_of, show_code, show_facts, show_headline
from ui.text import plain, t
from ui.views.alignment_table import alignment_table
from ui.views.steps_table import steps_table


def show_shapes(choice: GateChoice, features: Features) -> None:
    """Draw everything of a gate that needs no values; the reason if it does not take features of this shape."""
    st.info(
        t(
            "These features are too large to run a gate on them (at most {limit} elements and {channels} channels), so "
            "only shapes, parameters and costs are shown.",
            limit=f"{MAX_GATE_ELEMENTS:,}",
            channels=f"{MAX_GATE_CHANNELS:,}",
        )
    )
    trace = run(choice, features)
    if trace is None:
        return
    show_headline(trace)
    steps_table(trace.steps)
    for step in trace.merges:
        assert step.alignment is not None
        st.markdown(f"**{plain(step.equation)}** · {step.alignment.operation}")
        alignment_table(alignment_rows(step.alignment))
    show_code(trace)
    show_facts(facts_of(trace, features.seed))
