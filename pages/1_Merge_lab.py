"""Any merge on any shapes, cell by cell."""

import streamlit as st

from figures.distribution import distribution
from ui import frame, lab
from ui.controls import merge as controls
from ui.controls.presets import pick_preset
from ui.export import export_menu
from ui.text import t
from ui.values import show_values

frame.begin("Merge lab")
st.title(t("Merge lab"))
st.markdown(t("Choose shapes and an operation, and see what the Keras layer does with them."))

left, right = st.columns([1, 2], gap="large")
with left:
    example = st.container()
    operation, function_form = controls.pick_operation()
    options = controls.pick_options(operation)
    inputs = controls.pick_inputs()
    seed = controls.pick_seed()
    with example:
        pick_preset()

request = lab.Request(operation, function_form, inputs, options, seed)
with right:
    alignment = lab.show_alignment(request)
    computed = lab.compute(request, alignment) if alignment else None
    if computed:
        shown = show_values(*computed, normalize=options.normalize)
        if controls.pick_distribution():
            picture = distribution(lab.named_tensors(*computed), count=t("cells"), value=t("value"))
            st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Distribution of the values"))
        if shown:
            export_menu(*shown, title=lab.title_of(operation, request.shapes or ()), code=lab.codes_of(request))
    lab.show_code(request)

frame.end()
