"""256 channels of 20×20, and the map that gates them, on a network that has learned where to look."""

import streamlit as st

from figures.learning import learning
from ui import frame, gate_learning, gate_network, gate_sections, gate_source
from ui.controls import gate as controls
from ui.gate_claim import show_claim
from ui.gate_export import show_export
from ui.gate_pictures import show_pictures
from ui.gate_reels import gate_reels
from ui.gate_values import show_product
from ui.text import t

frame.begin("Attention gate")
gate_network.wake()
st.title(t("Attention gate"))
st.markdown(
    t(
        "A trained network looks for one organ. At each gate one map α of weights, a number for each place, multiplies "
        "every channel of the features x."
    )
)

top = st.container(horizontal=True, gap="small")
with top.container(width=640):
    left, right = st.columns([6, 5], gap="medium")
with left:
    choice, progress = controls.pick_slice(), st.container()
    grid = controls.pick_gate()
with progress:
    case = gate_source.find_case(choice, grid)
with right:
    moment = controls.pick_moment(gate_source.moments(), recorded=case.sample is not None)
    signal = controls.pick_signal(case.sample)
    change = controls.pick_change()
pictures = top.container(width=720)

own = gate_source.trace_gate(case)
trace = own if signal is None else gate_source.trace_gate(case, signal)
weights = gate_source.chosen_map(case, trace, moment, change)
shown = show_product(trace, weights, f"{case.key} {grid} {signal}", gate_reels(case, trace, moment, change))
show_claim(trace.step("x").value, shown.weights)
show_export(case, shown)
with pictures:
    show_pictures(case, own.alpha, shown.weights)

section = controls.pick_section()
if section == "health":
    gate_sections.show_health(trace, shown.weights)
elif section == "steps":
    gate_sections.show_steps(trace)
elif section == "learning":
    gate_learning.show_learning(case, moment)
    curves = gate_learning.learning_curves(case)
    if curves:
        picture = learning(*curves, step=t("batches of 8 slices"))
        st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("How the map and the network became better"))
else:
    gate_sections.show_code(trace)

frame.end()
