"""256 channels of 20×20, and the map that gates them, on a network that has learned where to look."""

import streamlit as st

from figures.learning import learning_figure
from ui import frame
from ui.gate import controls, learning, network, sections
from ui.gate.case import chosen_map, find_case, moments, trace_gate
from ui.gate.claim import show_claim
from ui.gate.export import show_export
from ui.gate.pictures import show_pictures
from ui.gate.product import show_product
from ui.gate.sliders import gate_reels
from ui.text import t

frame.begin("Attention gate")
network.wake()
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
    case = find_case(choice, grid)
with right:
    moment = controls.pick_moment(moments(), recorded=case.sample is not None)
    signal = controls.pick_signal(case.sample)
    change = controls.pick_change()
pictures = top.container(width=720)

own = trace_gate(case)
trace = own if signal is None else trace_gate(case, signal)
weights = chosen_map(case, trace, moment, change)
shown = show_product(trace, weights, f"{case.key} {grid} {signal}", gate_reels(case, trace, moment, change))
show_claim(trace.step("x").value, shown.weights)
show_export(case, shown)
with pictures:
    show_pictures(case, own.alpha, shown.weights)

section = controls.pick_section()
if section == "health":
    sections.show_health(trace, shown.weights)
elif section == "steps":
    sections.show_steps(trace)
elif section == "learning":
    learning.show_learning(case, moment)
    curves = learning.learning_curves(case)
    if curves:
        picture = learning_figure(*curves, step=t("batches of 8 slices"))
        st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("How the map and the network became better"))
else:
    sections.show_code(trace)

frame.end()
