"""Every merge inside your own .keras model."""

import streamlit as st

from ui import frame
from ui.inspector import controls, downloads, graph, listing, merge_details, opening, running
from ui.text import t

frame.begin("Model inspector")
st.title(t("Model inspector"))
st.markdown(t("Open a saved Keras model, find every merge in it, run an input, and look at what each merge does."))

controls.remember()
choice = controls.pick_model()
model = opening.show_model(choice) if choice else None
if choice is None or model is None:
    running.rest()
elif model.merges:
    left, right = st.columns([5, 7], gap="large")
    below = st.container()
    entry = listing.chosen_merge(model)
    picture = right.container()
    with right:
        ran = running.show_run(choice, model)
    with picture:
        graph.show_graph(model, entry, running.failed(ran))
    with left:
        listing.show_list(model, entry, running.thumbs(ran), running.failed(ran))
    with below:
        st.divider()
        tensors = merge_details.show_merge(model, entry, ran) if entry else None
        downloads.show_downloads(model, ran, tensors)

frame.end()
