"""Any merge on any shapes, cell by cell."""

import streamlit as st

from figures.heatmap import heatmaps
from ui import frame, lab
from ui.controls import merge as controls
from ui.text import t
from ui.values import show_values

frame.begin("Merge lab")
st.title(t("Merge lab"))
st.markdown(t("Choose shapes and an operation, and see what the Keras layer does with them."))

left, right = st.columns([2, 5], gap="large")
with left:
    example = st.container()
    operation, function_form = controls.pick_operation()
    options = controls.pick_options(operation)
    inputs = controls.pick_inputs()
    seed = controls.pick_seed()
    with example:
        controls.pick_preset()

request = lab.Request(operation, function_form, inputs, options, seed)
with right:
    alignment = lab.show_alignment(request)
    computed = lab.compute(request, alignment) if alignment else None
    if computed:
        show_values(*computed, heatmaps, normalize=options.normalize)
    lab.show_code(request)

frame.end()
