"""The chosen merge below list and graph: its values, its gradients, or a comparison."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import MERGES, MergeError
from core.merges.rows import alignment_rows
from core.merges.shape_text import format_shape
from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_run.results import RunFailure
from ui.inspector import controls
from ui.inspector.comparison import show_inputs, show_merges
from ui.inspector.gradients import read_cell, show_gradients
from ui.inspector.mismatch import show_failure, show_misfit
from ui.inspector.rows import title, written
from ui.inspector.running import Ran, answer, failed, show_second_run
from ui.inspector.values import Tensors, largest_cell, show_values
from ui.text import plain, short, t
from ui.views.alignment_table import alignment_table
from ui.views.keras_check import wanted


def show_merge(model: ModelFile, entry: MergeEntry, ran: Ran | None) -> Tensors | None:
    """Draw what is known of a merge; its numbers, once they are there."""
    sign = MERGES[entry.operation].symbol
    st.markdown(f"### {sign} {plain(title(entry))}")
    st.caption(plain(_summary(entry)))
    if entry.alignment is not None:
        for warning in entry.alignment.warnings:
            st.warning(plain(t(warning)), icon=":material/warning:")
    if entry.error is not None:
        show_misfit(entry.input_shapes, entry.error)
    if _in_steps(model, entry):
        st.caption(t("Within TimeDistributed: what is recorded is the first step alone."))
    _lab(entry)
    if ran is None:
        _show_alignment(model, entry)
        return None
    return _show_recorded(model, entry, ran)


def _summary(entry: MergeEntry) -> str:
    form = [] if written(entry) == entry.operation else [written(entry)]
    sign = f" {MERGES[entry.operation].symbol} "
    return " · ".join([entry.operation, *form, f"{sign.join(map(str, entry.input_shapes))} → {entry.output_shape}"])


def _in_steps(model: ModelFile, entry: MergeEntry) -> bool:
    """Whether a layer around it calls it once for each step."""
    return any(entry.id.startswith(f"{name}/") for name in model.wrapped)


def _show_alignment(model: ModelFile, entry: MergeEntry) -> None:
    """What is known without numbers."""
    if entry.alignment is not None:
        alignment_table(alignment_rows(entry.alignment))
    if entry.error is None and model.runnable and wanted():
        st.info(t("The numbers of this merge appear here once the model has run."))


def _show_recorded(model: ModelFile, entry: MergeEntry, ran: Ran) -> Tensors | None:
    if entry.id not in ran.run.records:
        here = failed(ran) == entry.id
        st.info(t("The run ended here.") if here else t("The run did not reach this merge."))
        return None
    part = controls.pick_layer()
    tensors = fetch(ran, entry)
    if tensors is None:
        return None
    if part == "values":
        show_values(tensors)
    elif part == "gradients":
        return _gradients(model, tensors, ran)
    else:
        _compare(model, tensors, ran)
    return tensors


def fetch(ran: Ran, entry: MergeEntry) -> Tensors | None:
    """The numbers of a merge; None, with the waiting on screen, until they are there."""
    found = answer(ran.session.tensors(ran.key, entry.id), ran.session)
    return Tensors(entry, found.inputs, found.output) if found else None


def _gradients(model: ModelFile, tensors: Tensors, ran: Ran) -> Tensors:
    """Draw them; the tensors with them."""
    if not ran.run.outputs:
        st.info(t("The run did not reach the end of the model, so nothing flows back."))
        return tensors
    names = [operand.source for operand in model.outputs]
    largest = [largest_cell(output.value) if output.value is not None else () for output in ran.run.outputs]
    number, typed = controls.pick_unit([short(name) for name in names], largest)
    try:
        cell = read_cell(typed, ran.run.outputs[number].shape) if typed.strip() else None
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return tensors
    found = answer(ran.session.gradients(ran.key, tensors.entry.id, number, cell), ran.session)
    if isinstance(found, RunFailure):
        show_failure(model, found)
    elif found is not None:
        show_gradients(tensors, found.inputs, names[number], found.index, found.value)
        return replace(tensors, gradients=found.inputs)
    return tensors


def _compare(model: ModelFile, tensors: Tensors, ran: Ran) -> None:
    others = [entry for entry in model.merges if entry.id != tensors.entry.id and entry.id in ran.run.records]
    kind, other = controls.pick_other([entry.id for entry in others], {entry.id: title(entry) for entry in others})
    if kind == "merge":
        second = fetch(ran, model.merge(other)) if other else None
        if second is not None:
            show_merges(tensors, second)
        return
    again = show_second_run(ran, model)
    if again is None or tensors.entry.id not in again.run.records:
        return
    second = fetch(again, tensors.entry)
    if second is not None:
        show_inputs(tensors, second)


def _lab(entry: MergeEntry) -> None:
    """A door to the Merge lab with these shapes; operators line up otherwise than layers, so only layers go there."""
    shapes = [shape for shape in entry.input_shapes if shape]
    if entry.kind != "layer" or len(shapes) < len(entry.inputs):
        return
    asked = {f"s{number}": format_shape((1, *shape[1:])) for number, shape in enumerate(shapes)}
    options = {name: str(value) for name, value in entry.options.items() if name == "axis"}
    st.page_link(
        "pages/1_Merge_lab.py",
        label=t("These shapes in the Merge lab"),
        icon=":material/layers:",
        query_params={"op": entry.operation, "n": str(len(shapes)), **asked, **options},
    )
