"""Every merge inside a Keras model: list, graph, and the picture of the chosen merge, in one screen."""

import streamlit as st

from ui import frame
from ui.inspector import controls, downloads, graph, listing, merge_details, opening, running, sizes
from ui.text import t


def model_inspector() -> None:
    """The model, its merges, the chosen one."""
    line = frame.headline(t("Model inspector"))

    controls.remember()
    with line:
        kind = controls.pick_kind()
    choice = controls.pick_model(kind)
    model = opening.open_model_file(choice) if choice else None
    if choice is None or model is None:
        running.rest()
    else:
        entry = listing.chosen_merge(model)
        if entry is None:
            left, right = st.columns([5, 7])
            with left:
                ran = running.show_run(choice, model, line)
                listing.show_nothing_meets(model)
                listing.show_others(model)
                opening.show_refusals(model)
            with right:
                graph.show_graph(model, None, whole=True)
            with frame.below():
                opening.show_summary(model)
                downloads.show_downloads(model, ran, None)
        else:
            left, middle, right = frame.picture().columns([3, 3, 6], gap="small")
            with right:
                ran = running.show_run(choice, model, line)
                running.show_run_failure(ran, model)
                shown = merge_details.show_pane(model, entry, ran)
                opening.show_refusals(model)
            with line:
                filters, whole = listing.pick_filters(model), controls.pick_whole()
            with left:
                listing.show_list(model, filters, entry, running.thumbs(ran), running.failed(ran))
            with middle:
                graph.show_graph(model, entry, whole=whole, failed=running.failed(ran))
            with frame.below():
                merge_details.show_details(model, entry, shown)
                listing.show_others(model)
                opening.show_summary(model)
                sizes.show_multiples(sizes.advice(choice, model, ran.feeds) if ran else [])
                downloads.show_downloads(model, ran, shown.tensors if shown else None)
    with frame.below("file"):
        controls.pick_another(kind)


frame.draw("Model inspector", model_inspector)
