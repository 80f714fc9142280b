"""256 channels of 20×20, and the map that gates them, on a trained network."""

import streamlit as st

from core.dtypes import Array
from core.gates import GateTrace
from figures.learning import learning_figure
from ui import frame
from ui.gate import claim, controls, learning, network, scene, sections
from ui.gate.case import Case, chosen_map, find_case, moments, trace_gate
from ui.gate.export import show_export
from ui.gate.product import show_product
from ui.gate.sliders import gate_reels
from ui.text import t


def attention_gate() -> None:
    """The slice, its gate, and one section below."""
    network.wake()
    choice, grid, change, signal = frame.head(t("One map multiplies every channel"), controls.pick)
    case = find_case(choice, grid)
    moment = controls.pick_moment(moments(), recorded=case.sample is not None)

    own = trace_gate(case)
    trace = own if signal is None else trace_gate(case, signal)
    weights, name = chosen_map(case, trace, moment, change), f"{case.key} {grid} {signal}"
    plain = signal is None and change.name == "none"
    claim.ask_ahead(trace.step("x").value, weights)
    make_scene = scene.scene_maker(case, own, moment, plain=plain, usual=weights)
    reels = gate_reels(case, trace, moment, change)
    with frame.picture():
        shown = show_product(trace, weights, name, reels, make_scene, scene.map_remark(case))

    with frame.below():
        claim.show_claim(trace.step("x").value, shown.weights)
        show_export(case, shown)
        frame.section(show_section, case, trace, shown.weights, moment, name)


def show_section(case: Case, trace: GateTrace, weights: Array, moment: int | None, name: str) -> None:
    """The section that is chosen in it."""
    section = controls.pick_section()
    if section == "health":
        sections.show_health(trace, weights, name)
    elif section == "steps":
        sections.show_steps(trace)
    elif section == "learning":
        learning.show_learning(case, moment)
        curves = learning.learning_curves(case)
        if curves:
            picture = learning_figure(*curves, step=t("training steps (batch size 8)"))
            st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Training history of the map and network"))
    else:
        sections.show_code(trace)


frame.draw("Attention gate", attention_gate)
