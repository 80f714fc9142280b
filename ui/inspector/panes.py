"""The panes of the page: a model with the chosen merge, or without any."""

from __future__ import annotations

import streamlit as st

from sandbox.model_file.file import MergeEntry, ModelFile
from ui import frame
from ui.inspector import controls, downloads, graph, listing, merge_details, opening, running, sizes
from ui.inspector.controls import Choice
from ui.streamlit_internals import Container


def show_merge(choice: Choice, model: ModelFile, entry: MergeEntry, line: Container) -> None:
    """Draw three panes, the list, the graph and the chosen merge, and details below them.

    Args:
        choice: the file of the model.
        model: that it holds.
        entry: the chosen merge.
        line: where the controls of the page are.
    """
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


def show_whole(choice: Choice, model: ModelFile, line: Container) -> None:
    """Draw a model without a merge: what is in it instead, and its graph.

    Args:
        choice: the file of the model.
        model: that it holds.
        line: where the controls of the page are.
    """
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
