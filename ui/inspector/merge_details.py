"""The chosen merge: its picture in the right pane, everything else about it below the panes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from core import MERGES, MergeError
from core.errors import short
from core.limits import MAX_INPUTS, MAX_RANK
from core.merges.rows import alignment_rows
from core.merges.shape_text import format_shape
from sandbox.model_file.file import MergeEntry, ModelFile
from sandbox.model_file.gate_hints import hints
from sandbox.model_run.gate_maps import gate_number
from sandbox.model_run.results import RunFailure
from ui.export import export_menu
from ui.inspector import controls, overlay
from ui.inspector.comparison import show_inputs, show_merges
from ui.inspector.gradients import read_cell, show_gradients
from ui.inspector.mismatch import show_failure, show_misfit
from ui.inspector.recorded import Tensors
from ui.inspector.rows import title, written
from ui.inspector.running import Ran, answer, failed, second_run
from ui.inspector.summary_table import figures_of, figures_table
from ui.inspector.values import Shown, code_of, largest_cell, show_values
from ui.state import asked, link, parts
from ui.text import plain, t
from ui.views.alignment_table import alignment_table

_LAB = "pages/1_Merge_lab.py"


def show_pane(model: ModelFile, entry: MergeEntry, ran: Ran | None) -> Shown | None:
    """The picture of a merge: its tensors after a run, its alignment before."""
    recorded = ran is not None and entry.id in ran.run.records
    heading = f"**{MERGES[entry.operation].symbol} {plain(title(entry))}**"
    if not recorded:
        parts.stable("known", _show_known, heading, entry, ran)
        return None
    assert ran is not None
    part = parts.controls("view", _pick_part, heading, gates=overlay.possible(model, ran), gradients=not ran.recorded)
    if part == "overlay":
        overlay.show(model, ran, entry)
        return None
    tensors = fetch(ran, entry)
    if tensors is None:
        return None
    if part == "values":
        return show_values(tensors, ran.recorded)
    if part == "gradients":
        return Shown(_gradients(model, tensors, ran))
    _compare(model, tensors, ran)
    return Shown(tensors)


def _pick_part(heading: str, *, gates: bool, gradients: bool) -> str:
    with asked.box(horizontal=True, vertical_alignment="center"):
        asked.show(st.markdown, heading, width="content")
        return controls.pick_part(gates=gates, gradients=gradients)


def _show_known(heading: str, entry: MergeEntry, ran: Ran | None) -> None:
    """What the file says of a merge."""
    st.markdown(heading)
    if entry.error is not None:
        show_misfit(entry.input_shapes, entry.error)
    elif entry.alignment is not None:
        alignment_table(alignment_rows(entry.alignment))
    else:
        st.caption(plain(_summary(entry)))
        st.caption(t("The shapes are not in the file, so the alignment is not known before a run."))
    if ran is not None:
        _show_missing(entry, ran)


def _show_missing(entry: MergeEntry, ran: Ran) -> None:
    """Why a run, or a recorded one, has no values of a merge."""
    if ran.recorded is not None:
        st.info(plain(t(ran.recorded.why_missing(entry.id))))
        return
    here = failed(ran) == entry.id
    ended = ran.run.failure is not None
    st.info(
        t("The run ended here.") if here
        else t("The run ended before it reached this merge.") if ended
        else t("The run did not reach this merge: its result is not used by any output of the model.")
    )  # fmt: skip


def show_details(model: ModelFile, entry: MergeEntry, shown: Shown | None) -> None:
    """Below the panes: the call, warnings, the link to the lab, statistics, export."""
    has_view = shown is not None and shown.view is not None and shown.selection is not None
    parts.stable("details", _show_details, model, entry, shown.tensors if shown else None, has_view)
    if shown is not None and shown.view is not None and shown.selection is not None:
        export_menu(shown.view, shown.selection, title=title(entry), code=partial(code_of, entry, shown.view))


def _show_details(model: ModelFile, entry: MergeEntry, tensors: Tensors | None, has_view: bool) -> None:
    st.caption(plain(_summary(entry)))
    if entry.alignment is not None:
        for warning in entry.alignment.warnings:
            st.warning(plain(t(warning)), icon=":material/warning:")
    _show_hints(model, entry, tensors)
    if _in_steps(model, entry):
        st.caption(t("Inside TimeDistributed: only the first step is recorded."))
    _show_lab_link(entry)
    if tensors is None:
        return
    figures_table(tensors.names, [figures_of(tensor) for tensor in tensors.all])
    _show_masks(tensors)
    if has_view and entry.alignment is not None:
        alignment_table(alignment_rows(entry.alignment))


def _show_hints(model: ModelFile, entry: MergeEntry, tensors: Tensors | None) -> None:
    """What is probably unintended about a gate: the values of a run tell which operand it is, else the graph does."""
    gate = None if tensors is None else gate_number(entry.operation, tensors.inputs, entry.contracted)
    for hint in hints(model, entry, gate):
        st.warning(plain(t(hint)), icon=":material/help:")


def _summary(entry: MergeEntry) -> str:
    form = [] if written(entry) == entry.operation else [written(entry)]
    options = [f"{name}={value}" for name, value in entry.options.items()]
    shapes = [_shape(shape) for shape in entry.input_shapes]
    arrow = f"{f' {MERGES[entry.operation].symbol} '.join(shapes)} → {_shape(entry.output_shape)}"
    return " · ".join([entry.operation, *form, *options, arrow])


def _shape(shape: object) -> str:
    return "?" if shape is None else str(shape)


def _in_steps(model: ModelFile, entry: MergeEntry) -> bool:
    """Whether a TimeDistributed around it calls it once for each step."""
    return any(entry.id.startswith(f"{name}/") for name in model.wrapped)


def _show_masks(tensors: Tensors) -> None:
    """The masks of the operands, as fractions and as the masked positions of the first sample."""
    for number, mask in enumerate(tensors.masks):
        if mask is not None and mask.size:
            masked = 1 - float(mask.mean())
            st.caption(
                plain(
                    t(
                        "Mask of input {number}: shape {shape}, {share} masked.",
                        number=number,
                        shape=mask.shape,
                        share=f"{masked:.0%}",
                    )
                )
            )


def fetch(ran: Ran, entry: MergeEntry) -> Tensors | None:
    """The tensors of a merge; None, with the progress on screen, until they are there."""
    found = answer(ran.session.tensors(ran.key, entry.id), ran.session)
    if not found:
        return None
    record = ran.run.records.get(entry.id)
    if record is None:
        return Tensors(entry, found.inputs, found.output, found.masks)
    dtypes = tuple(figures.dtype for figures in record.inputs)
    return Tensors(entry, found.inputs, found.output, found.masks, record.output.dtype, dtypes=dtypes)


def _gradients(model: ModelFile, tensors: Tensors, ran: Ran) -> Tensors:
    """Draw the gradients; the tensors with them."""
    if not ran.run.outputs:
        st.info(t("The run did not reach the output of the model, so there are no gradients."))
        return tensors
    names = [operand.source for operand in model.outputs]
    largest = [largest_cell(output.value) if output.value is not None else () for output in ran.run.outputs]
    number, typed = parts.controls("unit", controls.pick_unit, [short(name) for name in names], largest)
    try:
        cell = read_cell(typed, ran.run.outputs[number].shape) if typed.strip() else None
    except MergeError as error:
        st.error(plain(t(error.explanation)))
        return tensors
    found = answer(ran.session.gradients(ran.key, tensors.entry.id, number, cell), ran.session)
    if isinstance(found, RunFailure):
        show_failure(model, found)
    elif found is not None:
        parts.stable("gradients", show_gradients, tensors, found.inputs, names[number], found.index, found.value)
        return replace(tensors, gradients=found.inputs)
    return tensors


def _compare(model: ModelFile, tensors: Tensors, ran: Ran) -> None:
    entry = tensors.entry
    others = [other for other in model.merges if other.id != entry.id and other.id in ran.run.records]
    others.sort(key=lambda other: (other.operation != entry.operation, other.attention_like != entry.attention_like))
    ids, titles = [one.id for one in others], {one.id: title(one) for one in others}
    kind, other = parts.controls("other", controls.pick_other, ids, titles, recorded=ran.recorded is not None)
    if kind == "merge":
        second = fetch(ran, model.merge(other)) if other else None
        if second is not None:
            parts.stable("merges", show_merges, tensors, second)
        return
    again = second_run(ran, model)
    if again is None:
        return
    if entry.id not in again.run.records:
        _show_missing(entry, again)
        return
    second = fetch(again, entry)
    if second is not None:
        parts.stable("inputs", show_inputs, tensors, second)


def lab_parameters(entry: MergeEntry) -> dict[str, str] | str:
    """The parameters of a link to the Merge lab that shows the same merge, or one sentence on why there is none.

    Every option is passed on, and an unknown size stays None.
    """
    shapes = [shape for shape in entry.input_shapes if shape]
    if entry.kind != "layer":
        return t("The Merge lab shows merge layers; an operator aligns its operands differently, so there is no link.")
    if len(shapes) < len(entry.inputs):
        return t("Not all shapes are known, so there is no link to the Merge lab.")
    if len(shapes) > MAX_INPUTS:
        return t(
            "The Merge lab takes at most {limit} inputs, this merge has {count}, so there is no link.",
            limit=MAX_INPUTS,
            count=len(shapes),
        )
    if max(map(len, shapes)) > MAX_RANK:
        return t("The Merge lab takes tensors of at most {limit} axes, so there is no link.", limit=MAX_RANK)
    parameters = {"op": entry.operation, "n": str(len(shapes))}
    parameters |= {f"s{number}": format_shape(shape) for number, shape in enumerate(shapes)}
    if "axis" in entry.options:
        parameters["axis"] = str(entry.options["axis"])
    if "axes" in entry.options:
        axes = entry.options["axes"]
        parameters["axes"] = str(axes) if isinstance(axes, int) else ",".join(map(str, axes))
    if entry.options.get("normalize"):
        parameters["norm"] = "True"
    return parameters


def _show_lab_link(entry: MergeEntry) -> None:
    found = lab_parameters(entry)
    if isinstance(found, str):
        st.caption(found)
        return
    label = t("Open these shapes in the Merge lab")
    st.page_link(_LAB, label=label, icon=":material/layers:", query_params=link.to_page(**found))
