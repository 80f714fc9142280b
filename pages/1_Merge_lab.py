"""Any merge on any shapes, cell by cell."""

import streamlit as st

from figures.distribution import distribution
from ui import frame
from ui.export import export_menu
from ui.lab import controls, sections
from ui.lab.presets import pick_preset
from ui.text import t
from ui.views.merge_view import show_values

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

request = sections.Request(operation, function_form, inputs, options, seed)
with right:
    alignment = sections.show_alignment(request)
    computed = sections.compute(request, alignment) if alignment else None
    if computed:
        shown = show_values(*computed, normalize=options.normalize)
        if controls.pick_distribution():
            picture = distribution(sections.named_tensors(*computed), count=t("cells"), value=t("value"))
            st.plotly_chart(picture, config={"displayModeBar": False}, alt=t("Distribution of the values"))
        if shown:
            export_menu(
                *shown, title=sections.title_of(operation, request.shapes or ()), code=sections.codes_of(request)
            )
    sections.show_code(request)

frame.end()
