"""The panes of the page: a model with the chosen merge, or without any."""

from __future__ import annotations

import streamlit as st

from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_file.sizes import SizeAdvice
from ui import frame
from ui.inspector import downloads, graph, listing, merge_details, opening, running, sizes
from ui.inspector.line import Line
from ui.inspector.running import Begun
from ui.state import parts


def show_merge(line: Line, begun: Begun, entry: MergeEntry) -> None:
    """Draw three panes, the list, the graph and the chosen merge, and details below them.

    Args:
        line: what is chosen.
        begun: the model and its run.
        entry: the chosen merge.
    """
    model = begun.model
    left, middle, right = frame.picture().columns([3, 3, 6], gap="small")
    with right:
        ran = running.show_run(begun)
        running.show_run_failure(ran, model)
        shown = merge_details.show_pane(model, entry, ran)
        parts.stable("refusals", opening.show_refusals, model)
    with left:
        listing.show_list(model, line.filters, entry, running.thumbs(ran), running.failed(ran))
    with middle:
        graph.show_graph(model, entry, whole=line.whole, failed=running.failed(ran))
    with frame.below():
        merge_details.show_details(model, entry, shown)
        parts.stable("model", _show_model, model, sizes.advice(begun.choice, model, ran.feeds) if ran else [])
        downloads.show_downloads(model, ran, shown.tensors if shown else None)


def _show_model(model: ModelFile, found: list[SizeAdvice]) -> None:
    listing.show_others(model)
    opening.show_summary(model)
    sizes.show_multiples(found)


def show_whole(begun: Begun) -> None:
    """Draw a model without a merge: what is in it instead, and its graph.

    Args:
        begun: the model and its run.
    """
    model = begun.model
    left, right = st.columns([5, 7])
    with left:
        ran = running.show_run(begun)
        parts.stable("nothing", _show_nothing, model)
    with right:
        graph.show_graph(model, None, whole=True)
    with frame.below():
        parts.stable("model", opening.show_summary, model)
        downloads.show_downloads(model, ran, None)


def _show_nothing(model: ModelFile) -> None:
    listing.show_nothing_meets(model)
    listing.show_others(model)
    opening.show_refusals(model)
